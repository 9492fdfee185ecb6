/**
 * Input forms of the contract (DESIGN.md §3): DER by its first octet, else PEM; bundles (.p7b) give their certificates.
 * What cannot be read is said in words that repeat nothing of it; a private key is named and its octets go nowhere.
 */
import { readCertificateBundle } from '../cms/bundle.js';
import { equalOctets } from '../der/octets.js';
import { tag } from '../der/reader.js';
import { parseCertificate } from '../x509/certificate.js';
import { parseCrl } from '../x509/crl.js';
import { isDer, readPem } from '../x509/pem.js';

export type Blocks = { ok: true; value: Uint8Array[] } | { ok: false; expected: string; found: string };

/** The DER certificates in `bytes`, in order, not parsed yet. */
export function readCertificates(bytes: Uint8Array): Blocks {
  if (isDer(bytes)) return readDerCertificates(bytes);
  const pem = readPem(bytes);
  if (!pem.ok)
    return { ...pem, expected: pem.expected === 'DER or PEM' ? 'a certificate as DER or PEM' : pem.expected };
  const certificates: Uint8Array[] = [];
  for (const block of pem.value) {
    if (block.kind === 'certificate') certificates.push(block.der);
    else if (block.kind === 'pkcs7') {
      const bundle = readCertificateBundle(block.der);
      if (!bundle.ok) return bundle;
      certificates.push(...endEntityFirst(bundle.value.certificates));
    }
  }
  if (certificates.length > 0) return { ok: true, value: certificates };
  const kinds = [...new Set(pem.value.map(({ kind, label }) => (kind === 'other' ? `PEM ${label}` : describe[kind])))];
  return { ok: false, expected: 'a certificate', found: kinds.join(' and ') };
}

const describe = {
  certificate: 'a certificate',
  crl: 'a CRL',
  pkcs7: 'a PKCS #7 bundle without certificates',
  'private key': 'a private key, which nobody but its owner should have',
} as const;

function readDerCertificates(bytes: Uint8Array): Blocks {
  const kind = kindOfDer(bytes);
  if (kind === 'bundle') {
    const bundle = readCertificateBundle(bytes);
    if (!bundle.ok) return bundle;
    const { certificates } = bundle.value;
    return certificates.length > 0
      ? { ok: true, value: endEntityFirst(certificates) }
      : { ok: false, expected: 'a certificate', found: describe.pkcs7 };
  }
  if (kind === 'private key') return { ok: false, expected: 'a certificate', found: describe['private key'] };
  return { ok: true, value: [bytes] };
}

/** A bundle is a SET without an order that means anything: the first one that issued none of the others leads. */
function endEntityFirst(certificates: readonly Uint8Array[]): Uint8Array[] {
  if (certificates.length < 2) return [...certificates];
  const read = certificates.map((der) => parseCertificate(der));
  const lead = read.findIndex(
    (candidate) =>
      candidate.ok &&
      !read.some(
        (other) => other !== candidate && other.ok && equalOctets(other.value.issuer.der, candidate.value.subject.der),
      ),
  );
  if (lead < 1) return [...certificates];
  return [certificates[lead] as Uint8Array, ...certificates.slice(0, lead), ...certificates.slice(lead + 1)];
}

/** Why these octets are no certificate: what else they are, where that can be told. Asked only after reading failed. */
export function explainFailure(
  der: Uint8Array,
  failure: { expected: string; found: string },
): { expected: string; found: string } {
  return parseCrl(der).ok ? { expected: 'a certificate', found: describe.crl } : failure;
}

/** What a DER SEQUENCE is by its first fields, without reading it: the parsers say what is wrong with the rest. */
function kindOfDer(bytes: Uint8Array): 'bundle' | 'private key' | 'other' {
  const at = contentStart(bytes, 0);
  const first = bytes[at];
  if (first === tag.oid) return 'bundle';
  if (first !== tag.integer) return 'other';
  // PKCS #8 (INTEGER, SEQUENCE), PKCS #1 (INTEGER, INTEGER), RFC 5915 (INTEGER, OCTET STRING)
  const next = bytes[contentStart(bytes, at) + (bytes[at + 1] ?? 0)];
  return next === tag.sequence || next === tag.integer || next === tag.octetString ? 'private key' : 'other';
}

/** Where the content of the element at `at` begins. */
function contentStart(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] ?? 0;
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
}

/** The DER CRLs in `bytes`: DER, PEM, or those of a bundle. */
export function readCrls(bytes: Uint8Array): Blocks {
  if (isDer(bytes)) {
    if (kindOfDer(bytes) !== 'bundle') return { ok: true, value: [bytes] };
    const bundle = readCertificateBundle(bytes);
    return bundle.ok ? { ok: true, value: [...bundle.value.crls] } : bundle;
  }
  const pem = readPem(bytes);
  if (!pem.ok) return { ...pem, expected: pem.expected === 'DER or PEM' ? 'a CRL as DER or PEM' : pem.expected };
  const crls = pem.value.filter(({ kind }) => kind === 'crl').map(({ der }) => der);
  if (crls.length > 0) return { ok: true, value: crls };
  const kinds = [...new Set(pem.value.map(({ kind, label }) => (kind === 'other' ? `PEM ${label}` : describe[kind])))];
  return { ok: false, expected: 'a CRL', found: kinds.join(' and ') };
}
