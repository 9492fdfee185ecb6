/**
 * What must hold for any history of CRLs: more evidence never makes a revoked certificate good, a later clock never changes what was
 * proven, the same question gets the same bytes, and the order in which things were given does not matter.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CertificateRequest, createTrust, type IndexedCrl, indexCrl, verifyCertificate } from '../../src/index.js';
import { type CrlEntryInput, issueCertificate, issueCrl, sharedKeys } from '../../src/stand-in/index.js';
import { authorities, type CertificateName, certificates, crls, day, now, root } from './world.js';

const seed = Number(process.env.FUZZ_SEED ?? 20260601);
const dayLength = 86_400_000;
const start = day('2020-01-01').getTime();
const days = (count: number) => new Date(start + count * dayLength);
const span = 1000;

const smallRoot = issueCertificate({
  subject: 'CN=Property Root',
  keys: sharedKeys('ec-p256', 'time root'),
  notBefore: days(-1000),
  notAfter: days(5000),
  extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
});
const subject = issueCertificate({
  subject: 'CN=property.example',
  issuer: smallRoot,
  keys: sharedKeys('ec-p256', 'time leaf'),
  serialNumber: 77,
  notBefore: days(0),
  notAfter: days(span),
});

interface Listed {
  date: number;
  reason: NonNullable<CrlEntryInput['reason']> | 'none';
  invalidity: number | undefined;
}

interface List {
  at: number;
  validity: number;
  listed: Listed | undefined;
  delta: boolean;
  scope: 'all' | 'some';
}

const listed: fc.Arbitrary<Listed> = fc.record({
  date: fc.integer({ min: -50, max: span + 50 }),
  reason: fc.constantFrom('none', 'keyCompromise', 'superseded', 'certificateHold', 'removeFromCRL'),
  invalidity: fc.option(fc.integer({ min: -50, max: span }), { nil: undefined }),
});

/** Any list about the subject, honest or not: entries dated in the future, partitions, deltas, holds that come and go. */
const list: fc.Arbitrary<List> = fc.record({
  at: fc.integer({ min: 0, max: span + 100 }),
  validity: fc.integer({ min: 1, max: 300 }),
  listed: fc.option(listed, { nil: undefined }),
  delta: fc.boolean(),
  scope: fc.constantFrom('all', 'all', 'some'),
});
const lists = fc.array(list, { minLength: 1, maxLength: 6 });

function issue({ at, validity, listed, delta, scope }: List): IndexedCrl {
  const entries: CrlEntryInput[] = [];
  if (listed !== undefined) {
    const { date, reason, invalidity } = listed;
    entries.push({
      serialNumber: 77,
      revocationDate: days(date),
      ...(reason === 'none' ? {} : { reason }),
      ...(invalidity === undefined ? {} : { invalidityDate: days(invalidity) }),
    });
  }
  const der = issueCrl({
    issuer: smallRoot,
    thisUpdate: days(at),
    nextUpdate: days(at + validity),
    crlNumber: at,
    entries,
    ...(delta ? { baseCrlNumber: Math.max(0, at - 50) } : {}),
    ...(scope === 'all' ? {} : { issuingDistributionPoint: { onlySomeReasons: ['keyCompromise', 'certificateHold'] } }),
  });
  return indexCrl(der);
}

const trustOf = (held: readonly IndexedCrl[]) => createTrust({ anchors: [smallRoot.certificate], crls: [...held] });

function ask(held: readonly IndexedCrl[], at: number, clock = span + 500) {
  const request = { certificate: subject.certificate };
  return verifyCertificate(request, trustOf(held), { now: days(clock), at: days(at) });
}

const codes = ({ findings }: ReturnType<typeof ask>) => findings.map(({ code }) => code);

describe('any history of CRLs', () => {
  test('adding CRLs never turns revoked at T into good at T', () => {
    let revoked = 0;
    fc.assert(
      fc.property(lists, lists, fc.integer({ min: 0, max: span }), (some, more, at) => {
        const held = some.map(issue);
        const before = ask(held, at);
        if (before.revocation[0]?.status !== 'revoked') return;
        revoked++;
        const after = ask([...held, ...more.map(issue)], at);
        expect(after.revocation[0]?.status).toBe('revoked');
        expect(after.status).toBe('invalid');
      }),
      { numRuns: 250, seed },
    );
    expect(revoked).toBeGreaterThan(25);
  });

  test('lists that do not name the certificate never take away a proof of goodness', () => {
    let good = 0;
    fc.assert(
      fc.property(lists, lists, fc.integer({ min: 0, max: span }), (some, more, at) => {
        const held = some.map(issue);
        if (ask(held, at).status !== 'valid') return;
        good++;
        const silent = more.map((one) => issue({ ...one, listed: undefined }));
        expect(ask([...held, ...silent], at).status).toBe('valid');
      }),
      { numRuns: 250, seed },
    );
    expect(good).toBeGreaterThan(25);
  });

  test('a later clock changes nothing of what was proven by the evidence of then', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(lists, fc.integer({ min: 0, max: span }), fc.nat(5000), (some, offset, later) => {
        const held = some.map(issue);
        const clock = Math.max(...some.map(({ at }) => at));
        const at = Math.min(offset, clock);
        const then = ask(held, at, clock);
        const today = ask(held, at, clock + later);
        seen.add(then.status);
        expect({ status: today.status, codes: codes(today), revocation: today.revocation }).toEqual({
          status: then.status,
          codes: codes(then),
          revocation: then.revocation,
        });
      }),
      { numRuns: 250, seed },
    );
    expect([...seen].sort()).toEqual(['indeterminate', 'invalid', 'valid']);
  });

  test('the order in which CRLs are held says nothing', () => {
    const shuffled = lists.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
    );
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 0, max: span }), ([some, other], at) => {
        const held = new Map(some.map((one) => [one, issue(one)]));
        const verdicts = [some, other].map((order) =>
          ask(
            order.map((one) => held.get(one) as IndexedCrl),
            at,
          ),
        );
        expect(JSON.stringify(verdicts[1])).toBe(JSON.stringify(verdicts[0]));
      }),
      { numRuns: 150, seed },
    );
  });
});

describe('ten years of a PKI', () => {
  const names = Object.keys(certificates) as CertificateName[];
  const question = fc.record({
    name: fc.constantFrom(...names),
    at: fc.integer({ min: day('2015-06-01').getTime() / 1000, max: now.getTime() / 1000 }),
    validityModel: fc.constantFrom('shell', 'chain', 'hybrid'),
  });
  const requestOf = ({ name, validityModel }: { name: CertificateName; validityModel: 'shell' | 'chain' | 'hybrid' }) =>
    ({ certificate: certificates[name].certificate, validityModel }) satisfies CertificateRequest;

  const input = { anchors: [root.certificate], intermediates: authorities, crls: [...crls] };
  const trust = createTrust(input);

  test('a question asked again, of a snapshot made again, gets the same bytes', () => {
    const again = createTrust({ ...input, crls: crls.map(({ der }) => der.slice()) });
    expect(again.version).toBe(trust.version);
    fc.assert(
      fc.property(question, (asked) => {
        const time = { now, at: new Date(asked.at * 1000) };
        const first = JSON.stringify(verifyCertificate(requestOf(asked), trust, time));
        expect(JSON.stringify(verifyCertificate(requestOf(asked), trust, time))).toBe(first);
        expect(JSON.stringify(verifyCertificate(requestOf(asked), again, time))).toBe(first);
      }),
      { numRuns: 150, seed },
    );
  });

  test('in any order, in the snapshot and in the request', () => {
    const reversed = createTrust({
      anchors: input.anchors,
      intermediates: [...authorities].reverse(),
      crls: [...crls].reverse(),
    });
    const bare = createTrust({ anchors: input.anchors });
    // A request may bring 128; of more the first count, and then the order does say something.
    const recent = crls.filter(({ entryCount }, index) => entryCount === 0 && index % 5 === 0).map(({ der }) => der);
    expect(recent.length).toBeLessThan(128);
    fc.assert(
      fc.property(question, (asked) => {
        const time = { now, at: new Date(asked.at * 1000) };
        const answers = [trust, reversed].map((one) => JSON.stringify(verifyCertificate(requestOf(asked), one, time)));
        expect(answers[1]).toBe(answers[0]);
      }),
      { numRuns: 100, seed },
    );
    fc.assert(
      fc.property(question, (asked) => {
        const time = { now, at: new Date(asked.at * 1000) };
        const brought = { intermediates: authorities, crls: recent };
        const other = { intermediates: [...authorities].reverse(), crls: [...recent].reverse() };
        const [a, b] = [brought, other].map((more) => verifyCertificate({ ...requestOf(asked), ...more }, bare, time));
        const bytes = (verdict: typeof a) => ({ ...verdict, discovered: verdict?.discovered.crls.length });
        expect(bytes(b)).toEqual(bytes(a));
      }),
      { numRuns: 10, seed },
    );
  });
});
