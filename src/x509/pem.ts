/**
 * Input forms: DER, or PEM (RFC 7468) with text around the blocks, CRLF or LF, a BOM, and the labels that the field
 * uses. It decides which blocks there are; a private key is named as such and its content goes nowhere.
 */
import { latin1 } from '../der/octets.js';
import { DerReader, type Parsed, parsed, tag } from '../der/reader.js';

export type PemKind = 'certificate' | 'crl' | 'pkcs7' | 'private key' | 'other';

export interface PemBlock {
  readonly kind: PemKind;
  readonly label: string;
  readonly der: Uint8Array;
}

const kindByLabel: Record<string, PemKind> = {
  CERTIFICATE: 'certificate',
  'X509 CERTIFICATE': 'certificate',
  'TRUSTED CERTIFICATE': 'certificate',
  'X509 CRL': 'crl',
  PKCS7: 'pkcs7',
  CMS: 'pkcs7',
};

/** Blocks in one input: far above any chain, low enough that a file of blocks cannot fill the memory. */
export const maximumPemBlocks = 4096;

/** True for input that is DER by its first octet, as the contract defines it. */
export function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30;
}

/**
 * The blocks of a PEM text. A block whose base64 is broken, or that does not end, makes the whole unreadable: leaving it
 * out silently could leave out the certificate that was meant.
 */
export function readPem(bytes: Uint8Array): Parsed<PemBlock[]> {
  const text = latin1(bytes);
  const blocks: PemBlock[] = [];
  const begin = /-----BEGIN ([A-Z0-9 ]{1,64})-----/g;
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const label = match[1] as string;
    const from = begin.lastIndex;
    const to = text.indexOf(`-----END ${label}-----`, from);
    if (to < 0) return { ok: false, expected: `-----END ${label}-----`, found: 'the end of the text' };
    if (blocks.length >= maximumPemBlocks) {
      return { ok: false, expected: `at most ${maximumPemBlocks} PEM blocks`, found: 'more' };
    }
    const kind = label.endsWith('PRIVATE KEY') ? 'private key' : (kindByLabel[label] ?? 'other');
    // A private key is only named: its octets are not even decoded.
    const der = kind === 'private key' ? new Uint8Array() : decodeBase64(text.slice(from, to));
    if (der === undefined) return { ok: false, expected: `base64 in the block ${label}`, found: 'other characters' };
    blocks.push({ kind, label, der: label === 'TRUSTED CERTIFICATE' ? firstElement(der) : der });
    begin.lastIndex = to;
  }
  if (blocks.length === 0) return { ok: false, expected: 'DER or PEM', found: describeBytes(bytes) };
  return { ok: true, value: blocks };
}

/** OpenSSL's TRUSTED CERTIFICATE has its own data behind the certificate. */
function firstElement(der: Uint8Array): Uint8Array {
  const element = parsed(() => new DerReader(der).element(tag.sequence, 'a certificate'));
  return element.ok ? element.value : der;
}

/** Base64 (RFC 4648 §4) with white space between; undefined where there is anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const compact = text.replace(/[ \t\r\n]+/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

export function encodeBase64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');
}

/** RFC 7468 text of one block, for people and files. */
export function writePem(label: string, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** What unreadable input looks like, without repeating any of it. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing (0 octets)';
  return `${bytes.length} octets that are neither`;
}
