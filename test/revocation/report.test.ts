/** What is said of a status: the report, the words for why it is not known, what is missing and where it may be had. */
import { describe, expect, it } from 'vitest';
import { indexCrl } from '../../src/revocation/index-crl.js';
import { inForceUntil, publishedValidityFindings } from '../../src/revocation/validity.js';
import type { CrlEntryInput } from '../../src/stand-in/crl.js';
import { asn1, type ExtensionsInput, type Issued } from '../../src/stand-in/index.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { type Asked, ask, type Setting, snapshotOf } from './support.js';

const root = authority('CN=Root');
const ca = authority('CN=CA', { issuer: root });
const leaf = endEntity(ca, { serialNumber: 77 });

function judge(crls: Uint8Array[], asked: string | Asked, end: Issued = leaf, more: Partial<Setting> = {}) {
  const snapshot = snapshotOf({
    anchors: [root.certificate],
    intermediates: [ca.certificate],
    crls: [quietCrl(root), ...crls],
    ...more,
  });
  return ask(snapshot, end.certificate, typeof asked === 'string' ? { at: at(asked) } : asked);
}

const entry = (more: Partial<CrlEntryInput> = {}): CrlEntryInput => ({
  serialNumber: 77,
  revocationDate: day('2020-01-10'),
  reason: 'superseded',
  ...more,
});
const strange = (oid: string) => ({ other: [{ oid, critical: true, value: asn1.nullValue }] });

describe('the report', () => {
  it('of a good one names its evidence and nothing else', () => {
    const crl = crlOf(ca, '2020-01-01', [], { crlNumber: 300 });
    expect(judge([crl], '2020-01-05').reports[0]).toStrictEqual({
      certificate: 0,
      status: 'good',
      evidence: {
        kind: 'crl',
        sha256: indexCrl(crl).sha256,
        crlNumber: '300',
        thisUpdate: '2020-01-01T00:00:00Z',
        nextUpdate: '2020-01-11T00:00:00Z',
      },
    });
  });

  it('of a revoked one has the entry', () => {
    const [report] = judge(
      [crlOf(ca, '2020-01-12', [entry({ invalidityDate: day('2020-01-05') })])],
      '2020-01-12',
    ).reports;
    expect(report).toMatchObject({
      status: 'revoked',
      reason: 'superseded',
      revocationDate: '2020-01-10T00:00:00Z',
      invalidityDate: '2020-01-05T00:00:00Z',
    });
    expect(report).not.toHaveProperty('why');
  });

  it('of a hold has the hold, not the revocation that came of it', () => {
    const hold = crlOf(ca, '2020-01-02', [entry({ reason: 'certificateHold', revocationDate: day('2020-01-01') })]);
    const later = crlOf(ca, '2020-01-12', [entry({ invalidityDate: day('2020-01-09') })]);
    const answer = judge([hold, later], { at: at('2020-01-03'), now: at('2021-01-01') });
    expect(answer.reports[0]).toMatchObject({
      status: 'unknown',
      why: 'it was on hold',
      reason: 'certificateHold',
      revocationDate: '2020-01-01T00:00:00Z',
    });
    expect(answer.reports[0]).not.toHaveProperty('invalidityDate');
    expect(answer.findings[0]).toMatchObject({ code: 'on_hold', params: { at: '2020-01-03T00:00:00Z' } });
    // The authority above was judged for the same moment; the report begins with the end entity.
    expect(answer.reports.map(({ certificate }) => certificate)).toEqual([0, 1]);
    expect(answer.facts.map(({ certificate }) => certificate)).toEqual([0, 1]);
  });

  it('of the last certificate of a path that ends nowhere', () => {
    const snapshot = snapshotOf({ anchors: [], intermediates: [ca.certificate], crls: [crlOf(ca, '2020-01-01')] });
    const answer = ask(snapshot, leaf.certificate, { at: at('2020-01-05') });
    expect(answer.reports).toMatchObject([
      { certificate: 0, status: 'good' },
      { certificate: 1, status: 'unknown', why: 'the certificate of its issuer is not known' },
    ]);
    expect(answer.facts[1]).toMatchObject({
      certificate: 1,
      status: 'unknown',
      because: 'nothing',
      onHold: false,
      goodAtNotAfter: false,
    });
  });
});

describe('why', () => {
  const why = (crls: Uint8Array[], asked: string | Asked) => judge(crls, asked).reports[0]?.why;

  it('nothing is held', () => {
    expect(why([], '2020-01-05')).toBe('no CRL of its issuer is held');
  });

  it('the key is said to have been in other hands', () => {
    const crl = crlOf(ca, '2020-01-12', [entry({ invalidityDate: day('2020-01-05') })]);
    const answer = judge([crl], { at: at('2020-01-07'), now: at('2020-01-12') });
    expect(answer.reports[0]?.why).toBe('it was revoked later, and its key is said to be compromised before');
    expect(answer.findings[0]).toMatchObject({
      code: 'revoked_invalidity_date',
      params: { reason: 'superseded', revocationDate: '2020-01-10T00:00:00Z', invalidityDate: '2020-01-05T00:00:00Z' },
    });
    // No CRL can answer that any more.
    expect(answer.missing).toEqual([]);
  });

  it('what is held is old: the latest that would say something', () => {
    const crls = [crlOf(ca, '2020-01-01'), crlOf(ca, '2020-01-03'), crlOf(ca, '2020-01-05', [], strange('1.2.3'))];
    const answer = judge(crls, '2020-02-01');
    expect(answer.reports[0]?.why).toBe('the latest CRL was in force until 2020-01-13T00:00:00Z');
    expect(answer.findings.slice(0, 2)).toMatchObject([
      { code: 'revocation_unknown', params: { at: '2020-02-01T00:00:00Z' } },
      { code: 'crl_stale', params: { nextUpdate: '2020-01-13T00:00:00Z' } },
    ]);
  });

  it('not all reasons are covered', () => {
    const some = crlOf(ca, '2020-01-01', [], { issuingDistributionPoint: { onlySomeReasons: ['keyCompromise'] } });
    const answer = judge([some], '2020-01-05');
    expect(answer.reports[0]).toStrictEqual({
      certificate: 0,
      status: 'unknown',
      why: 'the CRLs that are held do not cover all reasons',
    });
  });

  it('none that is held proves goodness', () => {
    const said = 'it has a critical extension that is not understood';
    const four = ['1.2.3', '1.2.4', '1.2.5', '1.2.6'];
    const crls = four.map((oid, index) => crlOf(ca, `2020-01-0${index + 1}`, [], strange(oid)));
    const answer = judge(crls, '2020-01-05');
    expect(answer.reports[0]?.why).toBe(`the CRL that is held proves no goodness: ${said} (1.2.6)`);
    expect(answer.reports[0]?.evidence?.thisUpdate).toBe('2020-01-04T00:00:00Z');
    expect(answer.findings.map(({ params }) => params?.why).slice(1)).toEqual(
      four.slice(0, 3).map((oid) => `${said} (${oid})`),
    );
  });

  it('none can be used: three reasons at most', () => {
    const forged = crlOf(authority('CN=CA'), '2020-01-01');
    expect(why([forged], '2020-01-05')).toBe(
      'no CRL that is held can be used: its signature does not fit the key of its issuer',
    );
    const scopes = [{ onlyContainsCACerts: true }, { onlyContainsAttributeCerts: true }].map((scope) =>
      crlOf(ca, '2020-01-01', [], { issuingDistributionPoint: scope }),
    );
    expect(why([...scopes, forged], '2020-01-05')?.split('; ').length).toBeLessThanOrEqual(3);
  });
});

describe('holds', () => {
  const hold = crlOf(ca, '2020-01-02', [entry({ reason: 'certificateHold', revocationDate: day('2020-01-01') })]);
  const codes = (later: Uint8Array) => judge([hold, later], '2020-01-06').codes;

  it('are lifted by a CRL that would show them', () => {
    expect(codes(crlOf(ca, '2020-01-05'))).toEqual([]);
  });

  it('are not lifted by one that covers other reasons, is not understood, or is a delta without its base', () => {
    const other = { issuingDistributionPoint: { onlySomeReasons: ['keyCompromise' as const] } };
    expect(codes(crlOf(ca, '2020-01-05', [], other))).toContain('on_hold');
    expect(codes(crlOf(ca, '2020-01-05', [], strange('1.2.3')))).toContain('on_hold');
    expect(codes(crlOf(ca, '2020-01-05', [], { baseCrlNumber: 1_000_000 }))).toContain('on_hold');
  });

  it('removeFromCRL in a complete CRL may have been one', () => {
    const removed = crlOf(ca, '2020-01-02', [entry({ reason: 'removeFromCRL', revocationDate: day('2020-01-01') })]);
    expect(judge([removed], '2020-01-06').codes).toEqual(['on_hold']);
  });
});

describe('goodness', () => {
  it('by a CRL dated at or after the time asked about, whatever its end', () => {
    const odd = crlOf(ca, '2020-01-05', [], { nextUpdate: day('2019-12-01') });
    expect(judge([odd], { at: at('2020-01-05'), now: at('2020-02-01') }).codes).toEqual(['crl_conformance']);
    expect(judge([odd], { at: at('2020-01-05T00:00:01Z'), now: at('2020-02-01') }).codes).toContain(
      'revocation_unknown',
    );
  });

  it('by a list that dates the revocation later, unless it is not understood', () => {
    const later = entry({ revocationDate: day('2020-01-10') });
    const asked = { at: at('2020-01-09'), now: at('2020-02-01') };
    expect(judge([crlOf(ca, '2020-01-12', [later])], asked).codes).toEqual(['revoked_after']);
    expect(judge([crlOf(ca, '2020-01-12', [later], strange('1.2.3'))], asked).codes).toContain('revocation_unknown');
  });

  it('until the earliest date of several', () => {
    const dated = (list: string, date: string) => crlOf(ca, list, [entry({ revocationDate: day(date) })]);
    const crls = [dated('2020-01-20', '2020-01-10'), dated('2020-01-30', '2020-01-15')];
    expect(judge(crls, { at: at('2020-01-12'), now: at('2020-02-01') }).codes).toEqual(['certificate_revoked']);
  });
});

describe('what is missing', () => {
  const asked = (end: Issued, now: string, crls: Uint8Array[] = [], more: Partial<Setting> = {}) =>
    judge(crls, { at: at('2019-06-01'), now: at(now) }, end, more).missing[0];
  const withPoints = (extensions: ExtensionsInput) => endEntity(ca, { extensions });

  it('is asked for again in an hour, or when the next CRL is due', () => {
    const hour = '2020-01-05T01:00:00Z';
    expect(asked(leaf, '2020-01-05')?.retryAfter).toBe(hour);
    const unusable = (until: string) => [crlOf(ca, '2020-01-01', [], { ...strange('1.2.3'), nextUpdate: day(until) })];
    expect(asked(leaf, '2020-01-05', unusable('2020-01-05T00:05:01Z'))?.retryAfter).toBe('2020-01-05T00:05:01Z');
    expect(asked(leaf, '2020-01-05', unusable('2020-01-05T00:05:00Z'))?.retryAfter).toBe(hour);
    expect(asked(leaf, '2020-01-05', unusable('2020-01-04T23:58:00Z'))?.retryAfter).toBe(hour);
  });

  it('is not asked for again once the certificate has expired, or its authority ninety days ago', () => {
    const short = endEntity(ca, { notAfter: day('2020-01-01') });
    expect(asked(short, '2020-01-01')).toHaveProperty('retryAfter');
    expect(asked(short, '2020-01-01T00:00:01Z')).not.toHaveProperty('retryAfter');
    const retired = authority('CN=Retired', { issuer: root, notAfter: day('2020-01-01') });
    const long = endEntity(retired);
    const world = { intermediates: [retired.certificate] };
    expect(asked(long, '2020-03-31', [], world)).toHaveProperty('retryAfter');
    expect(asked(long, '2020-03-31T00:00:01Z', [], world)).not.toHaveProperty('retryAfter');
  });

  it('has the URLs of its distribution points, that can be fetched and shown', () => {
    const urls = (...points: string[]) => asked(withPoints({ crlDistributionPoints: points }), '2020-01-05')?.urls;
    const good = ['http://a.example/x.crl', 'HTTPS://b.example/', 'ldap://c.example/cn=x', 'ldaps://d.example/cn=x'];
    expect(urls(...good)).toEqual(good);
    expect(
      urls('ftp://a.example/', 'x http://a.example/', 'http://a example/', 'http://a.example/\u007f', 'http://'),
    ).toEqual([]);
    const long = `http://${'a'.repeat(2041)}`;
    expect(urls(long, `${long}a`)).toEqual([long]);
    expect(urls('http://a/', 'http://b/', 'http://a/')).toEqual(['http://a/', 'http://b/']);
    expect(urls(...Array.from({ length: 10 }, (_, n) => `http://${n}/`))).toHaveLength(8);
  });

  it('names no other form, and those of delta CRLs last', () => {
    const crlDistributionPoints = [
      { fullName: [{ dns: 'http://a/' }, { uri: 'http://complete/' }] },
      { crlIssuer: 'CN=CA' },
    ];
    const end = withPoints({ crlDistributionPoints, freshestCRL: ['http://delta/'] });
    expect(asked(end, '2020-01-05')?.urls).toEqual(['http://complete/', 'http://delta/']);
  });

  it('begins with those that the catalogue publishes', () => {
    const sha256 = (one: Issued) => indexCrl(one.certificate).sha256;
    const catalogue = loadCatalogue({
      id: 'x',
      name: 'X',
      authorities: [
        { id: 'root', name: 'R', role: 'root', fingerprints: { sha256: sha256(root) }, crlUrls: ['http://root/'] },
        {
          id: 'ca',
          name: 'C',
          role: 'issuing',
          fingerprints: { sha256: sha256(ca) },
          crlUrls: ['http://ca/', 'http://b/'],
        },
      ],
    });
    const end = withPoints({ crlDistributionPoints: ['http://b/', 'http://c/'] });
    const world = { anchors: [], intermediates: [root.certificate, ca.certificate], catalogues: [catalogue] };
    expect(asked(end, '2020-01-05', [], world)?.urls).toEqual(['http://ca/', 'http://b/', 'http://c/']);
  });
});

describe('published validity', () => {
  const list = (thisUpdate: string, nextUpdate?: string, delta = false) => ({
    thisUpdate: at(thisUpdate),
    nextUpdate: nextUpdate === undefined ? undefined : at(nextUpdate),
    deltaCRLIndicator: delta ? new Uint8Array([1]) : undefined,
  });
  const found = (...asked: Parameters<typeof list>) =>
    publishedValidityFindings(list(...asked), 'P10D').map(({ params }) => params?.found);

  it('two hours of ten days and one day of six months pass', () => {
    expect(found('2020-01-01', '2020-01-11T02:00:00Z')).toEqual([]);
    expect(found('2020-01-01', '2020-01-11T02:00:01Z')).toEqual(['10.08 days']);
    expect(found('2020-01-01', '2020-01-10T21:59:59Z')).toEqual(['9.92 days']);
    expect(found('2020-01-01')).toEqual(['no end']);
    expect(found('2020-01-01', '2020-03-01', true)).toEqual([]);
    const months = (end: string) => publishedValidityFindings(list('2020-01-01', end), 'P6M');
    expect([months('2020-07-02'), months('2020-07-02T00:00:01Z')]).toMatchObject([
      [],
      [{ code: 'crl_validity_not_as_published', params: { found: '183 days', published: 'P6M' } }],
    ]);
    expect(publishedValidityFindings(list('2020-01-01', '2020-07-02'), undefined)).toEqual([]);
  });

  it('ends what runs longer', () => {
    expect(inForceUntil(list('2020-01-01', '2020-07-02'), 'P6M')).toBe(at('2020-07-02'));
    expect(inForceUntil(list('2020-01-01', '2020-07-02T00:00:01Z'), 'P6M')).toBe(at('2020-07-01'));
    expect(inForceUntil(list('2020-01-01', '2020-01-11T02:00:01Z'), 'P10D')).toBe(at('2020-01-11'));
    expect(inForceUntil(list('2020-01-01', '2020-07-02'), undefined)).toBe(at('2020-07-02'));
  });
});
