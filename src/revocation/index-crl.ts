/**
 * The index of a CRL: one pass over the DER that judges the structure of every entry and puts its offset into a hash table
 * (serial-table.ts). Numbers and typed arrays only, so that it can be made in a worker and transferred; the DER itself
 * is the table's memory.
 *
 * An entry that breaks the grammar makes the whole CRL unreadable, because a reader that skips it may skip a revocation.
 */
import { sha256Hex } from '../crypto/digest.js';
import { DerError, parsed } from '../der/reader.js';
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

/** The offset behind the element at `at`; the only check is that it stays inside, the rest is done by who reads it. */
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
  const view = new DataView(der.buffer, der.byteOffset, der.byteLength);
  const issuerEntries: number[] = [];
  let unknownCriticalEntry: string | undefined;
  for (let at = passCommon(view, start, end, version, index); at < end; ) {
    const next = elementEnd(der, at, end);
    const entry = readEntry(der, at, next, version);
    if (entry.certificateIssuer !== undefined) issuerEntries.push(at);
    unknownCriticalEntry ??= entry.unknownCritical;
    index.add(at);
    at = passCommon(view, next, end, version, index);
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

/**
 * Puts common entries into the table, one after another; gives the offset of the first that is of another form, or `end`. Small,
 * and apart from what those need: the loop is compiled while it runs, and a larger one takes longer than the walk.
 */
function passCommon(view: DataView, from: number, end: number, version: 1 | 2, index: SerialTable): number {
  let at = from;
  while (at < end) {
    const length = commonSerialLength(view, at, end, version);
    if (length === 0) return at;
    index.addSerial(at, at + 4, at + 4 + length);
    at += 2 + view.getUint8(at + 1);
  }
  return at;
}

/**
 * The common entry (short lengths, serial number, UTCTime, at most a reason) judged in words of four octets and without an
 * object made: gives the length of its serial number, whose content starts at `at + 4`. 0 means "not the common form", never
 * "bad": readEntry decides then, and it is the one that words the defect.
 */
function commonSerialLength(view: DataView, at: number, limit: number, version: 1 | 2): number {
  if (limit - at < 4) return 0;
  // SEQUENCE, INTEGER, and both lengths below 128.
  const head = view.getInt32(at);
  if ((head & ~0x007f007f) !== 0x30000200) return 0;
  const end = at + 2 + ((head >>> 16) & 0x7f);
  const length = head & 0x7f;
  const time = at + 4 + length;
  // UTCTime takes 15 octets.
  if (end > limit || time + 15 > end) return 0;
  if (length > 1) {
    // Nine equal bits in front: the INTEGER is not minimal.
    const first = view.getUint16(at + 4) >>> 7;
    if (first === 0 || first === 0x1ff) return 0;
  }
  if (view.getUint16(time) !== 0x170d || view.getUint8(time + 14) !== 0x5a) return 0;
  if (!isCommonTime(view.getInt32(time + 2), view.getInt32(time + 6), view.getInt32(time + 10))) return 0;
  const rest = time + 15;
  return rest === end || (version === 2 && isReason(view, rest, end)) ? length : 0;
}

/** YYMM, DDHH, MMSS; not the 29th of February, which depends on the year: the general reader looks at it. */
function isCommonTime(yearMonth: number, dayHour: number, minuteSecond: number): boolean {
  if (!areDigits(yearMonth) || !areDigits(dayHour) || !areDigits(minuteSecond)) return false;
  const month = secondNumber(yearMonth);
  const day = firstNumber(dayHour);
  // No month 0 and none above 12: there the table has 0 days, or nothing.
  if (day === 0 || day > (daysOfMonth[month] ?? 0)) return false;
  return secondNumber(dayHour) < 24 && firstNumber(minuteSecond) < 60 && secondNumber(minuteSecond) < 60;
}

/** Four octets from '0' to '9': 3 in each upper half, also after 6 is added, which carries from 10 on. */
const areDigits = (word: number): boolean =>
  (word & 0xf0f0f0f0) === 0x30303030 && ((word + 0x06060606) & 0xf0f0f0f0) === 0x30303030;
const firstNumber = (word: number): number => ((word >>> 24) & 15) * 10 + ((word >>> 16) & 15);
const secondNumber = (word: number): number => ((word >>> 8) & 15) * 10 + (word & 15);

/** One extension, reasonCode without critical flag, with a value below 128: nearly every entry extension there is. */
function isReason(view: DataView, at: number, end: number): boolean {
  return (
    end - at === 14 &&
    view.getInt32(at) === 0x300c300a &&
    view.getInt32(at + 4) === 0x0603551d &&
    view.getInt32(at + 8) === 0x1504030a &&
    // Length 1 and a value below 128; one above would be negative or unnamed, and the general reader looks at it.
    view.getUint16(at + 12) >>> 7 === 2
  );
}
