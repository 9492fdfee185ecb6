/**
 * Object identifiers that most certificates and CRLs are made of, found by their octets instead of being decoded: a leaf
 * has some twenty of them, and their dotted forms would be half of the time that reading it takes. One string for each also
 * makes comparing them cheap. What is missing here is decoded; nothing depends on what the table holds.
 */
import { isAt } from './octets.js';

const numbers = (arc: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${arc}.${from + i}`);

/** Exported for the test that compares the table with decoding. */
export const commonOids: readonly string[] = [
  // X.520 attribute types, X.509 extensions, policies
  ...numbers('2.5.4', 3, 20),
  '2.5.4.42',
  '2.5.4.46',
  '2.5.4.65',
  '2.5.4.97',
  ...numbers('2.5.29', 14, 37),
  '2.5.29.46',
  '2.5.29.54',
  '2.5.29.60',
  '2.5.29.32.0',
  '2.5.29.37.0',
  '2.23.140.1.2.1',
  '2.23.140.1.2.2',
  // PKIX: access methods, purposes, policy qualifiers
  '1.3.6.1.5.5.7.1.1',
  '1.3.6.1.5.5.7.48.1',
  '1.3.6.1.5.5.7.48.2',
  ...numbers('1.3.6.1.5.5.7.3', 1, 9),
  '1.3.6.1.5.5.7.3.36',
  '1.3.6.1.5.5.7.2.1',
  '1.3.6.1.5.5.7.2.2',
  '1.3.6.1.4.1.11129.2.4.2',
  // PKCS #1, #7, #9
  ...numbers('1.2.840.113549.1.1', 1, 14),
  ...numbers('1.2.840.113549.1.7', 1, 6),
  ...numbers('1.2.840.113549.1.9', 1, 6),
  '1.2.840.113549.1.9.15',
  '1.2.840.113549.1.9.16.2.14',
  '1.2.840.113549.1.9.16.2.47',
  '0.9.2342.19200300.100.1.1',
  '0.9.2342.19200300.100.1.25',
  // Elliptic curves, digests
  '1.2.840.10045.2.1',
  '1.2.840.10045.3.1.7',
  ...numbers('1.2.840.10045.4.3', 1, 4),
  '1.3.132.0.34',
  '1.3.132.0.35',
  '1.3.101.112',
  '1.3.14.3.2.26',
  ...numbers('2.16.840.1.101.3.4.2', 1, 4),
];

interface Entry {
  readonly octets: Uint8Array;
  readonly text: string;
}

/** Property names are texts of which the engine keeps one each, and which it compares by where they are. */
const interned = Object.keys(Object.fromEntries(commonOids.map((text) => [text, true])));

/** Open addressing, mostly empty. Filled here once, so that no input can make it slow. */
const size = 512;
const table: (Entry | undefined)[] = new Array<Entry | undefined>(size).fill(undefined);
for (const text of interned) {
  const octets = Uint8Array.from(encode(text));
  let at = slotOf(octets, 0, octets.length);
  while (table[at] !== undefined) at = (at + 1) % size;
  table[at] = { octets, text };
}

/** The dotted form of the content octets from `from` to `to`, when it is a common one. */
export function commonOid(octets: Uint8Array, from: number, to: number): string | undefined {
  for (let at = slotOf(octets, from, to); ; at = (at + 1) % size) {
    const entry = table[at];
    if (entry === undefined || isAt(entry.octets, octets, from, to)) return entry?.text;
  }
}

/** From the last two octets and the length, which tell most of them apart. */
function slotOf(octets: Uint8Array, from: number, to: number): number {
  const last = octets[to - 1] ?? 0;
  const before = octets[to - 2] ?? 0;
  return (last * 7 + before * 31 + (to - from) * 67) % size;
}

/** Content octets of a dotted form (X.690 §8.19.4). */
function encode(text: string): number[] {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return [first * 40 + second, ...rest].flatMap((arc) => {
    const octets = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) octets.unshift(0x80 | (left & 0x7f));
    return octets;
  });
}
