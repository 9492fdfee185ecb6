/**
 * Puts DER together. Primitive values (integers, OIDs, strings, times) are encoded by asn1js, so that the
 * project's own reader is tested against bytes that it did not write itself; constructed values are
 * concatenated here, because octets that are given (a key, a name, a foreign extension) must stay exactly
 * those octets, which a parse and a re-encoding would not promise.
 *
 * This is a writer for imitations: it encodes what it is told, also what no RFC allows.
 */
import { BitString, Enumerated, Integer, ObjectIdentifier, Utf8String } from 'asn1js';

export type Bytes = Uint8Array;

export function concat(parts: readonly Bytes[]): Bytes {
  return new Uint8Array(Buffer.concat(parts));
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}

/** One TLV with a single identifier octet. */
export function tlv(tag: number, ...content: readonly Bytes[]): Bytes {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return concat([new Uint8Array([tag, ...lengthOctets(length)]), ...content]);
}

/** One TLV of indefinite length (X.690 §8.1.3.6): BER, as streaming signers write it. */
export function indefinite(tag: number, ...content: readonly Bytes[]): Bytes {
  return concat([new Uint8Array([tag, 0x80]), ...content, new Uint8Array([0, 0])]);
}

export const sequence = (...content: readonly Bytes[]): Bytes => tlv(0x30, ...content);

/** SET OF: DER sorts the encodings (X.690 §11.6). */
export const setOf = (members: readonly Bytes[]): Bytes =>
  tlv(0x31, ...[...members].sort((left, right) => Buffer.compare(left, right)));

/** [n] EXPLICIT, or [n] IMPLICIT over the content of a constructed value. */
export const context = (number: number, ...content: readonly Bytes[]): Bytes => tlv(0xa0 | number, ...content);

/** [n] IMPLICIT over the content of a primitive value. */
export const contextPrimitive = (number: number, content: Bytes): Bytes => tlv(0x80 | number, content);

/** The content of a TLV, for implicit tagging. */
export function contentOf(der: Bytes): Bytes {
  const first = der[1] ?? 0;
  return der.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}

/** The same TLV under another (single-octet) tag: IMPLICIT tagging. */
export const retag = (tag: number, der: Bytes): Bytes => concat([new Uint8Array([tag]), der.subarray(1)]);

const written = (value: { toBER(): ArrayBuffer }): Bytes => new Uint8Array(value.toBER());

export const oid = (dotted: string): Bytes => written(new ObjectIdentifier({ value: dotted }));
export const integer = (value: bigint | number): Bytes => written(Integer.fromBigInt(BigInt(value)));
export const enumerated = (value: number): Bytes => written(new Enumerated({ value }));
export const utf8 = (value: string): Bytes => written(new Utf8String({ value }));
export const ia5 = (value: string): Bytes => tlv(0x16, new Uint8Array(Buffer.from(value, 'latin1')));
export const octetString = (value: Bytes): Bytes => tlv(0x04, value);
export const nullValue: Bytes = new Uint8Array([5, 0]);
/** BOOLEAN TRUE; FALSE is everywhere a DEFAULT and therefore left out. */
export const trueValue: Bytes = new Uint8Array([1, 1, 0xff]);

export const bitString = (value: Bytes, unusedBits = 0): Bytes =>
  written(new BitString({ unusedBits, valueHex: new Uint8Array(value) }));

/** A named bit list: trailing zero bits removed (X.690 §11.2.2). */
export function namedBits(bits: readonly number[]): Bytes {
  if (bits.length === 0) return bitString(new Uint8Array(0));
  const highest = Math.max(...bits);
  const octets = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(octets, 7 - (highest & 7));
}

const digits = (date: Date): string => date.toISOString().replace(/[-:T]/g, '').slice(0, 14);

export const utcTime = (date: Date): Bytes => tlv(0x17, Buffer.from(`${digits(date).slice(2)}Z`));
export const generalizedTime = (date: Date): Bytes => tlv(0x18, Buffer.from(`${digits(date)}Z`));

/** Time as RFC 5280 §4.1.2.5 wants it: UTCTime through 2049, GeneralizedTime after; milliseconds are dropped. */
export function time(date: Date): Bytes {
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050 ? utcTime(date) : generalizedTime(date);
}

/** An encoding as PEM (RFC 7468). */
export function pem(der: Bytes, label = 'CERTIFICATE'): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
