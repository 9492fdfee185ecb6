/** Entries that are nearly of the common form: the index takes and refuses them as the general reader does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexCrl } from '../../src/revocation/index-crl.js';
import { bitString, enumerated, sequence, tlv } from '../../src/stand-in/asn1.js';
import type { CrlInput } from '../../src/stand-in/crl.js';
import { encodeExtension } from '../../src/stand-in/extensions.js';
import { parseCrl } from '../../src/x509/crl.js';
import { behindList, crlAround, entriesReadable } from './octets.js';
import { authority, crlOf, day } from './pki.js';

const ca = authority('CN=Index CA');
const templateOf = (more: Partial<CrlInput> = {}) =>
  crlOf(ca, '2026-01-01', [{ serialNumber: 1, revocationDate: day('2025-12-01') }], more);
const templates = { 1: templateOf({ version: 1 }), 2: templateOf() };
const withoutExtensions = { crlNumber: false, authorityKeyIdentifier: false } as const;

const text = (value: string) => new Uint8Array(Buffer.from(value, 'latin1'));
const serial = (...octets: number[]) => tlv(2, Uint8Array.from(octets));
const timeOf = (digits: string) => tlv(0x17, text(digits));
const time = timeOf('251231235959Z');
const reason = sequence(encodeExtension({ oid: '2.5.29.21', critical: false, value: enumerated(4) }));

/** Whether a CRL with these entries can be read, by the index and by the general reader. */
function readable(entries: readonly Uint8Array[], version: 1 | 2 = 2): boolean {
  const der = crlAround(sequence(...entries), templates[version]);
  const answer = indexCrl(der).failure === undefined;
  if (answer !== entriesReadable(der))
    throw new Error(`the general reader differs: ${Buffer.from(der).toString('hex')}`);
  return answer;
}

describe('an entry', () => {
  it('holds nothing behind its time and its reason', () => {
    expect(readable([sequence(serial(1), time)])).toBe(true);
    expect(readable([sequence(serial(1), time, reason)])).toBe(true);
    for (let length = 1; length < 20; length++) {
      for (const filling of [0, 0x17, 0x30, 0x31]) {
        const trailing = new Uint8Array(length).fill(filling);
        expect([length, readable([sequence(serial(1), time, trailing)])]).toEqual([length, false]);
        expect([length, readable([sequence(serial(1), time, reason, trailing)])]).toEqual([length, false]);
        expect([length, readable([sequence(serial(1), time, reason.subarray(0, -length))])]).toEqual([
          length,
          length >= reason.length,
        ]);
      }
    }
  });

  it('has a reason in version 2 only', () => {
    expect(readable([sequence(serial(1), time)], 1)).toBe(true);
    expect(readable([sequence(serial(1), time, reason)], 1)).toBe(false);
  });

  it('has a time of digits, whatever these would count to', () => {
    // The octets before and behind the digits have values of 10 and more: 0* and 0: are ten.
    const bad = ['0*010*000*00Z', '0:010:000:00Z', '0*0100*00*00Z', '::::::::::::Z', '************Z', '0?0:0/000:00Z'];
    for (const digits of bad)
      expect([digits, readable([sequence(serial(1), timeOf(digits))])]).toEqual([digits, false]);
    expect(readable([sequence(serial(1), timeOf('100110001000Z'))])).toBe(true);
  });

  it('has a time, though its serial number looks like one', () => {
    // Wherever a reader may look too early, it finds digits that make a date, or the Z.
    for (let shift = 0; shift < 16; shift++) {
      const octets = [0x30, ...text('Z01010101010101Z01010101010101'.slice(0, 14 + shift))];
      for (const digits of ['250001000000Z', '251301000000Z', '250132000000Z', '250101240000Z', '250101006000Z'])
        expect([digits, readable([sequence(serial(...octets), timeOf(digits))])]).toEqual([digits, false]);
      for (const last of 'z0Y ')
        expect([last, readable([sequence(serial(...octets), timeOf(`250101000000${last}`))])]).toEqual([last, false]);
      expect(readable([sequence(serial(...octets), time)])).toBe(true);
    }
  });

  it('ends where its list ends, though what follows would make it whole', () => {
    // An extension of the CRL that ends as an entry does.
    const value = Uint8Array.of(...time);
    const shaped = templateOf({ ...withoutExtensions, other: [{ oid: '1.2.3.4', critical: false, value }] });
    const behind = behindList(shaped);
    expect(Buffer.from(behind.subarray(-time.length)).equals(time)).toBe(true);
    const length = 1 + behind.length - time.length;
    const open = Uint8Array.of(0x30, 3 + behind.length, 2, length, 1);
    const whole = sequence(serial(1), time);
    for (const entries of [sequence(open), sequence(whole, open)]) {
      const der = crlAround(entries, shaped);
      const list = parseCrl(der);
      expect(list.ok && list.value.entries.end - list.value.entries.start).toBe(entries.length - 2);
      expect(indexCrl(der).failure).toEqual({ expected: 'an entry of the CRL', found: 'a truncated element' });
    }
  });

  it('that claims more octets than there are makes the CRL unreadable and nothing worse', () => {
    const whole = templateOf({ ...withoutExtensions, version: 1 });
    for (const claimed of [14, 15, 16, 60, 100, 127]) {
      const entry = Uint8Array.of(0x30, 3, 2, claimed, 1);
      const list = parseCrl(crlAround(sequence(entry), whole));
      if (!list.ok) throw new Error('unreadable');
      const { tbs, signatureAlgorithm } = list.value;
      // Hardly anything follows: what is claimed would lie outside of the octets received.
      const der = sequence(tbs, signatureAlgorithm.der, bitString(new Uint8Array(0)));
      expect([claimed, parseCrl(der).ok, indexCrl(der).failure !== undefined]).toEqual([claimed, true, true]);
    }
  });
});

describe('entries by chance', () => {
  const octets = (alphabet: string, lengths: { minLength: number; maxLength: number }) =>
    fc.array(fc.constantFrom(...text(alphabet)), lengths).map((values) => Uint8Array.from(values));
  const entry = fc.record({
    serial: octets('\u0000\u0001\u007f\u0080\u00ff05Z', { minLength: 0, maxLength: 20 }),
    time: fc.oneof(
      fc.constant('251231235959Z'),
      octets('0000111122359/:*Z', { minLength: 12, maxLength: 14 }).map((value) =>
        Buffer.from(value).toString('latin1'),
      ),
      fc.stringMatching(/^[0-9][0-9](0[0-9]|1[0-3])[0-3][0-9][0-2][0-9][0-6][0-9][0-6][0-9]Z$/),
    ),
    tails: fc.array(
      fc.constantFrom(reason, Uint8Array.of(5, 0), Uint8Array.of(0x30, 0), Uint8Array.of(0x30, 2, 0x30, 0)),
      { maxLength: 2 },
    ),
    stretch: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, -1, 17),
  });

  it('are taken and refused as the general reader does', () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1 as const, 2 as const),
        (rows, version) => {
          const entries = rows.map(({ serial: content, time: digits, tails, stretch }) => {
            const one = sequence(tlv(2, content), timeOf(digits), ...tails);
            // An outer length that is not that of the content.
            one[1] = (one[1] as number) + stretch;
            return one;
          });
          seen[readable(entries, version) ? 'taken' : 'refused']++;
        },
      ),
      { numRuns: 1_500 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(50);
  });
});
