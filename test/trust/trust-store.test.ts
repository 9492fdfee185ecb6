/** Where a path may end and who an authority is: anchors, pins, disputes, in the snapshot's store and in a request's overlay. */
import { describe, expect, test } from 'vitest';
import { digestHex } from '../../src/crypto/digest.js';
import { type CertificateInput, type Issued, issueCertificate, sharedKeys } from '../../src/stand-in/index.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import type { KnownCertificate } from '../../src/trust/known-certificate.js';
import { TrustOverlay, TrustStore } from '../../src/trust/trust-store.js';

const dates = { notBefore: new Date('2016-01-01T12:00:00Z'), notAfter: new Date('2036-01-01T12:00:00Z') };
const issue = (subject: string, slot: string, more: Partial<CertificateInput> = {}): Issued =>
  issueCertificate({ subject, keys: sharedKeys('ec-p256', `store ${slot}`), ...dates, ...more });

const root = issue('CN=Root', 'root');
const issuing = issue('CN=Issuing', 'issuing', { issuer: root });
/** The same name and key in another certificate: not what was pinned, and no way around it. */
const twin = issue('CN=Issuing', 'issuing');
const other = issue('CN=Other', 'other');

const entry = ({ certificate }: Issued, id: string, role: string, more = {}) => ({
  id,
  name: id,
  role,
  fingerprints: { sha256: digestHex('sha256', certificate) },
  ...more,
});
const catalogueOf = (more = {}) =>
  loadCatalogue({
    id: 'c',
    name: 'c',
    authorities: [entry(root, 'root', 'root', more), entry(issuing, 'issuing', 'issuing')],
  });

function read(store: TrustStore, { certificate }: Issued): KnownCertificate {
  const result = store.read(certificate);
  if (!result.ok) throw new Error(result.found);
  return result.value;
}

const install = (store: TrustStore, issued: Issued, anchor = false) =>
  store.add(read(store, issued).certificate, { anchor });

describe('endings', () => {
  test('a pinned root is an anchor, a pinned issuing authority an end of its own, others are neither', () => {
    const store = new TrustStore([catalogueOf()]);
    const [r, i, o] = [root, issuing, other].map((one) => install(store, one));
    expect([r, i, o].map((known) => known && store.endingOf(known))).toEqual(['anchor', 'pinned', undefined]);
  });

  test('an issuing authority given as anchor stays one that is processed; a twin of it is nothing', () => {
    const store = new TrustStore([catalogueOf()]);
    const pinned = install(store, issuing, true);
    const copy = install(store, twin, true);
    expect(store.endingOf(pinned)).toBe('pinned');
    expect(store.endingOf(copy)).toBeUndefined();
    expect(store.authorityOf(copy)?.authority.id).toBe('issuing');
  });

  test('without a catalogue an anchor is what was given as one', () => {
    const store = new TrustStore([]);
    expect(store.endingOf(install(store, root, true))).toBe('anchor');
    expect(store.endingOf(install(store, issuing))).toBeUndefined();
    expect(store.authorityOf(read(store, root))).toBeUndefined();
    expect(store.anchorHashes()).toEqual([digestHex('sha256', root.certificate)]);
  });

  test('given twice it is held once, and as an anchor when one of the two says so', () => {
    const store = new TrustStore([]);
    install(store, root);
    install(store, root, true);
    expect(store.all()).toHaveLength(1);
    expect(store.endingOf(read(store, root))).toBe('anchor');
  });
});

describe('disputes', () => {
  const disputed = { validTo: '2030-01-01' };
  test('facts that differ keep the pinned one out, and both values are shown', () => {
    const store = new TrustStore([catalogueOf(disputed)]);
    const known = install(store, root);
    expect(store.endingOf(known)).toBeUndefined();
    expect(store.isDisputed(known)).toBe(true);
    expect(store.disputed.map(({ differences }) => differences)).toEqual([
      [{ fact: 'validTo', published: '2030-01-01', found: '2036-01-01' }],
    ]);
  });

  test('until the operator confirms', () => {
    const store = new TrustStore([catalogueOf({ ...disputed, confirmed: true })]);
    const known = install(store, root);
    expect([store.endingOf(known), store.isDisputed(known), store.disputed]).toEqual(['anchor', false, []]);
  });
});

describe("a request's overlay", () => {
  test('lays its own certificates over those held, for this request alone', () => {
    const store = new TrustStore([]);
    const held = install(store, root);
    const overlay = new TrustOverlay(store);
    const brought = read(store, other);
    overlay.add(brought);
    overlay.add(brought);
    overlay.add(held);
    expect(overlay.bySubject(brought.subjectKey)).toEqual([brought]);
    expect(overlay.bySubject(held.subjectKey)).toEqual([held]);
    expect(store.bySubject(brought.subjectKey)).toEqual([]);
    expect(overlay.endingOf(held)).toBeUndefined();
  });

  test('discovers what a pin names, once, and nothing that is held already', () => {
    const store = new TrustStore([catalogueOf()]);
    const held = install(store, issuing);
    const overlay = new TrustOverlay(store);
    for (const known of [held, read(store, root), read(store, root), read(store, other)]) overlay.add(known);
    expect(overlay.discovered.map(({ pinned }) => pinned?.authority.id)).toEqual(['root']);
    expect(overlay.endingOf(read(store, root))).toBe('anchor');
    expect(overlay.endingOf(held)).toBe('pinned');
  });

  test('a dispute there is not a discovery', () => {
    const store = new TrustStore([catalogueOf({ validTo: '2030-01-01' })]);
    const overlay = new TrustOverlay(store);
    overlay.add(read(store, root));
    expect([overlay.discovered, overlay.disputed.length]).toEqual([[], 1]);
    expect(overlay.endingOf(read(store, root))).toBeUndefined();
  });
});

describe('reading', () => {
  test('the caller may reuse its buffer, and what is kept changes nothing', () => {
    const store = new TrustStore([]);
    const buffer = Buffer.from(other.certificate);
    for (let i = 0; i < 2; i++) expect(store.read(buffer).ok).toBe(true);
    buffer.fill(0);
    expect(store.read(buffer).ok).toBe(false);
    const again = [1, 2, 3].map(() => read(store, other));
    expect(again[0]?.certificate.der).toEqual(other.certificate);
    // Often read, it is kept.
    expect(again[2]).toBe(read(store, other));
    for (const { sha256, subjectText } of again) {
      expect([sha256, subjectText]).toEqual([digestHex('sha256', other.certificate), 'CN=Other']);
    }
    expect(store.all()).toEqual([]);
  });

  test('what is known of a certificate', () => {
    const store = new TrustStore([]);
    const [r, i, t] = [root, issuing, twin].map((one) => read(store, one));
    expect([r?.selfIssued, i?.selfIssued, t?.selfIssued]).toEqual([true, false, true]);
    expect(i?.issuerKey).toBe(r?.subjectKey);
    expect(i?.identity).toBe(t?.identity);
    expect(i?.sha256).not.toBe(t?.sha256);
    expect(i?.publicKeyId).toBe(digestHex('sha256', issuing.keys.publicKeyInfo));
    expect(i?.issuerText).toBe('CN=Root');
  });
});
