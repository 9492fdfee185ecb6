/** Which certificates are tried as signers of a CRL, in which order, and what is asked of their paths. */
import { describe, expect, it } from 'vitest';
import { settleSignature } from '../../src/revocation/accept.js';
import { type IndexedCrl, indexCrl } from '../../src/revocation/index-crl.js';
import type { CertificateInput } from '../../src/stand-in/certificate.js';
import type { CrlInput } from '../../src/stand-in/crl.js';
import { sharedKeys, withoutParameters } from '../../src/stand-in/keys.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { type Asked, ask, snapshotOf } from './support.js';

const root = authority('CN=Root');
const ca = authority('CN=CA', { issuer: root });
const leaf = endEntity(ca, { serialNumber: 5 });
const pointed = endEntity(ca, {
  serialNumber: 5,
  extensions: { crlDistributionPoints: [{ crlIssuer: 'CN=Delegate' }] },
});
const asked = { at: at('2020-01-05'), now: at('2020-01-05') };
const indirect: Partial<CrlInput> = { issuingDistributionPoint: { indirectCRL: true } };

function report(
  certificate: Uint8Array,
  intermediates: Uint8Array[],
  crls: (Uint8Array | IndexedCrl)[],
  more: Partial<Asked> = {},
) {
  const snapshot = snapshotOf({
    anchors: [root.certificate],
    intermediates: [ca.certificate, ...intermediates],
    crls: [quietCrl(root), ...crls],
  });
  return ask(snapshot, certificate, { ...asked, ...more }).reports[0];
}

describe('candidates', () => {
  const namesake = (ski: boolean) =>
    endEntity(root, { subject: 'CN=CA', extensions: { keyUsage: ['cRLSign'], subjectKeyIdentifier: ski } });
  const signer = namesake(true);
  const nameless = namesake(false);
  const others = Array.from({ length: 16 }, () => namesake(true).certificate);
  const judged = (by: typeof signer, count: number, more: Partial<CrlInput>) =>
    report(leaf.certificate, [...others.slice(0, count), by.certificate], [crlOf(by, '2020-01-01', [], more)]);
  const none = { authorityKeyIdentifier: false } as const;

  it('are sixteen at most, the authority of the path among them', () => {
    expect(judged(signer, 14, none)?.status).toBe('good');
    expect(judged(signer, 15, none)).toMatchObject({ status: 'unknown' });
    expect(judged(signer, 15, none)?.why).toMatch(/its signature does not fit the key of its issuer/);
  });

  it('come first where the key identifier is theirs, and last where it is not', () => {
    expect(judged(signer, 16, {})?.status).toBe('good');
    const elsewhere = { authorityKeyIdentifier: { keyIdentifier: new Uint8Array([1, 2, 3]) } };
    expect(judged(nameless, 16, elsewhere)?.status).toBe('good');
    expect(judged(nameless, 16, none)?.status).toBe('unknown');
    expect(judged(signer, 16, elsewhere)?.status).toBe('unknown');
  });

  it('whose key cannot be read are passed over, and this is said where there is no other', () => {
    const keys = sharedKeys('dsa-1024', 'candidates');
    const bare = endEntity(root, {
      subject: 'CN=Delegate',
      keys,
      publicKeyInfo: withoutParameters(keys),
      extensions: { keyUsage: ['cRLSign'] },
    });
    const able = endEntity(root, { subject: 'CN=Delegate', extensions: { keyUsage: ['cRLSign'] } });
    const crl = crlOf(able, '2020-01-01', [], indirect);
    expect(report(pointed.certificate, [bare.certificate, able.certificate], [crl])?.status).toBe('good');
    expect(report(pointed.certificate, [bare.certificate], [crl])?.why).toMatch(/its signature could not be checked/);
    expect(report(pointed.certificate, [], [crl])?.why).toMatch(/the certificate of its signer is not known/);
  });

  it('are asked by the keys that were found to fit before, where they were', () => {
    const crl = indexCrl(crlOf(ca, '2020-01-01'));
    const settled = settleSignature(crl, [ca.certificate]);
    expect(report(leaf.certificate, [], [settled])?.status).toBe('good');
    const foreign = report(leaf.certificate, [], [{ ...crl, verifiedKeys: ['of another'] }]);
    expect(foreign?.why).toMatch(/its signature does not fit the key of its issuer/);
  });
});

describe('the path of a delegated signer', () => {
  const delegate = (more: Partial<CertificateInput> = {}) =>
    endEntity(root, { subject: 'CN=Delegate', ...more, extensions: { keyUsage: ['cRLSign'], ...more.extensions } });
  const judged = (by: ReturnType<typeof delegate>, more: Partial<Asked> = {}, others: Uint8Array[] = []) =>
    report(pointed.certificate, [by.certificate, ...others], [crlOf(by, '2020-01-01', [], indirect)], more);

  it('is asked about when the CRL was issued, within the validity of the signer', () => {
    expect(judged(delegate({ notBefore: day('2020-01-03') }))?.status).toBe('good');
    expect(judged(delegate({ notAfter: day('2020-01-01') }))?.status).toBe('good');
    expect(judged(delegate({ notAfter: day('2019-12-31') }))?.why).toMatch(
      /it was issued after the certificate of its signer had expired/,
    );
  });

  it('must be valid, and the answer says what is wrong with it', () => {
    const elsewhere = authority('CN=Elsewhere', {
      issuer: root,
      extensions: { nameConstraints: { permitted: [{ dns: 'elsewhere.example' }] } },
    });
    const outside = delegate({ issuer: elsewhere, extensions: { subjectAltName: [{ dns: 'ca.example' }] } });
    const others = [elsewhere.certificate];
    expect(judged(outside, {}, others)?.why).toMatch(/the path of its signer is not valid \(name_\w+\)/);
    const inside = delegate({ issuer: elsewhere, extensions: { subjectAltName: [{ dns: 'elsewhere.example' }] } });
    expect(judged(inside, {}, others)?.why).toMatch(/nothing proves that its signer was not revoked/);
  });

  it('is asked for no policies, whatever the question is', () => {
    const policies = { initialExplicitPolicy: true, initialPolicySet: ['1.2.3'] };
    expect(judged(delegate(), policies)?.status).toBe('good');
    const demanding = delegate({
      extensions: { policyConstraints: { requireExplicitPolicy: 0 }, certificatePolicies: ['1.2.9'] },
    });
    expect(judged(demanding, policies)?.status).toBe('good');
    expect(judged(delegate(), { maxIntermediates: 0 })?.status).toBe('good');
  });

  it('says of a signer whether it is revoked or only not proven good', () => {
    const listed = delegate({ serialNumber: 66 });
    const crl = crlOf(root, '2020-01-02', [{ serialNumber: 66, revocationDate: day('2019-01-01') }]);
    const answer = report(pointed.certificate, [listed.certificate], [crl, crlOf(listed, '2020-01-03', [], indirect)]);
    expect(answer?.why).toMatch(/: its signer is revoked$/);
  });
});
