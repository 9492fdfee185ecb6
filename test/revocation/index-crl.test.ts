/** The index of a CRL: equal to a naive scan, refusing what breaks the grammar, ready for another thread. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerReader } from '../../src/der/reader.js';
import { readEntry } from '../../src/revocation/entry.js';
import {
  findEntries,
  type IndexedCrl,
  indexCrl,
  issuerEntryOf,
  transferablesOf,
} from '../../src/revocation/index-crl.js';
import { enumerated, generalizedTime, integer, sequence, tlv, utcTime } from '../../src/stand-in/asn1.js';
import {
  type CrlEntryInput,
  type CrlInput,
  crlReasons,
  issueCrl,
  issueLargeCrl,
  largeCrlSerial,
} from '../../src/stand-in/crl.js';
import { encodeExtension } from '../../src/stand-in/extensions.js';
import { parseCrl } from '../../src/x509/crl.js';
import { crlAround, entriesReadable } from './octets.js';
import { authority, crlOf, day } from './pki.js';

const ca = authority('CN=Index CA');
const template = crlOf(ca, '2026-01-01', [{ serialNumber: 1, revocationDate: day('2025-12-01') }]);
const withEntries = (revokedCertificates: Uint8Array) => crlAround(revokedCertificates, template);

const crl = (entries: CrlEntryInput[], more: Partial<CrlInput> = {}) =>
  issueCrl({ issuer: ca, thisUpdate: day('2026-01-01'), nextUpdate: day('2026-01-11'), entries, ...more });

const reasonExtension = sequence(encodeExtension({ oid: '2.5.29.21', critical: false, value: enumerated(4) }));

const invalidityExtension = sequence(
  encodeExtension({ oid: '2.5.29.24', critical: false, value: generalizedTime(day('2025-11-01')) }),
);

/** Content octets of the INTEGER. */
const serialOctets = (value: bigint | number) => integer(value).subarray(2);

/** The entries one after another, without any index. */
function scan(der: Uint8Array) {
  const list = parseCrl(der);
  if (!list.ok) throw new Error('unreadable');
  const { entries, version } = list.value;
  const all: { offset: number; serial: string; date: number; reason: string }[] = [];
  for (let at = entries.start; at < entries.end; ) {
    const entry = readEntry(der, at, entries.end, version);
    const serial = Buffer.from(entry.serialNumber).toString('hex');
    all.push({ offset: at, serial, date: entry.revocationDate, reason: entry.reason });
    const reader = new DerReader(der, at, entries.end);
    reader.skip('an entry');
    at = reader.position;
  }
  return all;
}

function expectSame(indexed: IndexedCrl, serials: Iterable<Uint8Array>) {
  const all = scan(indexed.der);
  expect(indexed.entryCount).toBe(all.length);
  for (const serial of serials) {
    const hex = Buffer.from(serial).toString('hex');
    const expected = all.filter((entry) => entry.serial === hex).map(({ offset }) => offset);
    expect([...findEntries(indexed, serial)].sort((a, b) => a - b)).toEqual(expected);
  }
}

describe('indexCrl', () => {
  it('finds what a scan finds, and nothing else', () => {
    const reasons = Object.keys(crlReasons).filter(
      (reason) => reason !== 'removeFromCRL',
    ) as (keyof typeof crlReasons)[];
    const entry = fc.record({
      serialNumber: fc.oneof(fc.bigInt(-300n, 300n), fc.bigInt(0n, 2n ** 159n), fc.bigInt(0n, 2n ** 1200n)),
      date: fc.integer({ min: Date.parse('1960-01-01'), max: Date.parse('2070-01-01') }),
      reason: fc.option(fc.constantFrom(...reasons), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 60 }),
        fc.array(fc.bigInt(-300n, 300n), { maxLength: 30 }),
        (rows, others) => {
          const entries = rows.map(({ serialNumber, date, reason }) => ({
            serialNumber,
            revocationDate: new Date(date),
            ...(reason === undefined ? {} : { reason }),
          }));
          const indexed = indexCrl(crl(entries));
          expect(indexed.failure).toBeUndefined();
          expectSame(indexed, [
            ...rows.map(({ serialNumber }) => serialOctets(serialNumber)),
            ...others.map(serialOctets),
          ]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds what a walk finds in long lists of mixed forms, and nothing that differs by one octet', () => {
    const forms = fc.array(fc.record({ length: fc.integer({ min: 1, max: 140 }), form: fc.nat(4) }), {
      minLength: 3,
      maxLength: 12,
    });
    fc.assert(
      fc.property(forms, fc.integer(), (pattern, seed) => {
        const random = octetsFrom(seed);
        const parts = Array.from({ length: 3_000 }, (_, index) => {
          const { length, form } = pattern[(random(1)[0] as number) % pattern.length] as (typeof pattern)[number];
          const serial = Uint8Array.of(0x40 | ((random(1)[0] as number) & 0x3f), ...random(length - 1));
          const time = form === 1 ? generalizedTime(day('2055-01-01')) : utcTime(day('2025-12-01'));
          const tail = form === 2 ? [reasonExtension] : form === 3 ? [invalidityExtension] : [];
          // Every so often the one before comes again.
          return { serial, again: form === 4 && index % 7 === 0, octets: [tlv(2, serial), time, ...tail] };
        });
        const der = withEntries(
          sequence(
            ...parts.flatMap(({ octets, again }) =>
              (again ? [octets, octets] : [octets]).map((one) => sequence(...one)),
            ),
          ),
        );
        const indexed = indexCrl(der);
        expect(indexed.failure).toBeUndefined();
        const walked = new Map<string, number[]>();
        for (const { offset, serial } of scan(der)) walked.set(serial, [offset, ...(walked.get(serial) ?? [])]);
        for (const { serial } of parts) {
          const near = serial.slice();
          near[near.length - 1] = (near.at(-1) as number) ^ 1;
          for (const asked of [serial, near, Uint8Array.of(...serial, 0), serial.subarray(0, -1)]) {
            expect(findEntries(indexed, asked)).toEqual(walked.get(Buffer.from(asked).toString('hex')) ?? []);
          }
        }
      }),
      { numRuns: 5 },
    );
  });

  it('finds every one of many entries', () => {
    const der = issueLargeCrl({
      issuer: ca,
      thisUpdate: day('2026-01-01'),
      count: 20_000,
      revocationDate: day('2025-12-30'),
    });
    const indexed = indexCrl(der);
    expect(indexed.entryCount).toBe(20_000);
    for (let i = 0; i < 20_000; i += 7) expect(findEntries(indexed, serialOctets(largeCrlSerial(i)))).toHaveLength(1);
    for (let i = 20_000; i < 21_000; i++) expect(findEntries(indexed, serialOctets(largeCrlSerial(i)))).toHaveLength(0);
  });

  it('takes at most half of a table beyond what 1,000,000 entries need', () => {
    const der = issueLargeCrl({
      issuer: ca,
      thisUpdate: day('2026-01-01'),
      count: 100_000,
      revocationDate: day('2025-12-30'),
    });
    expect(indexCrl(der).slots.byteLength).toBeLessThanOrEqual(1024 * 1024);
  });

  it('keeps repetitions of a serial number, to a limit', () => {
    const entries = (count: number) =>
      Array.from({ length: count }, () => ({ serialNumber: 7, revocationDate: day('2025-12-01') }));
    expect(findEntries(indexCrl(crl(entries(4096))), serialOctets(7))).toHaveLength(4096);
    expect(indexCrl(crl(entries(4097))).failure).toMatchObject({ found: 'more entries with the same' });
  });

  it('carries certificateIssuer over the entries that follow (RFC 5280 §5.3.3)', () => {
    const revocationDate = day('2025-12-01');
    const indexed = indexCrl(
      crl([
        { serialNumber: 1, revocationDate },
        { serialNumber: 2, revocationDate, certificateIssuer: 'CN=A' },
        { serialNumber: 3, revocationDate },
        { serialNumber: 1, revocationDate, certificateIssuer: 'CN=B' },
      ]),
    );
    const issuerOf = (offset: number) => issuerEntryOf(indexed, offset);
    const [second] = findEntries(indexed, serialOctets(2));
    const [third] = findEntries(indexed, serialOctets(3));
    expect(issuerOf(third as number)).toBe(second);
    expect(issuerOf(second as number)).toBe(second);
    const [last, first] = findEntries(indexed, serialOctets(1));
    expect([last, first].map((offset) => issuerOf(offset as number))).toEqual([last, undefined]);
    // An entry of another form than the common one does not begin anew by that.
    const named = { serialNumber: 2, revocationDate, certificateIssuer: 'CN=A' };
    const { issuerEntries } = indexCrl(
      crl([named, { serialNumber: 3, revocationDate, invalidityDate: revocationDate }]),
    );
    expect(issuerEntries).toHaveLength(1);
  });

  it('notices a critical entry extension that is not understood', () => {
    const other = [{ oid: '1.2.3.4', critical: true, value: new Uint8Array([5, 0]) }];
    expect(indexCrl(crl([{ serialNumber: 1, revocationDate: day('2025-12-01'), other }])).unknownCriticalEntry).toBe(
      '1.2.3.4',
    );
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['no DER', new TextEncoder().encode('<html>')],
    ['an empty sequence', new Uint8Array([0x30, 0])],
  ])('records why %s is no CRL', (_, octets) => {
    const indexed = indexCrl(octets);
    expect(indexed.failure).toBeDefined();
    expect(findEntries(indexed, serialOctets(1))).toEqual([]);
  });

  it.each([
    ['an entry without a date', sequence(integer(1))],
    ['a serial number that is not minimal', sequence(new Uint8Array([2, 2, 0, 1]), utcTime(day('2025-12-01')))],
    ['a date that does not exist', sequence(integer(1), new Uint8Array([0x17, 13, ...Buffer.from('250230000000Z')]))],
    ['trailing data in an entry', sequence(integer(1), utcTime(day('2025-12-01')), sequence(), integer(1))],
    ['an empty list of extensions', sequence(integer(1), utcTime(day('2025-12-01')), sequence())],
    ['an entry that is no sequence', integer(1)],
  ])('refuses the whole CRL for %s', (_, bad) => {
    const good = sequence(integer(2), utcTime(day('2025-12-01')));
    const der = withEntries(sequence(good, bad, good));
    expect(indexCrl(der).failure).toBeDefined();
  });

  it('reads 29 February of leap years only', () => {
    const entry = (date: string) => sequence(integer(1), new Uint8Array([0x17, 13, ...Buffer.from(date)]));
    expect(indexCrl(withEntries(sequence(entry('240229000000Z')))).failure).toBeUndefined();
    expect(indexCrl(withEntries(sequence(entry('230229000000Z')))).failure).toBeDefined();
  });

  it.each([
    ['without reason', '251231000000Z', 1n, []],
    ['with a reason', '240630235959Z', 2n ** 127n - 1n, [reasonExtension]],
    ['with a negative serial number', '190228091909Z', -(2n ** 63n), [reasonExtension]],
  ])(
    'judges an entry %s as the general reader does, whichever octet of it is changed',
    (_, date, serial, extensions) => {
      const time = new Uint8Array([0x17, 13, ...Buffer.from(date)]);
      const der = withEntries(sequence(sequence(integer(serial), time, ...extensions)));
      const list = parseCrl(der);
      if (!list.ok) throw new Error('unreadable');
      const { start, end } = list.value.entries;
      expect(indexCrl(der).failure).toBeUndefined();
      let accepted = 0;
      for (let at = start; at < end; at++) {
        for (let octet = 0; octet < 256; octet++) {
          const copy = der.slice();
          copy[at] = octet;
          const readable = entriesReadable(copy);
          expect([at - start, octet, indexCrl(copy).failure === undefined]).toEqual([at - start, octet, readable]);
          accepted += Number(readable);
        }
      }
      expect(accepted).toBeGreaterThan(end - start);
    },
  );

  it('takes the first and the last of every part of a time, and nothing next to them', () => {
    const readable = (date: string, serial: Uint8Array = integer(1)) =>
      indexCrl(withEntries(sequence(sequence(serial, new Uint8Array([0x17, 13, ...Buffer.from(date)]))))).failure ===
      undefined;
    const twoDigits = (n: number) => `${n}`.padStart(2, '0');
    for (const [index, days] of [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].entries()) {
      const month = twoDigits(index + 1);
      for (const [d, good] of [
        [0, false],
        [1, true],
        [9, true],
        [10, true],
        [days, true],
        [days + 1, false],
      ] as const)
        expect([month, d, readable(`23${month}${twoDigits(d)}120000Z`)]).toEqual([month, d, good]);
    }
    const good = ['000101000000Z', '491231235959Z', '501231195959Z', '991231235959Z', '230109090909Z'];
    const bad = ['230001000000Z', '231301000000Z', '231231240000Z', '231231236000Z', '231231235960Z', '231232000000Z'];
    expect(good.map((date) => readable(date))).toEqual(good.map(() => true));
    expect(bad.map((date) => readable(date))).toEqual(bad.map(() => false));
    const any = '231231235959Z';
    for (let at = 0; at < 13; at++)
      for (const octet of '/:? \u0000\u00b0')
        expect([at, octet, readable(`${any.slice(0, at)}${octet}${any.slice(at + 1)}`)]).toEqual([at, octet, false]);
    const serials: [number[], boolean][] = [
      [[], false],
      [[0], true],
      [[0xff], true],
      [[0, 0x7f], false],
      [[0, 0x80], true],
    ];
    serials.push([[0xff, 0x7f], true], [[0xff, 0x80], false], [[1, 0], true], [[0x80, 0], true]);
    for (const [octets, fits] of serials)
      expect([octets, readable(any, tlv(2, new Uint8Array(octets)))]).toEqual([octets, fits]);
  });

  it('follows lengths of every form, and refuses those that DER has not', () => {
    const time = utcTime(day('2025-12-01'));
    for (const length of [1, 100, 109, 110, 125, 127, 128, 236, 240, 255, 256, 300, 65_540]) {
      const serials = [1, 2].map((first) => Uint8Array.from({ length }, (_, i) => (i === 0 ? first : 7)));
      const [a, b] = serials.map((serial) => sequence(tlv(2, serial), time)) as [Uint8Array, Uint8Array];
      const indexed = indexCrl(withEntries(sequence(a, b, a)));
      expect([length, indexed.failure, indexed.entryCount]).toEqual([length, undefined, 3]);
      expect(serials.map((serial) => findEntries(indexed, serial).length)).toEqual([2, 1]);
    }
    const entry = sequence(integer(1), time);
    const content = entry.subarray(2);
    const forms = [
      [0x80],
      [0x81, content.length],
      [0x85, 0, 0, 0, 0, content.length],
      [content.length + 1],
      [0x84, 0xff, 0xff, 0xff, 0xff],
    ];
    for (const form of forms) {
      const bad = new Uint8Array([0x30, ...form, ...content]);
      for (const list of [sequence(bad), sequence(entry, bad), sequence(bad, entry)])
        expect([form, indexCrl(withEntries(list)).failure === undefined]).toEqual([form, false]);
    }
    expect(indexCrl(withEntries(sequence(new Uint8Array([0x30, 0x80, ...content])))).failure).toEqual({
      expected: 'an entry of the CRL',
      found: 'a length of another form than DER has',
    });
  });

  it('finds serial numbers chosen to differ where the hash is weakest', () => {
    // Each two octets are 0000 or 8000: of a multiplier 17 bits count.
    const weak = (index: number) =>
      BigInt(`0x01${Array.from({ length: 12 }, (_, bit) => ((index >> bit) & 1 ? '8000' : '0000')).join('')}`);
    const serials = Array.from({ length: 4096 }, (_, index) => weak(index));
    const indexed = indexCrl(crl(serials.map((serialNumber) => ({ serialNumber, revocationDate: day('2025-12-01') }))));
    expect(indexed.failure).toBeUndefined();
    for (const serial of serials) expect(findEntries(indexed, serialOctets(serial))).toHaveLength(1);
  });

  it('never throws, whatever octets of a CRL are changed', () => {
    const der = crl(
      [1, 2, 3].map((serialNumber) => ({
        serialNumber,
        revocationDate: day('2025-12-01'),
        reason: 'superseded' as const,
      })),
    );
    const change = fc.tuple(fc.nat(der.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const copy = der.slice();
        for (const [at, octet] of changes) copy[at] = octet;
        const indexed = indexCrl(copy);
        if (indexed.failure === undefined) expectSame(indexed, [serialOctets(1), serialOctets(2), serialOctets(9)]);
      }),
      { numRuns: 2000 },
    );
  });

  it('moves to another thread and is the same there', () => {
    const indexed = indexCrl(crl([{ serialNumber: 5, revocationDate: day('2025-12-01') }]).slice());
    expect(transferablesOf(indexed)).toEqual([indexed.der, indexed.hashKey, indexed.slots].map(({ buffer }) => buffer));
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(indexed, transferablesOf(indexed));
    const received = receiveMessageOnPort(port2)?.message as IndexedCrl;
    port1.close();
    expect(indexed.der.length).toBe(0);
    expect(findEntries(received, serialOctets(5))).toHaveLength(1);
    expect(received.sha256).toBe(indexed.sha256);
  });
});

/** Octets that follow from a seed. */
function octetsFrom(seed: number): (count: number) => Uint8Array {
  let state = seed | 0;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state >>> 24;
    });
}
