/** What the CRLs say about one certificate before any time is asked about: their order, deltas on their bases, warnings. */
import { describe, expect, it } from 'vitest';
import { buildPaths } from '../../src/path/build.js';
import { createJudge } from '../../src/revocation/check.js';
import { type IndexedCrl, indexCrl } from '../../src/revocation/index-crl.js';
import type { Judgement, Observation } from '../../src/revocation/judge.js';
import type { Issued } from '../../src/stand-in/certificate.js';
import type { CrlEntryInput, CrlInput } from '../../src/stand-in/crl.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { at, authority, crlOf, day, endEntity } from './pki.js';
import { contextOf, snapshotOf } from './support.js';

const root = authority('CN=Root');
const ca = authority('CN=CA', { issuer: root });
const renewed = authority('CN=CA', { issuer: root });
const sameKey = endEntity(root, { subject: 'CN=Delegate', keys: ca.keys, extensions: { keyUsage: ['cRLSign'] } });
const leaf = endEntity(ca, {
  serialNumber: 5,
  extensions: { crlDistributionPoints: [{ crlIssuer: 'CN=Delegate' }, { crlIssuer: 'CN=CA' }] },
});

function judgementOf(crls: (Uint8Array | IndexedCrl)[], crlValidity?: string): Judgement {
  const authorities = [root, ca].map(({ certificate }, index) => ({
    id: `${index}`,
    name: `${index}`,
    role: index === 0 ? 'root' : 'issuing',
    fingerprints: { sha256: indexCrl(certificate).sha256 },
    ...(index === 1 && crlValidity !== undefined ? { crlValidity } : {}),
  }));
  const snapshot = snapshotOf({
    anchors: [root.certificate],
    intermediates: [ca.certificate, renewed.certificate, sameKey.certificate],
    crls,
    catalogues: [loadCatalogue({ id: 'test', name: 'Test', authorities })],
  });
  const known = snapshot.store.read(leaf.certificate);
  const context = contextOf(snapshot, { at: at('2020-02-01') });
  const [path] = known.ok ? [...buildPaths(known.value, context)] : [];
  const judgement =
    path === undefined
      ? undefined
      : createJudge(context, snapshot.evidence).judgementOf({ path: path.certificates, index: 0 });
  if (judgement === undefined) throw new Error('no path');
  return judgement;
}

const listed = (more: Partial<CrlEntryInput> = {}): CrlEntryInput => ({
  serialNumber: 5,
  revocationDate: day('2020-01-01'),
  ...more,
});
const nameOf = ({ crl, base, partial }: Observation) =>
  `${crl.number ?? 'none'}${base === undefined ? '' : ` on ${base.number}`}${partial ? ' alone' : ''}`;
const namesOf = (crls: Uint8Array[]) => judgementOf(crls).observations.map(nameOf);
const combinedOf = (crls: Uint8Array[]) => judgementOf(crls).observations.find(({ base }) => base !== undefined);

describe('observations', () => {
  it('are in the order of time, then number, deltas before the rest and combinations last, then hash', () => {
    const twins = [
      crlOf(ca, '2020-01-02', [], { crlNumber: 7 }),
      crlOf(ca, '2020-01-02', [listed()], { crlNumber: 7 }),
    ];
    const crls = [
      crlOf(ca, '2020-01-01', [], { crlNumber: 9 }),
      crlOf(ca, '2020-01-02', [], { crlNumber: false }),
      crlOf(ca, '2020-01-02', [], { crlNumber: 0 }),
      ...twins,
      crlOf(ca, '2020-01-03', [], { crlNumber: 12, baseCrlNumber: 9 }),
      crlOf(ca, '2020-01-03', [], { crlNumber: 12 }),
      crlOf(ca, '2020-01-04', [], { crlNumber: 1 }),
    ];
    const expected = ['9', 'none', '0', '7', '7', '12 alone', '12', '12 on 9', '1'];
    expect(namesOf(crls)).toEqual(expected);
    expect(namesOf([...crls].reverse())).toEqual(expected);
    const hashes = judgementOf(crls).observations.map(({ crl }) => crl.sha256);
    expect(hashes.slice(3, 5)).toEqual(twins.map((crl) => indexCrl(crl).sha256).sort());
  });

  it('show from when the key may be in other hands: the earliest of all dates, and none of a hold', () => {
    const from = (...lists: CrlEntryInput[][]) =>
      judgementOf(lists.map((entries, i) => crlOf(ca, `2020-01-1${i}`, entries))).compromisedFrom;
    const [early, late] = [day('2019-06-01'), day('2019-09-01')];
    expect(from([listed()])).toBe(at('2020-01-01'));
    expect(from([listed({ revocationDate: day('2021-01-01') })])).toBe(at('2020-01-10'));
    expect(from([listed({ invalidityDate: early })])).toBe(at('2019-06-01'));
    expect(from([listed({ invalidityDate: early })], [listed({ revocationDate: late })])).toBe(at('2019-06-01'));
    expect(from([listed({ revocationDate: late })], [listed()])).toBe(at('2019-09-01'));
    for (const reason of ['certificateHold', 'removeFromCRL'] as const) {
      expect(from([listed({ reason, invalidityDate: early })])).toBeUndefined();
      expect(from([listed({ reason, invalidityDate: early })], [listed()])).toBe(at('2020-01-01'));
    }
    expect(from([])).toBeUndefined();
  });

  it('warn of what comes from the future, and of what nobody signed, a few times at most', () => {
    const future = (count: number) => Array.from({ length: count }, (_, i) => crlOf(ca, `2020-03-${10 + i}`));
    expect(judgementOf(future(1)).warnings).toMatchObject([
      { code: 'crl_from_future', params: { thisUpdate: '2020-03-10T00:00:00Z' } },
    ]);
    expect([7, 8, 9, 12].map((count) => judgementOf(future(count)).warnings.length)).toEqual([7, 8, 8, 8]);
    const stranger = authority('CN=CA');
    const { refused, warnings } = judgementOf([crlOf(stranger, '2020-01-01'), crlOf(stranger, '2020-01-02')]);
    expect(refused).toEqual(['it is not an indirect CRL', 'its signature does not fit the key of its issuer']);
    expect(warnings.map(({ code }) => code)).toEqual(['crl_signature_invalid', 'crl_signature_invalid']);
  });

  it('hold a complete CRL to the published validity, and no delta', () => {
    const crls = [crlOf(ca, '2020-01-01', [], { crlNumber: 1 })];
    crls.push(crlOf(ca, '2020-01-01', [], { crlNumber: 2, baseCrlNumber: 1 }));
    const until = judgementOf(crls, 'P1D').observations.map((one) => [nameOf(one), one.until]);
    expect(until).toEqual([
      ['1', at('2020-01-02')],
      ['2 alone', at('2020-01-11')],
      ['2 on 1', at('2020-01-11')],
    ]);
  });
});

describe('a delta CRL', () => {
  const scope = (uri: string) => ({ issuingDistributionPoint: { fullName: [{ uri }], indirectCRL: true } });
  const indirect = { issuingDistributionPoint: { indirectCRL: true } };
  const other = { authorityKeyIdentifier: { keyIdentifier: new Uint8Array([1, 2, 3]) } };
  const none = { authorityKeyIdentifier: false } as const;
  const entryOf = (reason: 'certificateHold' | 'keyCompromise' | 'removeFromCRL') => [listed({ reason })];

  it.each<[string, boolean, Partial<CrlInput>, Partial<CrlInput>, { issuer?: Issued; date?: string }?]>([
    ['of the same issuer, scope and key', true, {}, {}],
    ['with the least number', true, { crlNumber: 6 }, {}],
    ['with a number below that', false, { crlNumber: 5 }, {}],
    ['with a number of its own', false, { crlNumber: 8 }, {}],
    ['without number', false, { crlNumber: false }, {}],
    ['where it has no number itself', false, {}, { crlNumber: false }],
    ['where neither has one', false, { crlNumber: false }, { crlNumber: false }],
    ['of its own time', true, {}, {}, { date: '2020-01-05' }],
    ['that is younger', false, {}, {}, { date: '2020-01-04T23:59:59Z' }],
    ['of the same partial scope', true, indirect, indirect],
    ['of another scope', false, indirect, {}],
    ['of another place', false, scope('http://a.example'), indirect],
    ['signed with another key of its issuer', false, {}, {}, { issuer: renewed }],
    ['of another issuer with the same key', false, indirect, indirect, { issuer: sameKey }],
    ['with another key identifier', false, {}, other],
    ['where both have the same key identifier', true, other, other],
    ['without key identifier', false, none, {}],
    ['where both have none', true, none, none],
  ])('%s: combined with a base %j', (_, fits, base, delta, { issuer = ca, date = '2020-01-06' } = {}) => {
    const crls = [
      crlOf(ca, '2020-01-05', [], { crlNumber: 7, ...base }),
      crlOf(issuer, date, [], { crlNumber: 8, baseCrlNumber: 6, authorityKeyIdentifier: ownIdentifier, ...delta }),
    ];
    expect(combinedOf(crls) !== undefined).toBe(fits);
  });
  // That of the base in every row, so that the key and the name alone make the difference.
  const ownIdentifier = { keyIdentifier: ca.keys.keyIdentifier };

  it('takes the latest base that fits', () => {
    const bases = [5, 7, 6].map((n) => crlOf(ca, `2020-01-0${n}`, [], { crlNumber: n }));
    const delta = crlOf(ca, '2020-01-09', [], { crlNumber: 9, baseCrlNumber: 5 });
    expect(namesOf([...bases, delta])).toEqual(['5', '6', '7', '9 alone', '9 on 7']);
    expect(namesOf([delta])).toEqual(['9 alone']);
  });

  it.each<[string, CrlEntryInput[], CrlEntryInput[], string[]]>([
    ['nothing: as the base has it', entryOf('certificateHold'), [], ['certificateHold']],
    ['nothing, nor does the base', [], [], []],
    ['it is listed: by its own word', entryOf('certificateHold'), entryOf('keyCompromise'), ['keyCompromise']],
    ['it is listed, not so the base', [], entryOf('keyCompromise'), ['keyCompromise']],
    ['it is removed: absent', entryOf('certificateHold'), entryOf('removeFromCRL'), []],
    ['both: absent', entryOf('certificateHold'), [...entryOf('removeFromCRL'), ...entryOf('keyCompromise')], []],
  ])('that says %s', (_, base, delta, reasons) => {
    const combined = combinedOf([
      crlOf(ca, '2020-01-05', base, { crlNumber: 7 }),
      crlOf(ca, '2020-01-06', delta, { crlNumber: 8, baseCrlNumber: 7 }),
    ]);
    expect(combined).toMatchObject({ partial: false, noGoodness: undefined, reasons: 0x1fe });
    expect(combined?.listed.map(({ reason }) => reason)).toEqual(reasons);
  });

  it('proves no goodness where it or its base does not', () => {
    const unknown = { other: [{ oid: '1.2.3.4', critical: true, value: new Uint8Array([5, 0]) }] };
    const why = 'it has a critical extension that is not understood (1.2.3.4)';
    const problem = (base: Partial<CrlInput>, delta: Partial<CrlInput>) =>
      combinedOf([
        crlOf(ca, '2020-01-05', [], { crlNumber: 7, ...base }),
        crlOf(ca, '2020-01-06', [], { crlNumber: 8, baseCrlNumber: 7, ...delta }),
      ])?.noGoodness;
    expect([problem(unknown, {}), problem({}, unknown), problem({}, {})]).toEqual([why, why, undefined]);
  });
});
