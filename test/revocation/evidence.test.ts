/** What a snapshot holds: each CRL once, latest first; a request's over it; and which histories are compacted. */
import { describe, expect, it } from 'vitest';
import { CrlEvidence } from '../../src/revocation/evidence.js';
import { type IndexedCrl, indexCrl } from '../../src/revocation/index-crl.js';
import type { CrlInput } from '../../src/stand-in/crl.js';
import type { Issued } from '../../src/stand-in/index.js';
import { KnownName } from '../../src/trust/known-name.js';
import { parseCertificate } from '../../src/x509/certificate.js';
import { authority, crlOf } from './pki.js';
import { snapshotOf } from './support.js';

const ca = authority('CN=CA');
const other = authority('CN=Other');
const { store } = snapshotOf({ anchors: [ca.certificate, other.certificate], crls: [] });

function keyOf({ certificate }: Issued): string {
  const parsed = parseCertificate(certificate);
  if (!parsed.ok) throw new Error(`expected ${parsed.expected}, found ${parsed.found}`);
  return new KnownName(parsed.value.subject).key;
}

const made = new Map<string, IndexedCrl>();
/** The CRL of a day in January 2020; asked for again it is the same one, though signatures are made at random. */
function crl(day: number, more: Partial<CrlInput> = {}, issuer: Issued = ca): IndexedCrl {
  const key = JSON.stringify([day, more, issuer.keys.keyIdentifier, issuer.name]);
  const indexed = made.get(key) ?? indexCrl(crlOf(issuer, `2020-01-${String(day).padStart(2, '0')}`, [], more));
  made.set(key, indexed);
  return indexed;
}
const hashes = (crls: readonly { sha256: string }[]) => crls.map(({ sha256 }) => sha256);
const held = (evidence: Pick<CrlEvidence, 'byIssuer'>, issuer = ca) => evidence.byIssuer(keyOf(issuer));

/** The days of those that were compacted: their signatures are settled. */
const compacted = (evidence: CrlEvidence) =>
  held(evidence)
    .filter(({ verifiedKeys }) => verifiedKeys !== undefined)
    .map(({ list }) => new Date(list.thisUpdate).getUTCDate());

describe('what is held', () => {
  it('each CRL once, by issuer, latest first; by number and by hash where the date is the same', () => {
    const numbered = [2, 9, 4, 7, 1, 8].map((crlNumber) => crl(5, { crlNumber }));
    const [two, nine, four, seven, one, eight] = numbered as [IndexedCrl, ...IndexedCrl[]] as IndexedCrl[];
    const bare = crl(5, { crlNumber: false });
    const twins = [1, 2, 3, 4].map((serialNumber) =>
      indexCrl(crlOf(ca, '2020-01-03', [{ serialNumber, revocationDate: new Date('2020-01-01') }])),
    );
    const all = [crl(4), bare, ...numbered, crl(6), ...twins];
    const expected = [
      ...hashes([crl(6), nine, eight, seven, four, two, one, bare, crl(4)] as IndexedCrl[]),
      ...hashes(twins).sort(),
    ];
    for (const order of [all, [...all].reverse(), [...all, ...all]]) {
      const evidence = new CrlEvidence([...order, crl(1, {}, other)]);
      expect(hashes(held(evidence))).toEqual(expected);
      expect(hashes(held(evidence, other))).toEqual([crl(1, {}, other).sha256]);
      expect(evidence.hashes()).toHaveLength(all.length + 1);
      expect(evidence.all()).toHaveLength(all.length + 1);
    }
    expect(held(new CrlEvidence([]))).toEqual([]);
  });

  it('nothing that cannot be read', () => {
    const broken = indexCrl(new Uint8Array([0x30, 0]));
    const evidence = new CrlEvidence([broken, crl(1)]);
    expect(evidence.hashes()).toEqual([crl(1).sha256]);
    expect([evidence.has(crl(1).sha256), evidence.has(broken.sha256)]).toEqual([true, false]);
  });
});

describe('what a request brings', () => {
  it('stands beside what is held, without what is held already, and is gone with it', () => {
    const evidence = new CrlEvidence([crl(1), crl(3)]);
    const overlay = evidence.with([crl(2), crl(3), crl(4), crl(4), crl(1, {}, other), indexCrl(new Uint8Array())]);
    expect(hashes(held(overlay))).toEqual(hashes([crl(4), crl(3), crl(2), crl(1)]));
    expect(held(overlay).map(({ brought }) => brought)).toEqual([true, false, true, false]);
    expect(hashes(held(overlay, other))).toEqual([crl(1, {}, other).sha256]);
    expect(hashes(overlay.brought).sort()).toEqual(hashes([crl(2), crl(4), crl(1, {}, other)]).sort());
    expect(hashes(held(evidence))).toEqual(hashes([crl(3), crl(1)]));
    expect(held(evidence.with([]))).toBe(held(evidence));
  });
});

describe('histories', () => {
  const days = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const history = (count: number, more: Partial<CrlInput> = {}) => days(count).map((day) => crl(day, more));

  it('of nine of one kind are compacted but for the latest, and keep their places', () => {
    expect(compacted(new CrlEvidence(history(8), store))).toEqual([]);
    expect(compacted(new CrlEvidence(history(9)))).toEqual([]);
    const nine = new CrlEvidence(history(9), store);
    expect(compacted(nine)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(hashes(held(nine))).toEqual(hashes(history(9).reverse()));
  });

  it('of one scope and of deltas are lines of their own', () => {
    const users = { issuingDistributionPoint: { onlyContainsUserCerts: true } };
    const split = [...history(9).slice(0, 5), ...history(9, users).slice(5)];
    expect(compacted(new CrlEvidence(split, store))).toEqual([]);
    const deltas = days(5).map((day) => crl(day, { baseCrlNumber: 1, crlNumber: 20_000 + day }));
    const mixed = new CrlEvidence([...deltas, ...history(9)], store);
    expect(compacted(mixed)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(held(mixed)).toHaveLength(14);
    expect(held(mixed).filter(({ base }) => base !== undefined)).toHaveLength(5);
  });

  it('leave out what no key fits, and what speaks for several authorities', () => {
    const forged = crl(20, {}, { ...other, name: ca.name });
    const evidence = new CrlEvidence([...history(9), forged, crl(21)], store);
    expect(compacted(evidence)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(hashes(held(evidence)).slice(0, 2)).toEqual([crl(21).sha256, forged.sha256]);
    const revocationDate = new Date('2020-01-01');
    const several = indexCrl(
      crlOf(ca, '2020-01-20', [{ serialNumber: 1, revocationDate, certificateIssuer: 'CN=Other' }]),
    );
    expect(compacted(new CrlEvidence([...history(9), several, crl(21)], store))).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const strangers = days(9).map((day) => crl(day, {}, { ...other, name: ca.name }));
    expect(compacted(new CrlEvidence(strangers, store))).toEqual([]);
    expect(hashes(held(new CrlEvidence(strangers, store)))).toEqual(hashes([...strangers].reverse()));
  });

  it('have their signatures settled by keys, or take what was settled before', () => {
    const [knownCa] = store.bySubject(keyOf(ca));
    const settled = (crls: IndexedCrl[]) =>
      held(new CrlEvidence(crls, store)).map(({ verifiedKeys }) => verifiedKeys && [...verifiedKeys]);
    expect(settled(history(9)).slice(0, 2)).toEqual([undefined, [knownCa?.publicKeyId]]);
    const before = history(9).map((one, index) => (index === 0 ? { ...one, verifiedKeys: ['earlier'] } : one));
    expect(settled(before).at(-1)).toEqual(['earlier']);
  });

  it('that were compacted before are held as they are', () => {
    const before = held(new CrlEvidence(history(9), store)).filter(({ verifiedKeys }) => verifiedKeys !== undefined);
    const evidence = new CrlEvidence([crl(3), crl(9), crl(10)], store, before);
    expect(hashes(held(evidence))).toEqual(hashes(history(10).reverse()));
    expect(compacted(evidence)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(held(evidence).slice(2)).toEqual([...before]);
    expect(evidence.has(crl(3).sha256)).toBe(true);
  });
});
