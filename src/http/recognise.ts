/**
 * What a file or body is, by its first elements: enough to choose between certificate and message, and to name what
 * came in place of a certificate. It is a guess for routing and for words; the core alone decides what is well-formed.
 * Private keys are recognised so that they are refused by name; nothing of them is kept or repeated.
 */
import { latin1 } from '../der/octets.js';
import { readPem } from '../x509/pem.js';

export type Recognised =
  | 'certificate'
  | 'certificates'
  | 'crl'
  | 'signed message'
  | 'mail'
  | 'private key'
  | 'public key'
  | 'certificate request'
  | 'PKCS #12 file'
  | 'nothing'
  | 'unknown';

/** Recognised things with their article, for sentences. */
export const inWords: Record<Recognised, string> = {
  certificate: 'a certificate',
  certificates: 'a bundle of certificates',
  crl: 'a CRL (certificate revocation list)',
  'signed message': 'a CMS message',
  mail: 'a mail message',
  'private key': 'a private key, which belongs to its owner alone and is not read',
  'public key': 'a public key without a certificate',
  'certificate request': 'a certificate request (CSR)',
  'PKCS #12 file': 'a PKCS #12 file, which may hold a private key and is not read',
  nothing: 'nothing (0 octets)',
  unknown: 'something else',
};

const scanned = 64 * 1024;

export function recognise(bytes: Uint8Array): Recognised {
  if (bytes.length === 0) return 'nothing';
  if (bytes[0] === 0x30) return recogniseDer(bytes);
  if (isMail(bytes)) return 'mail';
  return recognisePem(bytes);
}

/** A header block with a field that mails and MIME entities have and texts around PEM blocks do not. */
function isMail(bytes: Uint8Array): boolean {
  const text = latin1(bytes.subarray(0, scanned));
  const head = text.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const lines = head.replace(/^\uFEFF|^ï»¿/, '').split(/\r?\n/);
  const first = (lines[0] ?? '').startsWith('From ') ? 1 : 0;
  const fields = lines.slice(first);
  if (!fields.every((line) => /^[!-9;-~]+[ \t]*:|^[ \t]|^$/.test(line))) return false;
  return fields.some((line) =>
    /^(from|date|received|return-path|message-id|mime-version|content-type|delivered-to):/i.test(line),
  );
}

function recognisePem(bytes: Uint8Array): Recognised {
  const blocks = readPem(bytes);
  if (!blocks.ok) return 'unknown';
  const kinds = blocks.value.map((block) => block.kind);
  if (kinds.includes('certificate')) return 'certificate';
  if (kinds.includes('private key')) return 'private key';
  if (kinds.includes('crl')) return 'crl';
  const cms = blocks.value.find((block) => block.kind === 'pkcs7');
  if (cms !== undefined) return recogniseDer(cms.der);
  const label = blocks.value[0]?.label ?? '';
  if (label.endsWith('CERTIFICATE REQUEST')) return 'certificate request';
  return label.endsWith('PUBLIC KEY') ? 'public key' : 'unknown';
}

/** The tags of an element's first children, and where their contents start. BER's indefinite length is let through. */
interface Element {
  tag: number;
  start: number;
  end: number;
}

function elementAt(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first };
  const octets = first & 0x7f;
  if (octets === 0) return { tag, start: at + 2, end: bytes.length };
  if (octets > 4) return undefined;
  let length = 0;
  for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  return { tag, start: at + 2 + octets, end: at + 2 + octets + length };
}

function children(bytes: Uint8Array, parent: Element | undefined, count: number): Element[] {
  const found: Element[] = [];
  for (let at = parent?.start; at !== undefined && at < bytes.length && found.length < count; ) {
    const element = elementAt(bytes, at);
    if (element === undefined) break;
    found.push(element);
    at = element.end;
  }
  return found;
}

const pkcs9Cms = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01];

function recogniseDer(bytes: Uint8Array): Recognised {
  const inner = children(bytes, elementAt(bytes, 0), 3);
  const tags = inner.map((element) => element.tag);
  if (tags[0] === 0x06) return recogniseContentInfo(bytes, inner);
  if (tags[0] === 0x02) {
    // PKCS #8, SEC 1 and PKCS #1 private keys; PFX (RFC 7292 §4) has version 3.
    const version = bytes[(inner[0] as Element).start];
    if (tags[1] === 0x30) return version === 3 ? 'PKCS #12 file' : 'private key';
    if (tags[1] === 0x04) return 'private key';
    return tags[2] === 0x02 ? 'private key' : tags[1] === 0x02 ? 'public key' : 'unknown';
  }
  if (tags[0] !== 0x30) return 'unknown';
  // EncryptedPrivateKeyInfo (RFC 5958 §3) and SubjectPublicKeyInfo.
  if (tags[1] === 0x04) return 'private key';
  if (tags[1] === 0x03) return 'public key';
  return recogniseSigned(bytes, inner[0] as Element);
}

/** tbsCertificate, tbsCertList or certificationRequestInfo, told apart by the types of their fields. */
function recogniseSigned(bytes: Uint8Array, signed: Element): Recognised {
  const fields = children(bytes, signed, 5).map((element) => element.tag);
  if (fields[0] === 0xa0) return 'certificate';
  const afterVersion = fields[0] === 0x02 ? fields.slice(1) : fields;
  const isTime = (tag: number | undefined) => tag === 0x17 || tag === 0x18;
  if (afterVersion[0] === 0x30 && afterVersion[1] === 0x30 && isTime(afterVersion[2])) return 'crl';
  if (fields[0] === 0x02 && fields[3] === 0xa0) return 'certificate request';
  return fields[0] === 0x02 && fields[3] === 0x30 ? 'certificate' : 'unknown';
}

/** RFC 5652 §3; SignedData without signers is a bundle of certificates (.p7b, .p7c). */
function recogniseContentInfo(bytes: Uint8Array, inner: Element[]): Recognised {
  const [type, content] = inner;
  if (type === undefined || content === undefined) return 'unknown';
  const isCms = pkcs9Cms.every((octet, index) => bytes[type.start + index] === octet);
  if (!isCms) return 'unknown';
  const signedData = children(bytes, content, 1)[0];
  const definite = signedData !== undefined && signedData.end <= bytes.length && bytes[signedData.start - 1] !== 0x80;
  if (!definite || bytes[type.start + 8] !== 2) return 'signed message';
  const parts = children(bytes, signedData, 6);
  const last = parts.filter((part) => part.end <= signedData.end).at(-1);
  const encapsulated = parts[2];
  const detached = encapsulated !== undefined && children(bytes, encapsulated, 2).length >= 1;
  return detached && last?.tag === 0x31 && last.start === last.end ? 'certificates' : 'signed message';
}
