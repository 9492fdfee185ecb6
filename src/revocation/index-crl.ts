/**
 * The index of a CRL: one pass over the DER that judges the structure of every entry and puts the offset of each into an
 * open-addressing hash table. Numbers and typed arrays only, so that it can be made in a worker and transferred; the DER
 * itself is the table's memory, and a look-up compares the octets there.
 *
 * Hostile input: the hash is keyed (serial-hash.ts); one serial may stand in the list many times (indirect CRLs
 * number every CA's certificates from 1), so repetitions form a chain whose length has a limit; every entry that breaks the grammar makes
 * the whole CRL unreadable, because a reader that skips it may skip a revocation.
 */
import { sha256Hex } from '../crypto/digest.js';
import { DerError, parsed, tag } from '../der/reader.js';
import { type CertificateList, parseCrl } from '../x509/crl.js';
import { readEntry } from './entry.js';
import { hashKey, hashOctets } from './serial-hash.js';

export interface IndexedCrl {
  /** The received octets. */
  readonly der: Uint8Array;
  /** SHA-256 of `der`, lower-case hexadecimal: its address as evidence. */
  readonly sha256: string;
  readonly entryCount: number;
  /** The key of the hash (serial-hash.ts). */
  readonly hashKey: Uint32Array;
  /**
   * Open addressing, a power of two: 0 is free, else the offset of an entry in `der` (26 bits, since a CRL has at most 64 MiB)
   * or, with the top bit set, of a chain; between them 5 bits of the hash, which spare most of the comparisons.
   */
  readonly slots: Uint32Array;
  /** Links of three: offset of an entry, what the slot held before, the number of links below. */
  readonly chains: Uint32Array;
  /** Offsets of the entries that name a certificateIssuer, ascending: each holds for those after it (RFC 5280 §5.3.3). */
  readonly issuerEntries: Uint32Array;
  /** OID of a critical entry extension that is not understood: the CRL proves no goodness (§5.3). */
  readonly unknownCriticalEntry?: string;
  /** An entry with removeFromCRL, which only delta CRLs may have (§5.3.1). */
  readonly removes: boolean;
  /**
   * A time (milliseconds since 1970) by which this CRL is shown to have existed, set by whoever can show it: the store, from its
   * log. Only such a CRL proves goodness once the key that signed it was reported compromised later.
   */
  readonly existedBy?: number;
  /** Why the octets cannot be read; the other fields are empty then. */
  readonly failure?: { readonly expected: string; readonly found: string };
}

const chainBit = 0x8000_0000;
const tagMask = 0x7c00_0000;
const offsetMask = 0x03ff_ffff;
/** Certificates of this many authorities can share a serial in one indirect CRL; what exceeds it is made to be slow. */
const maximumRepetitions = 4096;
/** In a table this empty an unlucky probe stays far below this; only a broken hash could reach it. */
const maximumProbe = 4096;

const empty = new Uint32Array(0);

/**
 * Indexes one DER CRL for repeated use; a million entries take about a fifth of a second. Never throws: octets that cannot
 * be read give an IndexedCrl with `failure`, which createTrust lists in `refused` (RFC 5280 §5.1).
 */
export function indexCrl(der: Uint8Array): IndexedCrl {
  const sha256 = sha256Hex(der);
  const list = parseCrl(der);
  const result = list.ok ? parsed(() => buildIndex(list.value, sha256)) : list;
  if (result.ok) return { der, sha256, ...result.value };
  const { expected, found } = result;
  const nothing = { entryCount: 0, hashKey: empty, slots: empty, chains: empty, issuerEntries: empty, removes: false };
  return { der, sha256, ...nothing, failure: { expected, found } };
}

/** The buffers to name when an index is posted to another thread: they move, nothing is copied. */
export function transferablesOf(crl: IndexedCrl): ArrayBuffer[] {
  const buffers = [crl.der, crl.hashKey, crl.slots, crl.chains, crl.issuerEntries].map((view) => view.buffer);
  return [...new Set(buffers)].filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}

/** The offsets of all entries with this serial number (content octets of the INTEGER), last one first. */
export function findEntries(crl: IndexedCrl, serialNumber: Uint8Array): number[] {
  const { der, slots, chains } = crl;
  const offsets: number[] = [];
  if (slots.length === 0) return offsets;
  const mask = slots.length - 1;
  const hash = hashOctets(serialNumber, 0, serialNumber.length, crl.hashKey);
  let at = hash & mask;
  let value = slots[at] as number;
  while (value !== 0 && !(sameTag(value, hash) && hasSerial(der, firstOffset(value, chains), serialNumber))) {
    at = (at + 1) & mask;
    value = slots[at] as number;
  }
  for (; value >= chainBit; value = chains[(value & offsetMask) + 1] as number) {
    offsets.push(chains[value & offsetMask] as number);
  }
  if (value !== 0) offsets.push(value & offsetMask);
  return offsets;
}

const firstOffset = (value: number, chains: Uint32Array): number =>
  value >= chainBit ? (chains[value & offsetMask] as number) : value & offsetMask;

/** The tag is taken from the upper end of the hash, the position from the lower. */
const tagOf = (hash: number): number => (hash >>> 1) & tagMask;
const sameTag = (value: number, hash: number): boolean => ((value ^ tagOf(hash)) & tagMask) === 0;

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

function hasSerial(der: Uint8Array, offset: number, serial: Uint8Array): boolean {
  if (serialLength(der, offset) !== serial.length) return false;
  const start = serialStart(der, offset);
  for (let i = 0; i < serial.length; i++) if (der[start + i] !== serial[i]) return false;
  return true;
}

/** Where the content of the serial number begins: behind two headers. */
function serialStart(der: Uint8Array, offset: number): number {
  const inner = offset + headerLength(der, offset);
  return inner + headerLength(der, inner);
}

const headerLength = (der: Uint8Array, at: number): number => {
  const length = der[at + 1] as number;
  return length < 0x80 ? 2 : 2 + (length & 0x7f);
};

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
  let removes = false;
  for (let at = start; at < end; ) {
    const next = elementEnd(der, at, end);
    if (!passEntry(der, at, next, version)) {
      const entry = readEntry(der, at, next, version);
      if (entry.certificateIssuer !== undefined) issuerEntries.push(at);
      unknownCriticalEntry ??= entry.unknownCritical;
      if (entry.reason === 'removeFromCRL') removes = true;
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
    removes,
    ...(unknownCriticalEntry === undefined ? {} : { unknownCriticalEntry }),
  };
}

const daysOfMonth = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** reasonCode without critical flag, up to the value: nearly every entry extension there is. */
const reasonPrefix = [0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01];

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
  // removeFromCRL (8) has to be noticed.
  return (der[end - 1] as number) < 8;
}

function twoDigits(der: Uint8Array, at: number): number {
  const high = (der[at] as number) - 0x30;
  const low = (der[at + 1] as number) - 0x30;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1;
}

/** Entries put into the table together: slots lie all over the memory, and a tight loop lets the waits for them overlap. */
const batch = 1024;

class SerialTable {
  readonly slots: Uint32Array;
  private chains: Uint32Array = empty;
  private chainsUsed = 0;
  readonly hashKey: Uint32Array;
  private readonly der: Uint8Array;
  private readonly offsets = new Uint32Array(batch);
  private readonly hashes = new Uint32Array(batch);
  private waiting = 0;

  constructor(der: Uint8Array, key: Uint32Array, count: number) {
    this.der = der;
    this.hashKey = key;
    let size = count === 0 ? 0 : 4;
    while (size < count * 2) size *= 2;
    // At most 0.6 full: half of a table that a count just above a power of two would double is saved.
    if (size > 4 && count <= (size / 2) * 0.6) size /= 2;
    this.slots = size === 0 ? empty : new Uint32Array(size);
  }

  /** Takes the next entry; it is in the table once `finish` was called. */
  add(offset: number): void {
    const start = serialStart(this.der, offset);
    this.offsets[this.waiting] = offset;
    this.hashes[this.waiting] = hashOctets(this.der, start, start + serialLength(this.der, offset), this.hashKey);
    if (++this.waiting === batch) this.insertWaiting();
  }

  /** Puts the rest in and gives the chains. */
  finish(): Uint32Array {
    this.insertWaiting();
    return this.chains.slice(0, this.chainsUsed);
  }

  private insertWaiting(): void {
    for (let i = 0; i < this.waiting; i++) this.insert(this.offsets[i] as number, this.hashes[i] as number);
    this.waiting = 0;
  }

  private insert(offset: number, hash: number): void {
    const { der, slots } = this;
    const mask = slots.length - 1;
    let at = hash & mask;
    for (let probes = 0; probes < maximumProbe; probes++) {
      const value = slots[at] as number;
      if (value === 0) {
        slots[at] = offset | tagOf(hash);
        return;
      }
      if (sameTag(value, hash) && sameSerial(der, offset, firstOffset(value, this.chains))) {
        slots[at] = this.link(offset, value);
        return;
      }
      at = (at + 1) & mask;
    }
    throw new DerError('serial numbers that can be indexed', 'too many that collide');
  }

  private link(offset: number, below: number): number {
    const depth = below >= chainBit ? (this.chains[(below & offsetMask) + 2] as number) + 1 : 1;
    if (depth >= maximumRepetitions)
      throw new DerError(`a serial number at most ${maximumRepetitions} times`, 'more entries with the same');
    if (this.chainsUsed + 3 > this.chains.length) {
      const grown = new Uint32Array(Math.max(48, this.chains.length * 2));
      grown.set(this.chains);
      this.chains = grown;
    }
    const at = this.chainsUsed;
    this.chains[at] = offset;
    this.chains[at + 1] = below;
    this.chains[at + 2] = depth;
    this.chainsUsed += 3;
    return (chainBit | (below & tagMask) | at) >>> 0;
  }
}

function serialLength(der: Uint8Array, offset: number): number {
  const inner = offset + headerLength(der, offset);
  const length = der[inner + 1] as number;
  if (length < 0x80) return length;
  let long = 0;
  for (let i = 0; i < (length & 0x7f); i++) long = long * 256 + (der[inner + 2 + i] as number);
  return long;
}

function sameSerial(der: Uint8Array, a: number, b: number): boolean {
  const length = serialLength(der, a);
  if (serialLength(der, b) !== length) return false;
  const left = serialStart(der, a);
  const right = serialStart(der, b);
  for (let i = 0; i < length; i++) if (der[left + i] !== der[right + i]) return false;
  return true;
}
