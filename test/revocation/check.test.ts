/** Revocation over a whole path: facts, authorities that were revoked later (REVOCATION.md, rule 6), signers of signers. */
import { describe, expect, it } from 'vitest';
import { indexCrl } from '../../src/revocation/index-crl.js';
import type { CrlEntryInput, CrlInput } from '../../src/stand-in/crl.js';
import type { Issued } from '../../src/stand-in/index.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { type Asked, ask, snapshotOf } from './support.js';

const root = authority('CN=Root');
const ca = authority('CN=CA', { issuer: root, serialNumber: 10 });
const leaf = endEntity(ca, { serialNumber: 77 });

const entry = (more: Partial<CrlEntryInput> = {}): CrlEntryInput => ({
  serialNumber: 77,
  revocationDate: day('2020-01-10'),
  reason: 'superseded',
  ...more,
});

function judge(crls: Parameters<typeof snapshotOf>[0]['crls'], asked: Asked, end: Issued = leaf, provenBy?: string) {
  const snapshot = snapshotOf({ anchors: [root.certificate], intermediates: [ca.certificate], crls });
  const options = provenBy === undefined ? undefined : { mode: 'require' as const, provenBy: at(provenBy) };
  return ask(snapshot, end.certificate, asked, options);
}

const quiet = quietCrl(root);

describe('facts', () => {
  const nothing = { revokedFrom: undefined, reason: undefined, invalidityDate: undefined };
  const factsOf = (crls: Uint8Array[], asked: Asked, end = leaf) => judge([quiet, ...crls], asked, end).facts[0];

  it('nothing where they are not asked for', () => {
    const options = { mode: 'require', facts: false } as const;
    const snapshot = snapshotOf({
      anchors: [root.certificate],
      crls: [quiet, crlOf(ca, '2020-01-01')],
      intermediates: [ca.certificate],
    });
    const answer = ask(snapshot, leaf.certificate, { at: at('2020-01-05') }, options);
    expect([answer.facts, answer.reports.length]).toEqual([[], 2]);
  });

  it('of a good one', () => {
    expect(factsOf([crlOf(ca, '2020-01-01')], { at: at('2020-01-05') })).toStrictEqual({
      certificate: 0,
      status: 'good',
      because: undefined,
      ...nothing,
      onHold: false,
      goodAtNotAfter: false,
    });
  });

  it('of one that was revoked, at any time', () => {
    const crl = crlOf(ca, '2020-01-12', [entry({ invalidityDate: day('2020-01-08') })]);
    const known = { revokedFrom: at('2020-01-10'), reason: 'superseded', invalidityDate: at('2020-01-08') };
    const now = at('2020-02-01');
    expect(factsOf([crl], { at: at('2020-01-10'), now })).toMatchObject({
      status: 'revoked',
      because: 'revoked',
      ...known,
    });
    expect(factsOf([crl], { at: at('2020-01-09'), now })).toMatchObject({
      status: 'unknown',
      because: 'invalidity',
      ...known,
    });
    expect(factsOf([crl], { at: at('2020-01-07'), now })).toMatchObject({
      status: 'good',
      because: undefined,
      ...known,
    });
  });

  it('of a hold', () => {
    const hold = crlOf(ca, '2020-01-12', [entry({ reason: 'certificateHold' })]);
    expect(factsOf([hold], { at: at('2020-01-15') })).toMatchObject({
      status: 'unknown',
      because: 'hold',
      onHold: true,
      ...nothing,
    });
  });

  it('of one that has expired: whether it was good until then', () => {
    const short = endEntity(ca, { serialNumber: 77, notAfter: day('2020-01-05') });
    const crls = [crlOf(ca, '2020-01-01')];
    const goodAtNotAfter = (asked: string, ...more: Uint8Array[]) =>
      factsOf([...crls, ...more], { at: at(asked), now: at('2020-06-01') }, short)?.goodAtNotAfter;
    expect(goodAtNotAfter('2020-05-01')).toBe(true);
    expect(goodAtNotAfter('2020-01-05')).toBe(false);
    expect(goodAtNotAfter('2020-05-01', crlOf(ca, '2020-01-04', [entry({ revocationDate: day('2020-01-04') })]))).toBe(
      false,
    );
  });
});

describe('an authority that was revoked later', () => {
  const compromised = (more: Partial<CrlEntryInput> = {}) =>
    crlOf(
      root,
      '2023-01-02',
      [{ serialNumber: 10, revocationDate: day('2022-01-01'), reason: 'cACompromise', ...more }],
      {
        nextUpdate: day('2040-01-01'),
      },
    );
  /** A CRL of the authority, shown to be older than its compromise. */
  const old = (entries: CrlEntryInput[] = []) => ({
    ...indexCrl(crlOf(ca, '2020-01-20', entries)),
    existedBy: at('2020-02-01'),
  });
  const asked = { at: at('2020-01-10'), now: at('2033-01-01') };
  const why = 'an authority above it was revoked later, and nothing shows that the certificate is older';

  it('leaves a certificate unknown that may be younger, and says so at the authority', () => {
    const { reports, facts, findings } = judge([compromised(), old()], asked);
    expect(reports[0]).toMatchObject({ certificate: 0, status: 'unknown', why });
    expect(facts[0]).toMatchObject({ certificate: 0, status: 'unknown', because: undefined, goodAtNotAfter: false });
    expect(facts[1]).toMatchObject({ certificate: 1, status: 'good', revokedFrom: at('2022-01-01') });
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'revoked_ca_no_poe',
        certificate: 1,
        params: { revocationDate: '2022-01-01T00:00:00Z', reason: 'cACompromise' },
      }),
    );
  });

  it('but not one that is shown to be older, by a second', () => {
    const proven = (when: string) => judge([compromised(), old()], asked, leaf, when);
    expect(proven('2021-12-31T23:59:59Z').status).toBe('valid');
    expect(proven('2021-12-31T23:59:59Z').reports[0]?.status).toBe('good');
    expect(proven('2022-01-01').codes).toContain('revoked_ca_no_poe');
    const earlier = [compromised({ invalidityDate: day('2021-01-01') }), old()];
    expect(judge(earlier, asked, leaf, '2020-12-31T23:59:59Z').status).toBe('valid');
    expect(judge(earlier, asked, leaf, '2021-01-01').codes).toContain('revoked_ca_no_poe');
  });

  it('leaves revoked what is revoked, and unknown what was unknown for its own reason', () => {
    const revoked = judge([compromised(), old([entry({ revocationDate: day('2020-01-01') })])], asked);
    expect([revoked.reports[0]?.status, revoked.facts[0]?.status]).toEqual(['revoked', 'revoked']);
    const unknown = judge([compromised()], asked);
    expect(unknown.reports[0]?.why).toBe('no CRL of its issuer is held');
  });

  it('is an error alone from its date on', () => {
    const late = judge([compromised(), old()], { at: at('2022-01-02'), now: at('2033-01-01') });
    expect(late.codes).toContain('issuer_revoked');
    expect(late.codes).not.toContain('revoked_ca_no_poe');
  });

  it('says nothing about itself and nothing of a hold', () => {
    const hold = compromised({ reason: 'certificateHold' });
    expect(judge([hold, old()], asked).codes).not.toContain('revoked_ca_no_poe');
    const own = crlOf(ca, '2020-01-20', [entry({ revocationDate: day('2020-01-15') })]);
    expect(judge([quiet, own], asked).codes).toEqual(['revoked_after']);
  });
});

describe('signers of signers', () => {
  const indirect = { issuingDistributionPoint: { indirectCRL: true } } satisfies Partial<CrlInput>;
  const pointed = (name: string) => ({ crlDistributionPoints: [{ crlIssuer: name }] });

  /** The end entity's CRL is signed by the first, whose own status the second tells, and so on; the last is the root's. */
  function chainOf(length: number) {
    const delegates = Array.from({ length }, (_, index) => {
      const last = index === length - 1;
      return endEntity(last ? root : ca, {
        subject: `CN=Signer ${index}`,
        extensions: { keyUsage: ['cRLSign'], ...(last ? {} : pointed(`CN=Signer ${index + 1}`)) },
      });
    });
    const asks = endEntity(ca, { extensions: pointed('CN=Signer 0') });
    const snapshot = snapshotOf({
      anchors: [root.certificate],
      intermediates: [ca, ...delegates].map(({ certificate }) => certificate),
      crls: [quiet, ...delegates.map((one) => crlOf(one, '2020-01-01', [], indirect))],
    });
    return ask(snapshot, asks.certificate, { at: at('2020-01-05') }).status;
  }

  it('are followed eight deep, the end entity included, and no further', () => {
    expect(chainOf(1)).toBe('valid');
    expect(chainOf(7)).toBe('valid');
    expect(chainOf(8)).toBe('indeterminate');
  });
});
