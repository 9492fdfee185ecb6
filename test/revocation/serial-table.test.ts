/** The hash and the table of serial numbers, held against the plain sums that they stand for. */
import { describe, expect, it } from 'vitest';
import { hashKey, hashOctets } from '../../src/revocation/serial-hash.js';
import { findEntries, SerialTable } from '../../src/revocation/serial-table.js';
import { generalizedTime, integer, sequence, tlv, utcTime } from '../../src/stand-in/asn1.js';
import { day } from './pki.js';

const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const key = hashKey(digest);

/** 32 bits without sign, in numbers that lose nothing. */
const low = (value: bigint): bigint => BigInt.asUintN(32, value);

/** fmix32 of MurmurHash3. */
function finish(value: bigint): bigint {
  let h = low(value);
  h = low((h ^ (h >> 16n)) * 0x85ebca6bn);
  h = low((h ^ (h >> 13n)) * 0xc2b2ae35n);
  return h ^ (h >> 16n);
}

/** Pairs of octets times their multipliers, the length, and another power of the first multiplier every 64 octets. */
function plainHash(octets: readonly number[]): number {
  let sum = BigInt(octets.length);
  for (let at = 0; at < octets.length; at += 2) {
    if (at > 0 && at % 64 === 0) sum *= BigInt(key[0] as number);
    const pair = ((octets[at] as number) << 8) | (octets[at + 1] ?? 0);
    sum += BigInt(key[(at % 64) / 2] as number) * BigInt(pair);
  }
  return Number(BigInt.asIntN(32, finish(sum)));
}

const octetsOf = (length: number, factor = 37) => Array.from({ length }, (_, i) => (i * factor + 11) & 0xff);

describe('the hash of serial numbers', () => {
  it('has 32 odd multipliers, all of the digest', () => {
    const words = Array.from({ length: 8 }, (_, i) => BigInt(`0x${digest.slice(i * 8, i * 8 + 8)}`));
    const next = (i: number) => (words[i & 7] as bigint) + BigInt((i >> 3) + 1) * 0x9e3779b9n;
    const expected = Array.from({ length: 32 }, (_, i) => Number(finish(next(i) ^ finish(next(i + 1))) | 1n));
    expect([...hashKey(digest)]).toEqual(expected);
    expect(new Set(expected).size).toBe(32);
    // Each digit of the digest counts.
    for (let at = 0; at < 64; at++) {
      const other = digest.slice(0, at) + (digest[at] === '0' ? '1' : '0') + digest.slice(at + 1);
      expect([...hashKey(other)]).not.toEqual(expected);
    }
  });

  it('is the sum that it is said to be, wherever the octets lie', () => {
    for (const length of [0, 1, 2, 3, 8, 16, 20, 31, 62, 63, 64, 65, 66, 100, 127, 128, 129, 150]) {
      const octets = octetsOf(length);
      const around = Uint8Array.of(1, 2, 3, ...octets, 0xff, 0xff);
      expect([length, hashOctets(around, 3, 3 + length, key)]).toEqual([length, plainHash(octets)]);
      expect([length, hashOctets(around, 4, 3 + Math.max(1, length), key)]).toEqual([
        length,
        plainHash(octets.slice(1)),
      ]);
    }
  });
});

describe('the table of serial numbers', () => {
  /** Entries one after another, after an octet that is none; the offset of each. */
  function entriesOf(serials: readonly Uint8Array[], timeOf: (index: number) => Uint8Array) {
    const offsets: number[] = [];
    const parts: Uint8Array[] = [Uint8Array.of(0)];
    let at = 1;
    for (const [index, serial] of serials.entries()) {
      const entry = sequence(tlv(2, serial), timeOf(index));
      offsets.push(at);
      parts.push(entry);
      at += entry.length;
    }
    return { der: Uint8Array.from(Buffer.concat(parts)), offsets };
  }

  const time = utcTime(day('2025-12-01'));

  function tableOf(serials: readonly Uint8Array[], withKey = key, timeOf = (_index: number) => time) {
    const { der, offsets } = entriesOf(serials, timeOf);
    const table = new SerialTable(der, withKey, serials.length);
    for (const offset of offsets) table.add(offset);
    return { index: { der, hashKey: withKey, chains: table.finish(), slots: table.slots }, offsets };
  }

  it('is a power of two, at most 0.6 full, and no larger than that asks for', () => {
    const size = (count: number) => new SerialTable(new Uint8Array(0), key, count).slots.length;
    expect([0, 1, 2, 3, 4, 5, 8, 9, 10, 16, 19, 20, 38, 39].map(size)).toEqual([
      0, 4, 4, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 128,
    ]);
    for (let count = 3; count < 100; count++) {
      expect(Math.log2(size(count)) % 1).toBe(0);
      expect(count / size(count)).toBeLessThanOrEqual(0.6);
      expect(count / size(count)).toBeGreaterThan(0.25);
    }
  });

  it('finds serial numbers of every length, once or often, also where all of them collide', () => {
    const serials: Uint8Array[] = [];
    for (const length of [1, 2, 16, 20, 100, 126, 127, 128, 129, 200, 255, 256, 300])
      for (const factor of [37, 41]) serials.push(Uint8Array.from(octetsOf(length, factor)));
    const [first, second] = serials as [Uint8Array, Uint8Array];
    serials.push(second, ...serials.slice(4, 9), second, second);
    // Without multipliers the length alone counts: neighbours then meet in one slot.
    for (const withKey of [key, new Uint32Array(32)]) {
      const { index, offsets } = tableOf(serials, withKey);
      expect(offsets).toHaveLength(34);
      for (const asked of [first, ...serials]) {
        const expected = offsets.filter((_, i) => Buffer.compare(serials[i] as Uint8Array, asked) === 0).reverse();
        expect(findEntries(index, asked)).toEqual(expected);
        const near = asked.slice();
        near[near.length - 1] = (near.at(-1) as number) ^ 1;
        expect(findEntries(index, near)).toEqual([]);
        expect(findEntries(index, Uint8Array.of(...asked, 0))).toEqual([]);
        expect(findEntries(index, asked.subarray(1))).toEqual(
          offsets.filter((_, i) => Buffer.compare(serials[i] as Uint8Array, asked.subarray(1)) === 0).reverse(),
        );
      }
    }
  });

  it('finds every repetition of the first serial number that is repeated, whatever its hash', () => {
    for (let n = 0; n < 256; n++) {
      const serial = Uint8Array.of(0x40, n);
      const other = Uint8Array.of(0x41, n);
      const { index, offsets } = tableOf([serial, other, serial, serial, other]);
      expect([n, findEntries(index, serial)]).toEqual([n, [offsets[3], offsets[2], offsets[0]]]);
      expect([n, findEntries(index, other)]).toEqual([n, [offsets[4], offsets[1]]]);
    }
  });

  it('takes the first that is repeated 4,096 times and no more, also where no bit of its hash is kept', () => {
    const hashed = (n: number) => hashOctets(Uint8Array.of(0x40, n), 0, 2, key);
    const n = Array.from({ length: 256 }, (_, i) => i).find((i) => (hashed(i) & 0xf800_0000) === 0) as number;
    const times = (count: number) => Array.from({ length: count }, () => Uint8Array.of(0x40, n));
    expect(findEntries(tableOf(times(4_096)).index, Uint8Array.of(0x40, n))).toHaveLength(4_096);
    expect(() => tableOf(times(4_097))).toThrow('a serial number at most 4096 times');
  });

  it('takes the same serial number for the same, whatever form of time follows it', () => {
    const late = generalizedTime(day('2055-01-01'));
    const serial = Uint8Array.of(0x40, 1);
    for (const odd of [0, 1]) {
      const { index, offsets } = tableOf([serial, serial, serial], key, (i) => (i % 2 === odd ? late : time));
      expect(findEntries(index, serial)).toEqual([...offsets].reverse());
    }
  });

  it('tells a serial number from the one that it begins with, also where both have one hash', () => {
    const none = new Uint32Array(32);
    // What slots of a table of four and the bits kept in them show of a hash.
    const shown = (length: number) => hashOctets(new Uint8Array(length), 0, length, none) & 0xf800_0003;
    let alike = 0;
    for (let short = 1; short < 126; short++) {
      for (let long = short + 1; long < 127; long++) {
        if (shown(short) !== shown(long)) continue;
        alike++;
        const longer = Uint8Array.from(octetsOf(long));
        const shorter = longer.slice(0, short);
        for (const serials of [
          [shorter, longer],
          [longer, shorter],
        ]) {
          const { index, offsets } = tableOf(serials, none);
          expect(serials.map((serial) => findEntries(index, serial))).toEqual(offsets.map((offset) => [offset]));
        }
      }
    }
    expect(alike).toBeGreaterThan(20);
  });

  it('takes more than it puts in at once, and a chain that outgrows its octets', () => {
    const serials = Array.from({ length: 2_500 }, (_, i) => integer(i % 1_250).subarray(2));
    const { index, offsets } = tableOf(serials);
    for (let i = 0; i < 1_250; i++) {
      expect(findEntries(index, serials[i] as Uint8Array)).toEqual([offsets[i + 1_250], offsets[i]]);
    }
    expect(index.chains).toHaveLength(3 * 1_250);
    expect(findEntries(tableOf([]).index, new Uint8Array([1]))).toEqual([]);
  });

  it('refuses serial numbers of which too many collide', () => {
    const serials = Array.from({ length: 4_097 }, (_, i) => Uint8Array.of(0x40 | (i >> 8), i & 0xff));
    expect(() => tableOf(serials.slice(0, 300), new Uint32Array(32))).not.toThrow();
    expect(() => tableOf(serials, new Uint32Array(32))).toThrow('serial numbers that can be indexed');
  });
});
