import { DerReader, type Parsed, parsed } from '../../src/der/reader.js';
import { parseCertificate } from '../../src/x509/certificate.js';

/** Octets from hexadecimal with blanks. */
export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));

/** What a reader found instead, or its value. */
export function outcome<T>(read: () => T): T | { refused: string } {
  const result: Parsed<T> = parsed(read);
  return result.ok ? result.value : { refused: result.found };
}

export const readerOf = (text: string): DerReader => new DerReader(hex(text));

export function certificateOf(der: Uint8Array) {
  const result = parseCertificate(der);
  if (!result.ok) throw new Error(`expected ${result.expected}, found ${result.found}`);
  return result.value;
}
