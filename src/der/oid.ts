/** OBJECT IDENTIFIER (X.690 §8.19): dotted form from content octets, with minimal subidentifiers and a size limit. */
import { commonOid } from './common-oids.js';
import { DerError, type DerReader, tag } from './reader.js';

/** X.509 in the wild stays far below; a limit keeps the dotted string, and comparisons of it, small. */
const maximumOctets = 128;

export function readOid(reader: DerReader, what: string, expectedTag: number = tag.oid, of?: string): string {
  reader.pass(expectedTag, what, of);
  return decodeOid(reader.bytes, what, reader.contentStart, reader.contentEnd);
}

export function decodeOid(octets: Uint8Array, what: string, from = 0, to: number = octets.length): string {
  return commonOid(octets, from, to) ?? decodeAny(octets, what, from, to);
}

/** Without the table of common ones. */
export function decodeAny(octets: Uint8Array, what: string, from: number, to: number): string {
  if (from === to || to - from > maximumOctets) throw new DerError(what, 'an OBJECT IDENTIFIER of impossible length');
  if ((octets[to - 1] as number) >= 0x80) throw new DerError(what, 'a truncated OBJECT IDENTIFIER');
  let text = '';
  let value = 0;
  let start = true;
  for (let i = from; i < to; i++) {
    const octet = octets[i] as number;
    if (start && octet === 0x80) throw new DerError(what, 'an OBJECT IDENTIFIER that is not minimal');
    value = value * 128 + (octet & 0x7f);
    // Arcs above 2^53 (UUIDs under 2.25) are kept exactly, as BigInt, on the slow path.
    if (value > Number.MAX_SAFE_INTEGER / 128 && octet >= 0x80) return decodeLarge(octets.subarray(from, to));
    start = octet < 0x80;
    if (!start) continue;
    if (text === '') {
      const first = value < 40 ? 0 : value < 80 ? 1 : 2;
      text = `${first}.${value - first * 40}`;
    } else text += `.${value}`;
    value = 0;
  }
  return text;
}

function decodeLarge(content: Uint8Array): string {
  const arcs: bigint[] = [];
  let value = 0n;
  for (const octet of content) {
    value = (value << 7n) | BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    if (arcs.length === 0) {
      const first = value < 40n ? 0n : value < 80n ? 1n : 2n;
      arcs.push(first, value - first * 40n);
    } else arcs.push(value);
    value = 0n;
  }
  return arcs.join('.');
}

const dotted = /^[0-2](\.(0|[1-9]\d{0,38})){1,63}$/;

/** True for a dotted object identifier such as 1.3.6.1.5.5.7.3.1. */
export function isOid(text: string): boolean {
  return dotted.test(text);
}
