/**
 * ESS signingCertificate and signingCertificateV2 (RFC 2634 §5.4, RFC 5035 §5.4): which certificate the signer meant. Only the first
 * ESSCertID counts here: it names the signer's own; the others restrict the path and are not looked at.
 */
import type { DigestName } from '../crypto/algorithms.js';
import { digest, digestAlgorithm } from '../crypto/digest.js';
import { equalOctets } from '../der/octets.js';
import { DerError, type DerReader, tag } from '../der/reader.js';
import { readAlgorithm } from '../x509/algorithm.js';
import type { Certificate } from '../x509/certificate.js';
import { readGeneralNames } from '../x509/name.js';

export interface EssCertificateId {
  /** undefined: a digest that is not known here. */
  readonly digest: DigestName | undefined;
  readonly algorithm: string;
  readonly hash: Uint8Array;
  readonly serialNumber: Uint8Array | undefined;
}

/** SigningCertificate ::= SEQUENCE { certs SEQUENCE OF ESSCertID, policies OPTIONAL }: SHA-1. */
export function readSigningCertificate(reader: DerReader): EssCertificateId {
  return readFirst(reader, 'signingCertificate', false);
}

/** SigningCertificateV2: ESSCertIDv2 names its digest, SHA-256 unless stated. */
export function readSigningCertificateV2(reader: DerReader): EssCertificateId {
  return readFirst(reader, 'signingCertificateV2', true);
}

function readFirst(reader: DerReader, what: string, second: boolean): EssCertificateId {
  const sequence = reader.enter(tag.sequence, what);
  const certificates = sequence.enter(tag.sequence, what);
  if (!sequence.done) sequence.skip(`the policies of ${what}`);
  sequence.finish(what);
  const id = certificates.enter(tag.sequence, `a certificate identifier of ${what}`);
  const unnamed: DigestName = second ? 'sha256' : 'sha1';
  const named = second && id.peek() === tag.sequence ? readAlgorithm(id, `the digest of ${what}`) : undefined;
  const hash = id.content(tag.octetString, `the hash of ${what}`);
  let serialNumber: Uint8Array | undefined;
  if (!id.done) {
    const issuerSerial = id.enter(tag.sequence, `the issuer and serial number of ${what}`);
    readGeneralNames(issuerSerial, `the issuer of ${what}`);
    serialNumber = issuerSerial.integer(`the serial number of ${what}`);
    if (!issuerSerial.done) throw new DerError(what, 'more than issuer and serial number');
  }
  id.finish(what);
  const known = named === undefined ? unnamed : digestAlgorithm(named);
  return { digest: known, algorithm: named?.oid ?? unnamed, hash, serialNumber };
}

/**
 * Whether the certificate is the one meant; undefined where the digest is not known. The hash decides; the serial number
 * must not contradict it.
 */
export function matchesEssId(id: EssCertificateId, certificate: Certificate): boolean | undefined {
  if (id.serialNumber !== undefined && !equalOctets(id.serialNumber, certificate.serialNumber)) return false;
  if (id.digest === undefined) return undefined;
  return equalOctets(digest(id.digest, certificate.der), id.hash);
}
