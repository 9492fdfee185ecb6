/** Serial numbers chosen to collide in the hash: possible for a key that is known beforehand, and of no use against a CRL. */
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/crypto/digest.js';
import { indexCrl } from '../../src/revocation/index-crl.js';
import { hashKey, hashOctets } from '../../src/revocation/serial-hash.js';
import { SerialTable } from '../../src/revocation/serial-table.js';
import { compactTimeline } from '../../src/revocation/timeline.js';
import { parseCrl } from '../../src/x509/crl.js';
import { authority, crlOf, day } from './pki.js';

/** Twice two octets and what they add to the sum, each once. */
function pairs(first: number, second: number): Map<number, readonly [number, number]> {
  const found = new Map<number, readonly [number, number]>();
  for (let a = 0x0100; a < 0x8000; a++)
    for (let b = 0; b < 4; b++) found.set((Math.imul(first, a) + Math.imul(second, b)) | 0, [a, b]);
  return found;
}

/** Three times eight octets that add the same to the sum. */
function threeAlike([a, b, c, d]: readonly number[]): number[][] {
  const [left, right] = [pairs(a as number, b as number), pairs(c as number, d as number)];
  for (let target = 0; ; target++) {
    const alike: number[][] = [];
    for (const [sum, words] of right) {
      const others = left.get((target - sum) | 0);
      if (others !== undefined) alike.push([...others, ...words]);
      if (alike.length === 3) return alike;
    }
  }
}

/** Serial numbers of 64 octets: in each of eight parts one of three that make no difference. */
function colliding(key: Uint32Array, count: number): bigint[] {
  const parts = Array.from({ length: 8 }, (_, part) => threeAlike([...key.subarray(4 * part, 4 * part + 4)]));
  const hex = (words: number[]) => words.map((word) => word.toString(16).padStart(4, '0')).join('');
  return Array.from({ length: count }, (_, n) =>
    BigInt(`0x${parts.map((three, part) => hex(three[Math.floor(n / 3 ** part) % 3] as number[])).join('')}`),
  );
}

describe('serial numbers chosen beforehand', () => {
  const guessed = hashKey(sha256Hex(new Uint8Array(0)));
  const serials = colliding(guessed, 4_097);
  const revocationDate = day('2019-01-01');
  const entries = serials.map((serialNumber) => ({ serialNumber, revocationDate }));
  const crl = indexCrl(crlOf(authority('CN=CA'), '2020-01-01', entries));
  const list = parseCrl(crl.der);
  if (!list.ok) throw new Error('unreadable');
  const { value } = list;

  it('fill a table whose key was guessed', () => {
    const octets = serials.map((serial) => Buffer.from(serial.toString(16).padStart(128, '0'), 'hex'));
    expect(new Set(octets.map((serial) => hashOctets(serial, 0, 64, guessed))).size).toBe(1);
    const table = new SerialTable(crl.der, guessed, serials.length);
    // Every entry: two headers of two octets, the serial number, a UTCTime.
    const length = (value.entries.end - value.entries.start) / serials.length;
    const fill = () => {
      for (let at = value.entries.start; at < value.entries.end; at += length) table.add(at);
      table.finish();
    };
    expect(fill).toThrow('serial numbers that can be indexed');
  });

  it('are indexed and compacted like any others, since the key comes from the digest of what holds them', () => {
    expect(crl.failure).toBeUndefined();
    expect(compactTimeline([{ indexed: crl, list: value, verifiedKeys: [] }])).toHaveLength(1);
  });
});
