/**
 * The index of a CRL: one pass over the DER that judges the structure of every entry and puts its offset into a hash table
 * (serial-table.ts). Numbers and typed arrays only, so that it can be made in a worker and transferred; the DER itself
 * is the table's memory.
 *
 * An entry that breaks the grammar makes the whole CRL unreadable, because a reader that skips it may skip a revocation.
 */
import { sha256Hex } from '../crypto/digest.js';
import { DerError, parsed, tag } from '../der/reader.js';
import { type CertificateList, parseCrl } from '../x509/crl.js';
import { readEntry } from './entry.js';
import { hashKey } from './serial-hash.js';
import { type SerialIndex, SerialTable } from './serial-table.js';

/** A CRL with its index. `der` holds the received octets. */
export interface IndexedCrl extends SerialIndex {
  /** SHA-256 of `der`, lower-case hexadecimal: its address as evidence. */
  readonly sha256: string;
  readonly entryCount: number;
  /** Offsets of the entries that name a certificateIssuer, ascending: each holds for those after it (RFC 5280 §5.3.3). */
  readonly issuerEntries: Uint32Array;
  /** OID of a critical entry extension that is not understood: the CRL proves no goodness (§5.3). */
  readonly unknownCriticalEntry?: string;
  /**
   * A time (milliseconds since 1970) by which this CRL is shown to have existed, set by whoever can show it: the store, from its
   * log. Only such a CRL proves goodness once the key that signed it was reported compromised later.
   */
  readonly existedBy?: number;
  /** SHA-256 of each subjectPublicKeyInfo that the signature fits, where settleSignature looked at it: often in a worker. */
  readonly verifiedKeys?: readonly string[];
  /** Why the octets cannot be read; the other fields are empty then. */
  readonly failure?: { readonly expected: string; readonly found: string };
}

export { findEntries } from './serial-table.js';

const empty = new Uint32Array(0);

/**
 * Indexes one DER CRL for repeated use; a million entries take about a fifth of a second. Never throws: octets that cannot
 * be read give an IndexedCrl with `failure`, which createTrust lists in `refused` (RFC 5280 §5.1).
 *
 * @example
 * ```ts
 * import { createTrust, indexCrl } from 'unify-pki';
 * const crl = indexCrl(new Uint8Array([0x30, 0x00]));
 * console.log(createTrust({ crls: [crl] }).refused[0]?.finding.code); // crl_malformed
 * ```
 */
export function indexCrl(der: Uint8Array): IndexedCrl {
  const sha256 = sha256Hex(der);
  const list = parseCrl(der);
  const result = list.ok ? parsed(() => buildIndex(list.value, sha256)) : list;
  if (result.ok) return { der, sha256, ...result.value };
  const { expected, found } = result;
  const nothing = { entryCount: 0, hashKey: empty, slots: empty, chains: empty, issuerEntries: empty };
  return { der, sha256, ...nothing, failure: { expected, found } };
}

/** The buffers to name when an index is posted to another thread: they move, nothing is copied. Empty ones are shared and stay. */
export function transferablesOf(crl: IndexedCrl): ArrayBuffer[] {
  const buffers = [crl.der, crl.hashKey, crl.slots, crl.chains, crl.issuerEntries].map((view) => view.buffer);
  return [...new Set(buffers)].filter(
    (buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer && buffer.byteLength > 0,
  );
}

/** The entry whose certificateIssuer holds for the entry at `offset` (§5.3.3); undefined: the issuer of the CRL. */
export function issuerEntryOf(crl: IndexedCrl, offset: number): number | undefined {
  const { issuerEntries } = crl;
  let low = 0;
  let high = issuerEntries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((issuerEntries[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : issuerEntries[low - 1];
}

/** The offset behind the element at `at`; the only check is that it stays inside, the rest is done by `passEntry`. */
function elementEnd(der: Uint8Array, at: number, limit: number): number {
  const first = at + 1 < limit ? (der[at + 1] as number) : 0;
  let length = first;
  let content = at + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4) throw new DerError('an entry of the CRL', 'a length of another form than DER has');
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (der[content + i] ?? 0);
    content += octets;
  }
  if (content + length > limit) throw new DerError('an entry of the CRL', 'a truncated element');
  return content + length;
}

function countEntries(der: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at = elementEnd(der, at, end)) count++;
  return count;
}

function buildIndex(list: CertificateList, sha256: string): Omit<IndexedCrl, 'der' | 'sha256'> {
  const { der, version } = list;
  const { start, end } = list.entries;
  const entryCount = countEntries(der, start, end);
  const index = new SerialTable(der, hashKey(sha256), entryCount);
  const issuerEntries: number[] = [];
  let unknownCriticalEntry: string | undefined;
  for (let at = start; at < end; ) {
    const next = elementEnd(der, at, end);
    if (!passEntry(der, at, next, version)) {
      const entry = readEntry(der, at, next, version);
      if (entry.certificateIssuer !== undefined) issuerEntries.push(at);
      unknownCriticalEntry ??= entry.unknownCritical;
    }
    index.add(at);
    at = next;
  }
  const chains = index.finish();
  return {
    entryCount,
    hashKey: index.hashKey,
    slots: index.slots,
    chains,
    issuerEntries: Uint32Array.from(issuerEntries),
    ...(unknownCriticalEntry === undefined ? {} : { unknownCriticalEntry }),
  };
}

const daysOfMonth = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** reasonCode without critical flag, up to the value: nearly every entry extension there is. */
const reasonPrefix = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01);

/**
 * The common entry (short lengths, serial number, UTCTime, at most a reason) judged without an object made. False means
 * "not the common form", never "bad": readEntry decides then, and it is the one that words the defect.
 */
function passEntry(der: Uint8Array, at: number, end: number, version: 1 | 2): boolean {
  if (der[at] !== tag.sequence || (der[at + 1] as number) >= 0x80 || der[at + 2] !== tag.integer) return false;
  const length = der[at + 3] as number;
  const serial = at + 4;
  const time = serial + length;
  // UTCTime takes 15 octets.
  if (length === 0 || length >= 0x80 || time + 15 > end) return false;
  if (length > 1) {
    const first = der[serial] as number;
    if ((first === 0 || first === 0xff) && (der[serial + 1] as number) >> 7 === first >> 7) return false;
  }
  if (der[time] !== tag.utcTime || der[time + 1] !== 13 || der[time + 14] !== 0x5a) return false;
  const month = twoDigits(der, time + 4);
  const day = twoDigits(der, time + 6);
  // The 29th of February depends on the year: the general reader looks at it.
  if (twoDigits(der, time + 2) < 0 || month < 1 || day < 1 || day > (daysOfMonth[month] ?? 0)) return false;
  const hour = twoDigits(der, time + 8);
  const minute = twoDigits(der, time + 10);
  const second = twoDigits(der, time + 12);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  const rest = time + 15;
  if (rest === end) return true;
  if (version === 1 || end - rest !== reasonPrefix.length + 1) return false;
  for (let i = 0; i < reasonPrefix.length; i++) if (der[rest + i] !== reasonPrefix[i]) return false;
  // A reason above 127 would be a negative or an unnamed number: the general reader looks at it.
  return (der[end - 1] as number) < 0x80;
}

function twoDigits(der: Uint8Array, at: number): number {
  const high = (der[at] as number) - 0x30;
  const low = (der[at + 1] as number) - 0x30;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1;
}
