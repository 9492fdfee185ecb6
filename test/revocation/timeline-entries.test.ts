/** What stays of a compacted CRL: its header and each of its entries as it stood, and the limits of what is taken. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeldCrl, holdCrl } from '../../src/revocation/held-crl.js';
import { type IndexedCrl, indexCrl } from '../../src/revocation/index-crl.js';
import { compactTimeline, type SettledCrl, type Steps, TimelineBuilder } from '../../src/revocation/timeline.js';
import { integer } from '../../src/stand-in/asn1.js';
import { type CrlEntryInput, type CrlInput, issueLargeCrl } from '../../src/stand-in/crl.js';
import { parseCrl } from '../../src/x509/crl.js';
import { authority, crlOf, day } from './pki.js';

const ca = authority('CN=CA');

function settledOf(indexed: IndexedCrl): SettledCrl {
  const list = parseCrl(indexed.der);
  if (!list.ok) throw new Error(`${list.expected}, ${list.found}`);
  return { indexed, list: list.value, verifiedKeys: ['a key'] };
}

const serialOctets = (value: bigint | number) => integer(value).subarray(2);
const revoked = (serialNumber: number | bigint, date = '2019-01-01', more: Partial<CrlEntryInput> = {}) => ({
  serialNumber,
  revocationDate: day(date),
  ...more,
});

/** All that judging asks of a CRL but its octets. */
function askedOf(crl: HeldCrl, serials: readonly (number | bigint)[]) {
  const { entries, list, signatures: _, verifiedKeys: __, ...rest } = crl;
  const { version, thisUpdate, nextUpdate, cRLNumber, deltaCRLIndicator, expiredCertsOnCRL, canonicalTimes } = list;
  const extensions = list.extensions.map(({ oid, critical, value }) => ({ oid, critical, value }));
  const header = { version, thisUpdate, nextUpdate, cRLNumber, deltaCRLIndicator, expiredCertsOnCRL, canonicalTimes };
  const found = serials.map((n) => entries.find(serialOctets(n)));
  const { entryCount, unknownCriticalEntry } = entries;
  return { ...rest, header, extensions, entryCount, unknownCriticalEntry, found };
}

/** In any order of its finds, the timeline of `crls` answers as they do. */
function expectSame(crls: readonly IndexedCrl[], serials: readonly (number | bigint)[]) {
  const compacted = compactTimeline(crls.map(settledOf)) as HeldCrl[];
  expect(compacted.map((crl) => askedOf(crl, serials))).toEqual(
    crls.map((crl) => askedOf(holdCrl(crl) as HeldCrl, serials)),
  );
  return compacted;
}

describe('a timeline', () => {
  it('shows each entry in the CRLs that list it, as it stood there', () => {
    const unknown = [{ oid: '1.2.3.4', critical: true, value: new Uint8Array([5, 0]) }];
    const [a, b, c] = [revoked(1), revoked(2), revoked(3)];
    const long = revoked(2n ** 1200n, '2019-01-01', { reason: 'superseded' });
    const lists: CrlEntryInput[][] = [
      [],
      [a],
      [a, b, c],
      [b, c],
      // One comes back, in another place, and one changes its reason.
      [c, a, revoked(2, '2019-01-01', { reason: 'keyCompromise' })],
      [c, a, revoked(2, '2019-03-01', { reason: 'keyCompromise' }), long],
      // The same serial number twice.
      [a, b, revoked(2, '2019-04-01'), c],
      [long, b],
      [revoked(4, '2019-01-01', { other: unknown }), c],
      [],
      [a, b, c, long],
    ];
    const crls = lists.map((entries, index) => indexCrl(crlOf(ca, `2020-01-${10 + index}`, entries)));
    const shown = crls.map((crl, index) => (index === 3 ? { ...crl, existedBy: 5 } : crl));
    const compacted = expectSame(shown, [1, 2, 3, 4, 5, 2n ** 1200n]);
    expect(compacted.map(({ verifiedKeys }) => [...(verifiedKeys ?? [])])).toEqual(lists.map(() => ['a key']));
    expect(compacted.map(({ list }) => list.entries.end - list.entries.start)).toEqual(lists.map(() => 0));
    // The same octets asked for again and another after them: what was remembered is of the last question only.
    const [one, two] = [serialOctets(1), serialOctets(2)];
    const find = (serial: Uint8Array) => compacted[1]?.entries.find(serial).length;
    expect([one, two, one, one, two].map(find)).toEqual([1, 0, 1, 1, 0]);
  });

  it('lists what each of its CRLs lists, by chance', () => {
    const entry = fc.record({
      serial: fc.nat(4),
      date: fc.constantFrom('2019-01-01', '2019-02-01'),
      reason: fc.constantFrom(undefined, 'certificateHold' as const, 'keyCompromise' as const),
    });
    const lists = fc.array(fc.array(entry, { maxLength: 6 }), { minLength: 2, maxLength: 8 });
    const listed = ({ entries }: HeldCrl, serial: number) => {
      const found = entries.find(serialOctets(serial));
      // An entry that stands twice in one list says no more than once.
      return [...new Set(found.map(({ entry: { revocationDate, reason } }) => `${revocationDate} ${reason}`))].sort();
    };
    fc.assert(
      fc.property(lists, (rows) => {
        const crls = rows.map((row, index) =>
          indexCrl(
            crlOf(
              ca,
              `2020-01-${10 + index}`,
              row.map(({ serial, date, reason }) => revoked(serial, date, reason === undefined ? {} : { reason })),
            ),
          ),
        );
        const compacted = compactTimeline(crls.map(settledOf)) ?? [];
        const all = [0, 1, 2, 3, 4, 5];
        expect(compacted.map((crl) => all.map((serial) => listed(crl, serial)))).toEqual(
          crls.map((crl) => all.map((serial) => listed(holdCrl(crl) as HeldCrl, serial))),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the header, whatever the length of the list and its own', () => {
    const count = (n: number) => Array.from({ length: n }, (_, serial) => revoked(serial));
    const url = 'http://ca.example/'.padEnd(150, 'x');
    const headers: Partial<CrlInput>[] = [
      {},
      { crlNumber: false, authorityKeyIdentifier: false },
      { baseCrlNumber: 3, issuingDistributionPoint: { fullName: [{ uri: url }] } },
      { nextUpdate: undefined as never, expiredCertsOnCRL: day('2015-01-01') },
    ];
    for (const header of headers) {
      // Lengths of one, two and three octets.
      for (const n of [0, 1, 6, 7, 13]) {
        const [held] = expectSame([indexCrl(crlOf(ca, '2020-01-01', count(n), header))], [0, n - 1]);
        expect(held?.list.der.length).toBeLessThan(700);
      }
    }
    const times = { thisUpdate: day('2020-01-01'), nextUpdate: day('2020-02-01') };
    expectSame(
      [indexCrl(issueLargeCrl({ issuer: ca, count: 2_000, revocationDate: day('2019-01-01'), ...times }))],
      [1],
    );
  });

  it('keeps the header next to every change in the length of a length', () => {
    const lengths = [108, 109, 110, 233, 234, 235, 236, 65_511, 65_512, 65_513, 65_514].map((octets) => {
      const serial = 2n ** BigInt(8 * (octets - 1));
      const [held] = expectSame([indexCrl(crlOf(ca, '2020-01-01', [revoked(serial)]))], [serial, 1]);
      expect(held?.list.der.length).toBeLessThan(700);
      const list = parseCrl(crlOf(ca, '2020-01-01', [revoked(serial)]));
      return list.ok ? list.value.entries.end - list.value.entries.start : 0;
    });
    expect(lengths).toEqual([127, 128, 129, 254, 255, 256, 257, 65_534, 65_535, 65_536, 65_537]);
  });

  it('takes a CRL from the midst of other octets, and needs none of them afterwards', () => {
    const builder = new TimelineBuilder();
    const lists = [[revoked(1)], [revoked(2), revoked(1)], [revoked(2)]];
    for (const [index, entries] of lists.entries()) {
      const der = crlOf(ca, `2020-01-${10 + index}`, entries);
      const around = new Uint8Array(der.length + 20).fill(0x30);
      around.set(der, 7);
      expect(all(builder.add(settledOf(indexCrl(around.subarray(7, 7 + der.length))))).value).toBe(true);
      around.fill(0xff);
    }
    const held = all(builder.finish()).value ?? [];
    const found = (serial: number) => held.map(({ entries }) => entries.find(serialOctets(serial)).length);
    expect([found(1), found(2)]).toEqual([
      [1, 1, 0],
      [0, 1, 1],
    ]);
    expect(held.map(({ list }) => list.thisUpdate)).toEqual([10, 11, 12].map((d) => Date.UTC(2020, 0, d)));
  });

  it('of version 1 has no extensions, neither of the CRL nor of an entry', () => {
    expectSame([indexCrl(crlOf(ca, '2020-01-01', [revoked(7)], { version: 1 }))], [7, 8]);
  });

  it('passes over what expired at the head of a list, and finds again what stands further back than it looks', () => {
    const many = Array.from({ length: 100 }, (_, serial) => revoked(serial));
    const lists = [many, many.slice(5), many.slice(60), [...many.slice(90), ...many.slice(60, 90)], many.slice(95)];
    const crls = lists.map((entries, index) => indexCrl(crlOf(ca, `2020-01-${10 + index}`, entries)));
    expectSame(crls, [0, 4, 5, 36, 37, 59, 60, 61, 89, 90, 94, 95, 99]);
  });

  it('takes 1,024 CRLs', () => {
    const settled = settledOf(indexCrl(crlOf(ca, '2020-01-01', [revoked(7)])));
    const builder = new TimelineBuilder();
    for (let i = 0; i < 1_024; i++) expect(all(builder.add(settled)).value).toBe(true);
    expect(all(builder.add(settled)).value).toBe(false);
  });

  it('takes no more octets than offsets in a table reach: 64 MiB', () => {
    // Its one entry has 23 octets; each entry takes 8 more, and one octet stands in front of all.
    const { indexed, ...rest } = settledOf(indexCrl(crlOf(ca, '2020-01-01', [revoked(2 ** 24)])));
    const most = (2 ** 26 - 1 - 23) / 8;
    const taken = (entryCount: number) =>
      all(new TimelineBuilder().add({ ...rest, indexed: { ...indexed, entryCount } })).value;
    expect([most, most + 1].map(taken)).toEqual([true, false]);
  });

  it('takes no room for an entry a second time, wherever it stands in the next list', () => {
    const [a, b] = [revoked(2 ** 24), revoked(2 ** 24 + 1)];
    const room = (...lists: CrlEntryInput[][]) => {
      const builder = new TimelineBuilder();
      for (const entries of lists) all(builder.add(settledOf(indexCrl(crlOf(ca, '2020-01-01', entries)))));
      const { indexed, ...rest } = settledOf(indexCrl(crlOf(ca, '2020-01-02')));
      const taken = (entryCount: number) => all(builder.add({ ...rest, indexed: { ...indexed, entryCount } })).value;
      // Each entry takes 23 octets and 8 more.
      return [1, 2, 3, 4].find((n) => taken(Math.floor((2 ** 26 - 1 - 31 * n) / 8)));
    };
    expect(room([a, b], [b, a], [a, b])).toBe(2);
    expect(room([a, b], [b], [b, a])).toBe(3);
  });

  it('that is full is followed by another', () => {
    const settled = settledOf(indexCrl(crlOf(ca, '2020-01-01', [revoked(7)])));
    const held = compactTimeline(Array(1_025).fill(settled)) ?? [];
    expect(held.map(({ entries }) => entries.find(serialOctets(7)).length)).toEqual(Array(1_025).fill(1));
  });

  it('is not made where one serial number changes more often than a table holds', () => {
    const dates = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => revoked(7, new Date(Date.UTC(2019, 0, 1, 0, 0, from + i)).toISOString()));
    const lists = [dates(0, 2_048), dates(2_048, 2_048), dates(4_096, 1)];
    const crls = lists.map((entries) => settledOf(indexCrl(crlOf(ca, '2020-01-01', entries))));
    expect(compactTimeline(crls.slice(0, 2))).toHaveLength(2);
    expect(compactTimeline(crls)).toBeUndefined();
  });

  it('gives others a turn every 2,048 entries', () => {
    const times = { thisUpdate: day('2020-01-01'), nextUpdate: day('2020-02-01') };
    const steps = (count: number) => {
      const builder = new TimelineBuilder();
      const large = issueLargeCrl({ issuer: ca, count, serialLength: 6, revocationDate: day('2019-01-01'), ...times });
      return [all(builder.add(settledOf(indexCrl(large)))).steps, all(builder.finish()).steps];
    };
    expect([2_047, 2_048, 4_097].map(steps)).toEqual([
      [0, 1],
      [1, 1],
      [2, 3],
    ]);
  });
});

function all<T>(work: Steps<T>): { value: T; steps: number } {
  for (let steps = 0; ; steps++) {
    const step = work.next();
    if (step.done) return { value: step.value, steps };
  }
}
