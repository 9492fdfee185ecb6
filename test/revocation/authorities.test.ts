/** A whole path: who is judged and who cannot be, what a compromised authority takes with it, the facts for messages. */
import { describe, expect, it } from 'vitest';
import { buildPaths } from '../../src/path/build.js';
import { createJudge } from '../../src/revocation/check.js';
import { indexCrl } from '../../src/revocation/index-crl.js';
import type { CrlEntryInput } from '../../src/stand-in/crl.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { ask, contextOf, snapshotOf } from './support.js';

const root = authority('CN=Root');
const upper = authority('CN=Upper', { issuer: root, serialNumber: 10 });
const ca = authority('CN=CA', { issuer: upper, serialNumber: 11 });
const leaf = endEntity(ca, { serialNumber: 5 });
const expired = endEntity(ca, { serialNumber: 6, notAfter: day('2020-03-01') });
const intermediates = [upper.certificate, ca.certificate];
const now = at('2033-01-01');

interface Given {
  crls?: Uint8Array[];
  anchors?: Uint8Array[];
  certificate?: Uint8Array;
  asked?: string;
  provenBy?: string;
}

function judge({ crls = [], anchors = [root.certificate], certificate = leaf.certificate, ...given }: Given) {
  const { asked = '2020-01-10', provenBy } = given;
  const shown = crls.map((crl) => ({ ...indexCrl(crl), existedBy: at('2020-02-15') }));
  const snapshot = snapshotOf({ anchors, intermediates, crls: shown });
  return ask(
    snapshot,
    certificate,
    { at: at(asked), now },
    {
      mode: 'require',
      facts: true,
      ...(provenBy === undefined ? {} : { provenBy: at(provenBy) }),
    },
  );
}

const entry = (serialNumber: number, date: string, more: Partial<CrlEntryInput> = {}): CrlEntryInput => ({
  serialNumber,
  revocationDate: day(date),
  ...more,
});
const lateCrl = (issuer: typeof root, ...entries: CrlEntryInput[]) =>
  crlOf(issuer, '2025-01-01', entries, { nextUpdate: day('2040-01-01') });
const goodFacts = (certificate: number) => ({
  certificate,
  status: 'good',
  because: undefined,
  revokedFrom: undefined,
  reason: undefined,
  invalidityDate: undefined,
  onHold: false,
  goodAtNotAfter: false,
});

describe('a path', () => {
  it('is judged whole but for its anchor, end entity first', () => {
    const answer = judge({ crls: [root, upper, ca].map(quietCrl) });
    expect(answer.status).toBe('valid');
    expect(answer.reports.map(({ certificate, status }) => [certificate, status])).toEqual([
      [0, 'good'],
      [1, 'good'],
      [2, 'good'],
    ]);
    expect(answer.facts).toEqual([0, 1, 2].map(goodFacts));
    expect([answer.findings, answer.missing]).toEqual([[], []]);
  });

  it('that ends below an anchor says so of its last certificate', () => {
    const answer = judge({ anchors: [], crls: [quietCrl(upper), quietCrl(ca)] });
    const unknown = { certificate: 2, status: 'unknown' };
    expect(answer.reports.map(({ evidence: _, ...report }) => report)).toEqual([
      { certificate: 0, status: 'good' },
      { certificate: 1, status: 'good' },
      { ...unknown, why: 'the certificate of its issuer is not known' },
    ]);
    expect(answer.facts).toEqual([goodFacts(0), goodFacts(1), { ...goodFacts(2), ...unknown, because: 'nothing' }]);
    expect(answer.missing).toEqual([]);
  });

  it('is told what it lacks from the end entity up, each thing once', () => {
    expect(judge({}).missing.map(({ name }) => name)).toEqual(['CN=CA', 'CN=Upper', 'CN=Root']);
    expect(judge({ crls: [quietCrl(root)] }).missing.map(({ name }) => name)).toEqual(['CN=CA', 'CN=Upper']);
    // An authority that certifies its own new key has one name twice.
    const renewed = authority('CN=CA', { issuer: ca });
    const snapshot = snapshotOf({
      anchors: [upper.certificate],
      intermediates: [ca.certificate, renewed.certificate],
      crls: [quietCrl(upper)],
    });
    const answer = ask(snapshot, endEntity(renewed).certificate, { at: now });
    expect(answer.missing.map(({ name }) => name)).toEqual(['CN=CA']);
    expect(answer.reports.map(({ status }) => status)).toEqual(['unknown', 'unknown', 'good']);
  });
});

describe('an authority that was revoked later', () => {
  const crls = (...dates: [root?: string, upper?: string]) => [
    lateCrl(root, ...(dates[0] === undefined ? [] : [entry(10, dates[0], { reason: 'cACompromise' })])),
    lateCrl(upper, ...(dates[1] === undefined ? [] : [entry(11, dates[1])])),
    crlOf(ca, '2020-01-15'),
    crlOf(upper, '2020-01-15'),
  ];
  const stateOf = ({ reports, findings }: ReturnType<typeof judge>) => [
    reports.map(({ status }) => status),
    findings.filter(({ code }) => code === 'revoked_ca_no_poe').map(({ certificate }) => certificate),
  ];

  it('takes with it all below that is not shown to be older', () => {
    const judged = (provenBy: string | undefined, ...dates: [string?, string?]) =>
      stateOf(judge({ crls: crls(...dates), ...(provenBy === undefined ? {} : { provenBy }) }));
    expect(judged(undefined)).toEqual([['good', 'good', 'good'], []]);
    expect(judged(undefined, undefined, '2021-01-01')).toEqual([['unknown', 'good', 'good'], [1]]);
    expect(judged(undefined, '2021-01-01')).toEqual([['unknown', 'unknown', 'good'], [2]]);
    expect(judged('2020-12-31', '2021-01-01')).toEqual([['good', 'good', 'good'], []]);
    expect(judged('2021-01-01', '2021-01-01')).toEqual([['unknown', 'unknown', 'good'], [2]]);
    // Of two the earlier counts, wherever it stands.
    expect(judged('2020-12-31', '2021-01-01', '2020-06-01')).toEqual([['unknown', 'good', 'good'], [1]]);
    expect(judged('2020-12-31', '2020-06-01', '2021-01-01')).toEqual([
      ['unknown', 'unknown', 'good'],
      [2, 1],
    ]);
  });

  it('is named in the finding with its dates, and what it takes is told in words and facts', () => {
    const answer = judge({ crls: crls('2021-01-01') });
    expect(answer.findings.find(({ code }) => code === 'revoked_ca_no_poe')).toMatchObject({
      certificate: 2,
      params: { reason: 'cACompromise', revocationDate: '2021-01-01T00:00:00Z' },
    });
    const why = 'an authority above it was revoked later, and nothing shows that the certificate is older';
    const below = judge({ crls: crls('2021-01-01'), provenBy: '2021-01-01' });
    expect(below.reports[0]).toMatchObject({ certificate: 0, status: 'unknown', why });
    expect(below.reports[0]?.evidence?.thisUpdate).toBe('2020-01-15T00:00:00Z');
    expect(below.facts.slice(0, 2)).toEqual([0, 1].map((index) => ({ ...goodFacts(index), status: 'unknown' })));
    expect(below.facts[2]).toEqual({ ...goodFacts(2), revokedFrom: at('2021-01-01'), reason: 'cACompromise' });
  });

  it('leaves a revoked certificate revoked, and is itself an error from its date on', () => {
    const listed = [...crls('2021-01-01'), crlOf(ca, '2020-01-16', [entry(5, '2019-06-01')])];
    expect(judge({ crls: listed }).reports[0]?.status).toBe('revoked');
    const { codes } = judge({ crls: crls('2021-01-01'), asked: '2022-01-01' });
    expect(codes).toContain('issuer_revoked');
    expect(codes).not.toContain('revoked_ca_no_poe');
  });
});

describe('the facts about one certificate', () => {
  const factsOf = (entries: CrlEntryInput[], more: Given = {}) =>
    judge({ crls: [root, upper].map(quietCrl).concat(crlOf(ca, '2020-02-01', entries)), ...more }).facts[0];

  it('are its revocation, whenever it was, and its hold', () => {
    const dates = { reason: 'superseded', invalidityDate: day('2019-02-01') } as const;
    expect(factsOf([entry(5, '2019-06-01', dates)])).toEqual({
      ...goodFacts(0),
      status: 'revoked',
      because: 'revoked',
      revokedFrom: at('2019-06-01'),
      reason: 'superseded',
      invalidityDate: at('2019-02-01'),
    });
    const later = { revokedFrom: at('2020-01-20'), reason: 'unspecified' };
    expect(factsOf([entry(5, '2020-01-20')])).toEqual({ ...goodFacts(0), ...later });
    expect(factsOf([entry(5, '2019-06-01', { reason: 'certificateHold' })])).toEqual({
      ...goodFacts(0),
      status: 'unknown',
      because: 'hold',
      onHold: true,
    });
  });

  it('are that it was good when it expired, where it is asked about later', () => {
    const asked = (when: string, crl: string) =>
      judge({
        crls: [...[root, upper].map(quietCrl), crlOf(ca, crl)],
        certificate: expired.certificate,
        asked: when,
      }).facts[0]?.goodAtNotAfter;
    expect(asked('2020-03-02', '2020-02-25')).toBe(true);
    expect(asked('2020-03-01', '2020-02-25')).toBe(false);
    expect(asked('2020-03-02', '2020-03-05')).toBe(false);
  });
});

describe('the judge', () => {
  /** Each delegate signs the CRL of the one before it; the last has its status from the root. */
  const chain = (length: number) => {
    const uri = 'http://root.example/crl';
    const pointed = (index: number) => ({
      crlDistributionPoints: [index < length ? { crlIssuer: `CN=Delegate ${index}` } : uri],
    });
    const delegates = Array.from({ length }, (_, index) =>
      endEntity(root, {
        subject: `CN=Delegate ${index}`,
        extensions: { keyUsage: ['cRLSign'], ...pointed(index + 1) },
      }),
    );
    const indirect = { issuingDistributionPoint: { indirectCRL: true }, nextUpdate: day('2040-01-01') };
    const scoped = { issuingDistributionPoint: { fullName: [{ uri }] }, nextUpdate: day('2040-01-01') };
    const own = endEntity(root, { extensions: pointed(0) });
    const snapshot = snapshotOf({
      anchors: [root.certificate],
      intermediates: delegates.map(({ certificate }) => certificate),
      crls: [
        crlOf(root, '2020-01-01', [], scoped),
        ...delegates.map((delegate) => crlOf(delegate, '2020-01-01', [], indirect)),
      ],
    });
    return { snapshot, own };
  };

  it('answers about the same place once, and begins without work done', () => {
    const { snapshot, own } = chain(0);
    const known = snapshot.store.read(own.certificate);
    const context = contextOf(snapshot, { at: at('2020-01-05') });
    const [path] = known.ok ? [...buildPaths(known.value, context)] : [];
    if (path === undefined) throw new Error('no path');
    const judge = createJudge(context, snapshot.evidence);
    expect(judge.work).toEqual({ signatures: 0, exceeded: false });
    const place = { path: path.certificates, index: 0 };
    expect(judge.judgementOf({ ...place })).toBe(judge.judgementOf(place));
    // The same certificate under another issuer is another question.
    const other = judge.judgementOf({ path: [path.certificates[0], path.certificates[0]] as never, index: 0 });
    expect(other).not.toBe(judge.judgementOf(place));
    expect(judge.judgementOf(place)?.observations).toHaveLength(1);
    expect(judge.work.signatures).toBeGreaterThan(0);
  });

  it('follows signers of signers eight deep and no deeper', () => {
    const judged = (length: number) => {
      const { snapshot, own } = chain(length);
      return ask(snapshot, own.certificate, { at: at('2020-01-05') });
    };
    expect(judged(7).status).toBe('valid');
    expect(judged(8).codes).toContain('revocation_unknown');
    expect(judged(8).reports[0]?.why).toMatch(/nothing proves that its signer was not revoked/);
  });
});
