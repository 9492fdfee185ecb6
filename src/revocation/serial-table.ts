/**
 * A hash table of serial numbers over octets that hold the entries themselves: open addressing in typed arrays, exact
 * comparison in place, two memory accesses for most look-ups.
 *
 * Hostile input: the hash is keyed (serial-hash.ts), and one serial may stand in the list many times (indirect CRLs number
 * every CA's certificates from 1), so repetitions form a chain whose length has a limit.
 */
import { DerError } from '../der/reader.js';
import { hashOctets } from './serial-hash.js';

/** A hash table of serial numbers over octets that hold the entries themselves. */
export interface SerialIndex {
  readonly der: Uint8Array;
  /** The key of the hash (serial-hash.ts). */
  readonly hashKey: Uint32Array;
  /**
   * Open addressing, a power of two: 0 is free, else the offset of an entry in `der` (26 bits, since a CRL has at most 64 MiB)
   * or, with the top bit set, of a chain; between them 5 bits of the hash, which spare most of the comparisons.
   */
  readonly slots: Uint32Array;
  /** Links of three: offset of an entry, what the slot held before, the number of links below. */
  readonly chains: Uint32Array;
}

const chainBit = 0x8000_0000;
const tagMask = 0x7c00_0000;
const offsetMask = 0x03ff_ffff;
/** Certificates of this many authorities can share a serial in one indirect CRL; what exceeds it is made to be slow. */
const maximumRepetitions = 4096;
/** In a table this empty an unlucky probe stays far below this; only a broken hash could reach it. */
const maximumProbe = 4096;

const empty = new Uint32Array(0);
const nothing: readonly number[] = [];

/** The offsets of all entries with this serial number (content octets of the INTEGER), last one first. */
export function findEntries(index: SerialIndex, serialNumber: Uint8Array): readonly number[] {
  const { der, slots, chains } = index;
  if (slots.length === 0) return nothing;
  const mask = slots.length - 1;
  const hash = hashOctets(serialNumber, 0, serialNumber.length, index.hashKey);
  let at = hash & mask;
  let value = slots[at] as number;
  while (value !== 0 && !(sameTag(value, hash) && hasSerial(der, firstOffset(value, chains), serialNumber))) {
    at = (at + 1) & mask;
    value = slots[at] as number;
  }
  if (value === 0) return nothing;
  // A list that starts empty and grows costs as much as the look-up; nearly every serial number stands there once.
  if (value < chainBit) return [value & offsetMask];
  return chained(chains, value);
}

function chained(chains: Uint32Array, first: number): number[] {
  const offsets: number[] = [];
  let value = first;
  for (; value >= chainBit; value = chains[(value & offsetMask) + 1] as number) {
    offsets.push(chains[value & offsetMask] as number);
  }
  offsets.push(value & offsetMask);
  return offsets;
}

const firstOffset = (value: number, chains: Uint32Array): number =>
  value >= chainBit ? (chains[value & offsetMask] as number) : value & offsetMask;

/** The tag is taken from the upper end of the hash, the position from the lower. */
const tagOf = (hash: number): number => (hash >>> 1) & tagMask;
const sameTag = (value: number, hash: number): boolean => ((value ^ tagOf(hash)) & tagMask) === 0;

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

/** Entries put into the table together: slots lie all over the memory, and a tight loop lets the waits for them overlap. */
const batch = 1024;

export class SerialTable {
  readonly slots: Uint32Array;
  private chains: Uint32Array = empty;
  private chainsUsed = 0;
  readonly hashKey: Uint32Array;
  private readonly der: Uint8Array;
  private readonly offsets = new Uint32Array(batch);
  private readonly hashes = new Int32Array(batch);
  private waiting = 0;
  /** Kept, lest the reading be optimized away. */
  touched = 0;

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
    this.addSerial(offset, start, start + serialLength(this.der, offset));
  }

  /** The same for a caller that knows where the content of the serial number lies. */
  addSerial(offset: number, start: number, end: number): void {
    this.offsets[this.waiting] = offset;
    this.hashes[this.waiting] = hashOctets(this.der, start, end, this.hashKey);
    if (++this.waiting === batch) this.insertWaiting();
  }

  /** Puts the rest in and gives the chains. */
  finish(): Uint32Array {
    this.insertWaiting();
    return this.chains.slice(0, this.chainsUsed);
  }

  private insertWaiting(): void {
    const { slots, hashes, waiting } = this;
    const mask = slots.length - 1;
    // Nothing hangs on what is read here, so that the waits for memory overlap; a probe that branches on it stops them.
    let seen = 0;
    for (let i = 0; i < waiting; i++) seen |= slots[(hashes[i] as number) & mask] as number;
    this.touched = seen;
    for (let i = 0; i < waiting; i++) this.insert(this.offsets[i] as number, hashes[i] as number);
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
