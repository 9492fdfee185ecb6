/** Status at time T: the rules of REVOCATION.md one by one, with real certificates, CRLs and signatures. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexedCrl } from '../../src/revocation/index-crl.js';
import { indexCrl } from '../../src/revocation/index-crl.js';
import type { CrlEntryInput, CrlInput } from '../../src/stand-in/crl.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { type Asked, ask, snapshotOf } from './support.js';

const root = authority('CN=Root');
const ca = authority('CN=Issuing CA', { issuer: root, serialNumber: 10 });
const rootCrl = quietCrl(root);
const leaf = endEntity(ca, { serialNumber: 77 });
const shortLived = endEntity(ca, { serialNumber: 78, notAfter: day('2020-03-01') });

const revoked = (date: string, more: Partial<CrlEntryInput> = {}): CrlEntryInput => ({
  serialNumber: 77,
  revocationDate: day(date),
  reason: 'keyCompromise',
  ...more,
});

function judge(
  crls: (Uint8Array | IndexedCrl)[],
  asked: string | Asked,
  certificate = leaf.certificate,
  mode: 'require' | 'known' = 'require',
) {
  const snapshot = snapshotOf({
    anchors: [root.certificate],
    intermediates: [ca.certificate],
    crls: [rootCrl, ...crls],
  });
  const time = typeof asked === 'string' ? { at: at(asked), now: at('2033-01-01') } : asked;
  return ask(snapshot, certificate, time, { mode });
}

const codesOf = (answer: ReturnType<typeof judge>) => answer.codes;

describe('rule 1: all evidence dated up to now is looked at', () => {
  it('finds a revocation in a later CRL', () => {
    const crls = [crlOf(ca, '2020-01-01'), crlOf(ca, '2020-02-01', [revoked('2020-01-03')])];
    const answer = judge(crls, '2020-01-05');
    expect(codesOf(answer)).toEqual(['certificate_revoked']);
    expect(answer.reports[0]).toMatchObject({
      status: 'revoked',
      reason: 'keyCompromise',
      revocationDate: '2020-01-03T00:00:00Z',
      evidence: { kind: 'crl', thisUpdate: '2020-02-01T00:00:00Z' },
    });
  });

  it('does not use a CRL dated later than now, and says so', () => {
    const crls = [crlOf(ca, '2020-01-01'), crlOf(ca, '2020-02-01', [revoked('2020-01-03')])];
    const answer = judge(crls, { at: at('2020-01-05'), now: at('2020-01-06') });
    expect(answer.status).toBe('valid');
    expect(codesOf(answer)).toEqual(['crl_from_future']);
  });

  it('lets a clock differ by five minutes', () => {
    const crls = [crlOf(ca, '2020-01-05')];
    const asked = (now: string) => judge(crls, { at: at(now), now: at(now) });
    expect(asked('2020-01-04T23:55:00Z').status).toBe('valid');
    expect(codesOf(asked('2020-01-04T23:54:59Z'))).toContain('crl_from_future');
  });
});

describe('rule 2: absence of an expired certificate says nothing', () => {
  it('is unknown when all CRLs were issued after it expired', () => {
    const answer = judge([crlOf(ca, '2020-03-02')], '2020-02-28', shortLived.certificate);
    expect(codesOf(answer)).toContain('revocation_unknown');
    expect(answer.reports[0]?.why).toMatch(/had expired/);
    expect(answer.missing[0]).not.toHaveProperty('retryAfter');
  });

  it('counts up to the last second, and where expiredCertsOnCRL goes back far enough', () => {
    expect(judge([crlOf(ca, '2020-03-01')], '2020-02-28', shortLived.certificate).status).toBe('valid');
    const kept = (since: string) => crlOf(ca, '2020-03-02', [], { expiredCertsOnCRL: day(since) });
    expect(judge([kept('2020-03-01')], '2020-02-28', shortLived.certificate).status).toBe('valid');
    expect(judge([kept('2020-03-02')], '2020-02-28', shortLived.certificate).status).toBe('indeterminate');
  });
});

describe('rule 3: revocationDate decides', () => {
  const crls = [crlOf(ca, '2020-01-20', [revoked('2020-01-10', { invalidityDate: day('2020-01-05') })])];
  it.each([
    ['2020-01-10', 'invalid', ['certificate_revoked']],
    ['2020-01-09', 'indeterminate', ['revoked_invalidity_date']],
    ['2020-01-05', 'indeterminate', ['revoked_invalidity_date']],
    ['2020-01-04', 'valid', ['revoked_after']],
  ])('at %s: %s', (asked, status, codes) => {
    const answer = judge(crls, asked);
    expect(answer.status).toBe(status);
    expect(codesOf(answer)).toEqual(codes);
  });

  it('takes a listed certificate for revoked whatever date the entry gives', () => {
    const future = [crlOf(ca, '2020-01-20', [revoked('2021-01-01')])];
    expect(codesOf(judge(future, '2020-01-25'))).toEqual(['certificate_revoked']);
  });

  it('keeps an entry that vanishes from later CRLs', () => {
    const vanished = [crlOf(ca, '2020-01-20', [revoked('2020-01-10')]), crlOf(ca, '2020-01-30')];
    expect(codesOf(judge(vanished, '2020-02-01'))).toEqual(['certificate_revoked']);
  });

  it('lets the earliest date count where CRLs differ', () => {
    const two = [crlOf(ca, '2020-01-20', [revoked('2020-01-15')]), crlOf(ca, '2020-01-30', [revoked('2020-01-10')])];
    expect(codesOf(judge(two, '2020-01-12'))).toEqual(['certificate_revoked']);
  });

  it('believes a stale CRL that it is revoked, never that it is good', () => {
    expect(codesOf(judge([crlOf(ca, '2020-01-20', [revoked('2020-01-10')])], '2025-01-01'))).toEqual([
      'certificate_revoked',
    ]);
    expect(codesOf(judge([crlOf(ca, '2020-01-20')], '2025-01-01'))).toEqual(['revocation_unknown', 'crl_stale']);
  });
});

describe('rule 4: holds', () => {
  const hold = revoked('2020-01-05', { reason: 'certificateHold' });
  const lifted = [crlOf(ca, '2020-01-10', [hold]), crlOf(ca, '2020-01-20')];
  it.each([
    ['2020-01-04', 'valid'],
    ['2020-01-05', 'indeterminate'],
    ['2020-01-15', 'indeterminate'],
    ['2020-01-20', 'valid'],
    ['2020-01-22', 'valid'],
  ])('set on 5 January, lifted by the CRL of the 20th: at %s %s', (asked, status) => {
    const answer = judge(lifted, asked);
    expect(answer.status).toBe(status);
    if (status === 'indeterminate') expect(codesOf(answer)).toEqual(['on_hold']);
    expect(answer.missing).toEqual([]);
  });

  it('asks to try later while the latest CRL still holds it', () => {
    const answer = judge([crlOf(ca, '2020-01-10', [hold])], { at: at('2020-01-12'), now: at('2020-01-12') });
    expect(answer.reports[0]).toMatchObject({ status: 'unknown', reason: 'certificateHold' });
    expect(answer.missing[0]).toMatchObject({ kind: 'crl', name: 'CN=Issuing CA', retryAfter: '2020-01-20T00:00:00Z' });
  });

  it('that became a revocation counts from its own date', () => {
    const crls = [crlOf(ca, '2020-01-10', [hold]), crlOf(ca, '2020-01-20', [revoked('2020-01-15')])];
    expect(codesOf(judge(crls, '2020-01-12'))).toEqual(['on_hold']);
    expect(codesOf(judge(crls, '2020-01-15'))).toEqual(['certificate_revoked']);
  });

  it('is not lifted by the absence of a certificate that had expired', () => {
    const onHold = { ...hold, serialNumber: 78, revocationDate: day('2020-02-20') };
    const crls = [crlOf(ca, '2020-02-25', [onHold]), crlOf(ca, '2020-03-05')];
    expect(codesOf(judge(crls, '2020-02-28', shortLived.certificate))).toContain('on_hold');
  });
});

describe('rule 5: better evidence first', () => {
  it('prefers a CRL issued at or after the time asked about', () => {
    const crls = [crlOf(ca, '2020-01-01'), crlOf(ca, '2020-01-11')];
    expect(judge(crls, '2020-01-05').reports[0]?.evidence?.thisUpdate).toBe('2020-01-11T00:00:00Z');
    expect(judge([crls[0] as Uint8Array], '2020-01-05').reports[0]?.evidence?.thisUpdate).toBe('2020-01-01T00:00:00Z');
  });

  it('takes nextUpdate inclusive and nothing after it', () => {
    const crls = [crlOf(ca, '2020-01-01')];
    expect(judge(crls, '2020-01-11').status).toBe('valid');
    expect(judge(crls, '2020-01-11T00:00:01Z').status).toBe('indeterminate');
  });

  it('says what is missing, and where', () => {
    const answer = judge([], '2033-01-01');
    expect(codesOf(answer)).toEqual(['revocation_unknown']);
    expect(answer.missing).toEqual([
      { kind: 'crl', name: 'CN=Issuing CA', urls: [], retryAfter: '2033-01-01T01:00:00Z' },
    ]);
    const known = judge([], '2033-01-01', leaf.certificate, 'known');
    expect(known.status).toBe('valid');
    expect(codesOf(known)).toEqual(['revocation_missing']);
  });
});

describe('rule 6: an authority that was revoked later', () => {
  const compromise = quietCrlWith([{ serialNumber: 10, revocationDate: day('2022-01-01'), reason: 'cACompromise' }]);
  const intermediates = [ca.certificate];
  const held = (existedBy?: string) => {
    const indexed = indexCrl(crlOf(ca, '2020-01-20'));
    return existedBy === undefined ? indexed : { ...indexed, existedBy: at(existedBy) };
  };
  const asked = { at: at('2020-01-10'), now: at('2033-01-01') };
  const judgeCompromised = (crl: IndexedCrl, provenBy?: string) =>
    ask(snapshotOf({ anchors: [root.certificate], intermediates, crls: [compromise, crl] }), leaf.certificate, asked, {
      mode: 'require',
      ...(provenBy === undefined ? {} : { provenBy: at(provenBy) }),
    });

  it('proves nothing about certificates and CRLs that may be younger', () => {
    const answer = judgeCompromised(held());
    expect(answer.status).toBe('indeterminate');
    expect(codesOf(answer)).toEqual(
      expect.arrayContaining(['revoked_after', 'revoked_ca_no_poe', 'revocation_unknown']),
    );
  });

  it('proves goodness where both are shown to be older', () => {
    expect(judgeCompromised(held('2020-02-01'), '2020-02-01').status).toBe('valid');
    expect(codesOf(judgeCompromised(held('2020-02-01')))).toContain('revoked_ca_no_poe');
    expect(codesOf(judgeCompromised(held('2022-01-01'), '2020-02-01'))).toContain('revocation_unknown');
    expect(codesOf(judgeCompromised(held(), '2020-02-01'))).toContain('revocation_unknown');
  });

  it('is an error of the path from its date on', () => {
    const snapshot = snapshotOf({
      anchors: [root.certificate],
      intermediates,
      crls: [compromise, crlOf(ca, '2022-01-01')],
    });
    const answer = ask(snapshot, leaf.certificate, { at: at('2022-01-02'), now: at('2033-01-01') });
    expect(answer.status).toBe('invalid');
    expect(codesOf(answer)).toContain('issuer_revoked');
    expect(answer.reports[1]?.status).toBe('revoked');
  });

  function quietCrlWith(entries: CrlEntryInput[]) {
    return crlOf(root, '2023-01-02', entries, { nextUpdate: day('2040-01-01') });
  }
});

describe('rule 10: where no later CRL can come', () => {
  it('gives no time to ask again for a retired authority', () => {
    const retired = authority('CN=Retired CA', { issuer: root, notAfter: day('2023-09-26') });
    const old = endEntity(retired, { notAfter: day('2023-09-01') });
    const snapshot = snapshotOf({
      anchors: [root.certificate],
      intermediates: [retired.certificate],
      crls: [quietCrl(root)],
    });
    const answer = ask(snapshot, old.certificate, { at: at('2020-01-01'), now: at('2026-01-01') });
    expect(answer.missing).toEqual([{ kind: 'crl', name: 'CN=Retired CA', urls: [] }]);
  });

  it('a CRL issued after its signer expired proves revocation only', () => {
    const retired = authority('CN=Retired CA', { issuer: root, notAfter: day('2023-09-26') });
    const long = endEntity(retired, { serialNumber: 5 });
    const other = endEntity(retired, { serialNumber: 6 });
    const late = crlOf(retired, '2023-10-01', [{ serialNumber: 5, revocationDate: day('2023-09-01') }]);
    const snapshot = snapshotOf({
      anchors: [root.certificate],
      intermediates: [retired.certificate],
      crls: [quietCrl(root), late],
    });
    const asked = { at: at('2023-09-10'), now: at('2026-01-01') };
    expect(ask(snapshot, long.certificate, asked).codes).toContain('certificate_revoked');
    expect(ask(snapshot, other.certificate, asked).codes).toEqual(['revocation_unknown', 'crl_not_usable']);
  });
});

describe('rule 11: algorithms at the time of the CRL', () => {
  const sha1 = (thisUpdate: string) => crlOf(ca, thisUpdate, [], { signature: { hash: 'sha1' } });
  it('takes SHA-1 until the end of 2016, and later under legacy only', () => {
    expect(judge([sha1('2016-12-31')], '2016-12-31').status).toBe('valid');
    expect(codesOf(judge([sha1('2017-01-01')], '2016-12-31'))).toContain('revocation_unknown');
    const legacy = { at: at('2016-12-31'), now: at('2033-01-01'), algorithms: 'legacy' as const };
    expect(judge([sha1('2017-01-01')], legacy).status).toBe('valid');
  });
});

describe('published validity', () => {
  const catalogue = (crlValidity: string) => {
    const sha256 = indexCrl(ca.certificate).sha256;
    const own = indexCrl(root.certificate).sha256;
    return loadCatalogue({
      id: 'test',
      name: 'Test',
      authorities: [
        { id: 'root', name: 'Root', role: 'root', fingerprints: { sha256: own } },
        { id: 'ca', name: 'CA', role: 'issuing', fingerprints: { sha256 }, crlValidity },
      ],
    });
  };
  const judgePublished = (crl: Uint8Array, asked: string) =>
    ask(
      snapshotOf({
        anchors: [],
        intermediates: [root.certificate, ca.certificate],
        crls: [quietCrl(root), crl],
        catalogues: [catalogue('P10D')],
      }),
      leaf.certificate,
      { at: at(asked), now: at('2033-01-01') },
    );

  it('caps the word of a CRL that runs longer than published', () => {
    const long = crlOf(ca, '2020-01-01', [], { nextUpdate: day('2020-03-01') });
    expect(judgePublished(long, '2020-01-11').codes).toEqual(['crl_validity_not_as_published']);
    expect(judgePublished(long, '2020-01-12').codes).toContain('revocation_unknown');
  });

  it('lets two hours pass, and a shorter validity too', () => {
    const nearly = crlOf(ca, '2020-01-01', [], { nextUpdate: day('2020-01-11T02:00:00Z') });
    expect(judgePublished(nearly, '2020-01-11T01:00:00Z').codes).toEqual([]);
    const short = crlOf(ca, '2020-01-01', [], { nextUpdate: day('2020-01-03') });
    expect(judgePublished(short, '2020-01-02').codes).toEqual(['crl_validity_not_as_published']);
    expect(judgePublished(short, '2020-01-04').codes).toContain('revocation_unknown');
  });

  it('without nextUpdate lasts as published, else seven days', () => {
    const endless = withoutNextUpdate();
    expect(judgePublished(endless, '2020-01-11').status).toBe('valid');
    expect(judgePublished(endless, '2020-01-11T00:00:01Z').status).toBe('indeterminate');
    expect(judge([endless], '2020-01-08').status).toBe('valid');
    expect(judge([endless], '2020-01-08T00:00:01Z').status).toBe('indeterminate');
  });

  function withoutNextUpdate() {
    const { nextUpdate: _, ...input }: CrlInput = {
      issuer: ca,
      thisUpdate: day('2020-01-01'),
      nextUpdate: day('2020-01-02'),
    };
    return crlOf(ca, '2020-01-01', [], { ...input, nextUpdate: undefined as never });
  }
});

describe('property: more evidence', () => {
  const events = fc.record({
    day: fc.integer({ min: 1, max: 300 }),
    date: fc.integer({ min: 1, max: 300 }),
    kind: fc.constantFrom('absent', 'keyCompromise', 'certificateHold', 'superseded'),
    invalidity: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
  });
  const dayOf = (n: number) => new Date(at('2020-01-01') + n * 86_400_000);
  const toCrl = ({
    day: n,
    date,
    kind,
    invalidity,
  }: {
    day: number;
    date: number;
    kind: string;
    invalidity: number | undefined;
  }) =>
    crlOf(
      ca,
      dayOf(n).toISOString(),
      kind === 'absent'
        ? []
        : [
            {
              serialNumber: 77,
              revocationDate: dayOf(Math.min(date, n)),
              reason: kind as 'superseded',
              ...(invalidity === undefined ? {} : { invalidityDate: dayOf(invalidity) }),
            },
          ],
    );

  it('never turns revoked at T into anything else, and what was proven does not change with the clock', () => {
    fc.assert(
      fc.property(
        fc.array(events, { minLength: 1, maxLength: 4 }),
        fc.array(events, { maxLength: 3 }),
        fc.integer({ min: 1, max: 300 }),
        (few, more, t) => {
          const crls = few.map(toCrl);
          const asked = (now: string) => ({ at: dayOf(t).getTime(), now: at(now) });
          const before = judge(crls, asked('2022-01-01'));
          const after = judge([...crls, ...more.map(toCrl)], asked('2022-01-01'));
          const later = judge(crls, asked('2030-01-01'));
          if (before.reports[0]?.status === 'revoked') expect(after.reports[0]?.status).toBe('revoked');
          expect(later.reports).toEqual(before.reports);
          expect(later.findings).toEqual(before.findings);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the same answer in any order', () => {
    fc.assert(
      fc.property(fc.array(events, { minLength: 2, maxLength: 5 }), fc.integer({ min: 1, max: 300 }), (list, t) => {
        const crls = list.map(toCrl);
        const asked = { at: dayOf(t).getTime(), now: at('2022-01-01') };
        expect(judge([...crls].reverse(), asked).reports).toEqual(judge(crls, asked).reports);
      }),
      { numRuns: 40 },
    );
  });
});
