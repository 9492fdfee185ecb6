/**
 * Delta CRLs (RFC 5280 §5.2.4, §6.3.3): a base that was in force until 11 January, a delta of the 12th, asked on the 15th. Good
 * only where the delta fits the base.
 */
import { describe, expect, it } from 'vitest';
import type { CrlEntryInput, CrlInput } from '../../src/stand-in/crl.js';
import { asn1 } from '../../src/stand-in/index.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { ask, snapshotOf } from './support.js';

const root = authority('CN=Root');
const ca = authority('CN=CA', { issuer: root });
const leaf = endEntity(ca, { serialNumber: 77 });
const moment = at('2020-01-15');

function judge(crls: Uint8Array[], intermediates = [ca], mode: 'require' | 'known' = 'require') {
  const snapshot = snapshotOf({
    anchors: [root.certificate],
    intermediates: intermediates.map(({ certificate }) => certificate),
    crls: [quietCrl(root), ...crls],
  });
  return ask(snapshot, leaf.certificate, { at: moment, now: moment }, { mode });
}

const codes = (...crls: Uint8Array[]) => {
  const orders = [crls, [...crls].reverse()].map((order) => judge(order).codes);
  expect(orders[1]).toEqual(orders[0]);
  return orders[0];
};

const entry = (reason: NonNullable<CrlEntryInput['reason']>, date = '2020-01-02'): CrlEntryInput => ({
  serialNumber: 77,
  revocationDate: day(date),
  reason,
});
const base = (more: Partial<CrlInput> = {}, entries: CrlEntryInput[] = []) =>
  crlOf(ca, '2020-01-01', entries, { crlNumber: 10, ...more });
const delta = (more: Partial<CrlInput> = {}, entries: CrlEntryInput[] = []) =>
  crlOf(ca, '2020-01-12', entries, { crlNumber: 12, baseCrlNumber: 10, ...more });
const unfit = ['revocation_unknown', 'crl_stale'];
const strange = { other: [{ oid: '1.2.3', critical: true, value: asn1.nullValue }] };

describe('fits', () => {
  it('a base with its number, or a later one', () => {
    expect(codes(base(), delta())).toEqual([]);
    expect(codes(base({ crlNumber: 11 }), delta())).toEqual([]);
    expect(codes(base({ crlNumber: 9 }), delta())).toEqual(unfit);
    expect(codes(base({ crlNumber: 13 }), delta())).toEqual(unfit);
    expect(codes(base({ crlNumber: false }), delta())).toEqual([...unfit, 'crl_conformance']);
  });

  it('a base that is not younger', () => {
    const short = { crlNumber: 11, nextUpdate: day('2020-01-14') };
    expect(codes(crlOf(ca, '2020-01-12', [], short), delta())).toEqual([]);
    expect(codes(crlOf(ca, '2020-01-12T00:00:01Z', [], short), delta())).toEqual(unfit);
  });

  it('a base of the same scope', () => {
    const scope = { issuingDistributionPoint: { onlyContainsUserCerts: true } };
    expect(codes(base(scope), delta(scope))).toEqual([]);
    expect(codes(base(scope), delta())).toEqual(unfit);
    expect(codes(base(), delta(scope))).toEqual(unfit);
  });

  it('a base with the same key identifier', () => {
    const none = { authorityKeyIdentifier: false } as const;
    const other = { authorityKeyIdentifier: { keyIdentifier: new Uint8Array([1]) } };
    expect(codes(base(none), delta(none))).toEqual(['crl_conformance']);
    expect(codes(base(none), delta())).toEqual([...unfit, 'crl_conformance']);
    expect(codes(base(other), delta())).toEqual(unfit);
  });

  it('a base with the same key', () => {
    const rolled = authority('CN=CA', { issuer: root });
    const none = { authorityKeyIdentifier: false } as const;
    const young = crlOf(rolled, '2020-01-12', [], { crlNumber: 12, baseCrlNumber: 10, ...none });
    expect(judge([quietCrl(rolled), base(none), young], [ca, rolled]).codes).not.toContain('revocation_unknown');
    expect(judge([base(none), young], [ca, rolled]).codes).toContain('revocation_unknown');
  });
});

describe('says', () => {
  it('what the base says, where it is silent', () => {
    expect(codes(base({}, [entry('certificateHold')]), delta())).toEqual(['on_hold']);
    expect(codes(base({}, [entry('superseded')]), delta())).toEqual(['certificate_revoked']);
  });

  it('its own word first; removeFromCRL means absent', () => {
    expect(codes(base(), delta({}, [entry('certificateHold')]))).toEqual(['on_hold']);
    expect(codes(base(), delta({}, [entry('superseded')]))).toEqual(['certificate_revoked']);
    const lifted = delta({}, [entry('removeFromCRL', '2020-01-11')]);
    expect(codes(base({}, [entry('certificateHold')]), lifted)).toEqual([]);
    expect(codes(base({}, [entry('superseded')]), lifted)).toEqual(['certificate_revoked']);
  });

  it('nothing of goodness alone, and nothing of a hold that it lifts', () => {
    const answer = judge([delta()]);
    expect(answer.codes).toEqual(['revocation_unknown']);
    expect(answer.reports[0]?.why).toBe('only delta CRLs are held, and no base that they fit');
    expect(codes(delta({}, [entry('removeFromCRL')]))).toEqual(['revocation_unknown']);
  });

  it('with the latest base of those that it fits', () => {
    const later = crlOf(ca, '2020-01-03', [entry('certificateHold')], { crlNumber: 11 });
    expect(codes(base(), later, delta())).toEqual(['on_hold']);
    const lifted = crlOf(ca, '2020-01-03', [], { crlNumber: 11 });
    expect(codes(base({}, [entry('certificateHold')]), lifted, delta())).toEqual([]);
  });

  it('no goodness with a critical extension of either that is not understood', () => {
    expect(codes(base(), delta(strange))).toContain('revocation_unknown');
    expect(codes(base(strange), delta())).toContain('revocation_unknown');
  });
});

describe('order', () => {
  it('of CRLs of one moment: the higher number speaks, then always the same', () => {
    const twins = [5, 6].map((crlNumber) => crlOf(ca, '2020-01-10', [], { crlNumber }));
    const unnumbered = crlOf(ca, '2020-01-10', [], { crlNumber: false });
    for (const order of [[...twins, unnumbered], [unnumbered, ...twins], [...twins].reverse()]) {
      expect(judge(order).reports[0]?.evidence).toMatchObject({ crlNumber: '6' });
    }
    const same = [1, 2, 3].map((n) =>
      crlOf(ca, '2020-01-10', [{ serialNumber: n, revocationDate: day('2020-01-01') }]),
    );
    const speaking = [same, [...same].reverse()].map((order) => judge(order).reports[0]?.evidence?.sha256);
    expect(speaking[0]).toBe(speaking[1]);
  });

  it('a combination speaks before what it is made of, named by the delta', () => {
    expect(judge([base(), delta()]).reports[0]?.evidence).toMatchObject({ crlNumber: '12' });
  });
});

describe('what is said of CRLs that do not count', () => {
  it('a few times, and each reason once', () => {
    const forger = authority('CN=CA');
    const forged = Array.from({ length: 12 }, (_, n) => crlOf(forger, `2020-01-${String(n + 1).padStart(2, '0')}`));
    const found = judge(forged).codes;
    expect(found.filter((code) => code === 'crl_signature_invalid')).toHaveLength(8);
    expect(found.filter((code) => code === 'crl_not_usable')).toHaveLength(1);
  });

  it('a date in the future is named', () => {
    const answer = judge([base({ nextUpdate: day('2020-02-01') }), crlOf(ca, '2020-01-16')]);
    expect(answer.findings).toMatchObject([
      { code: 'crl_from_future', certificate: 0, params: { thisUpdate: '2020-01-16T00:00:00Z' } },
    ]);
  });
});
