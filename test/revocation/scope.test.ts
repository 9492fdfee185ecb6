/** Which CRL speaks for a certificate (RFC 5280 §6.3.3 (b) to (e), §5.2.4, §5.3.3): the corners that PKITS leaves out. */
import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/stand-in/certificate.js';
import type { CrlInput } from '../../src/stand-in/crl.js';
import type { GeneralNameInput } from '../../src/stand-in/index.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { ask, snapshotOf } from './support.js';

const root = authority('CN=Root');
const ca = authority('CN=CA', { issuer: root, serialNumber: 10 });
const asked = { at: at('2020-01-05'), now: at('2020-01-05') };

const judge = (certificate: Uint8Array, crls: Uint8Array[], intermediates: Uint8Array[] = []) =>
  ask(
    snapshotOf({
      anchors: [root.certificate],
      intermediates: [ca.certificate, ...intermediates],
      crls: [quietCrl(root), ...crls],
    }),
    certificate,
    asked,
  );

describe('a version 1 certificate', () => {
  const leaf = issueCertificate({
    subject: 'CN=Leaf',
    issuer: ca,
    serialNumber: 5,
    version: 1,
    notBefore: day('2014-01-01'),
    notAfter: day('2034-01-01'),
  });
  const entries = [{ serialNumber: 5, revocationDate: day('2019-12-01') }];

  it.each(['onlyContainsUserCerts', 'onlyContainsCACerts'] as const)(
    'is outside of the scope of a CRL with %s (§5.2.5): its absence says nothing',
    (flag) => {
      const crl = crlOf(ca, '2020-01-01', [], { issuingDistributionPoint: { [flag]: true } });
      expect(judge(leaf.certificate, [crl]).reports[0]).toMatchObject({ status: 'unknown' });
      expect(judge(leaf.certificate, [crl, crlOf(ca, '2020-01-01')]).reports[0]).toMatchObject({ status: 'good' });
    },
  );

  it('is revoked where such a CRL lists it all the same', () => {
    const crl = crlOf(ca, '2020-01-01', entries, { issuingDistributionPoint: { onlyContainsUserCerts: true } });
    expect(judge(leaf.certificate, [crl]).codes).toContain('certificate_revoked');
  });
});

describe('a CRL that no distribution point of the certificate names', () => {
  const scoped = (...fullName: GeneralNameInput[]) =>
    crlOf(ca, '2020-01-01', [], { issuingDistributionPoint: { fullName } });
  const issuerAltName = [{ uri: 'http://ca.example/' }];

  it('is matched with the names of the issuer, the alternative ones too (§6.3.3, last paragraph)', () => {
    const plain = endEntity(ca);
    const named = endEntity(ca, { extensions: { issuerAltName } });
    const byName = scoped({ directory: 'CN=CA' });
    const byAlternativeName = scoped({ uri: 'http://ca.example/' });
    expect(judge(plain.certificate, [byName]).status).toBe('valid');
    expect(judge(named.certificate, [byName]).status).toBe('valid');
    expect(judge(named.certificate, [byAlternativeName]).status).toBe('valid');
    expect(judge(plain.certificate, [byAlternativeName]).reports[0]?.why).toMatch(/another distribution point/);
  });
});

describe('an entry whose certificateIssuer has no distinguished name (§5.3.3)', () => {
  const delegate = endEntity(root, { subject: 'CN=Delegate', extensions: { keyUsage: ['cRLSign'] } });
  const leaf = endEntity(ca, {
    serialNumber: 5,
    extensions: { crlDistributionPoints: [{ crlIssuer: 'CN=Delegate' }] },
  });
  /** The second entry has no certificateIssuer of its own: it has that of the first. */
  const crl = (serialNumber: number) => {
    // SEQUENCE of one GeneralName [6] "http://ca"
    const value = new Uint8Array([0x30, 0x0b, 0x86, 9, ...Buffer.from('http://ca')]);
    const revocationDate = day('2019-12-01');
    return crlOf(
      delegate,
      '2020-01-01',
      [
        { serialNumber: 1, revocationDate, other: [{ oid: '2.5.29.29', critical: true, value }] },
        { serialNumber, revocationDate },
      ],
      { issuingDistributionPoint: { indirectCRL: true } },
    );
  };

  it('may be anybody: the CRL does not show that the certificate with that serial number is good', () => {
    const listed = judge(leaf.certificate, [crl(5)], [delegate.certificate]);
    expect(listed.reports[0]).toMatchObject({ status: 'unknown' });
    expect(listed.reports[0]?.why).toMatch(/does not name its issuer/);
    expect(judge(leaf.certificate, [crl(6)], [delegate.certificate]).status).toBe('valid');
  });
});

describe('a CRL for other reasons than its distribution point', () => {
  it('is out of scope, and the answer says so', () => {
    const point = { fullName: [{ uri: 'http://ca.example/crl' }], reasons: ['keyCompromise' as const] };
    const leaf = endEntity(ca, { extensions: { crlDistributionPoints: [point] } });
    const { fullName } = point;
    const crl = crlOf(ca, '2020-01-01', [], {
      issuingDistributionPoint: { fullName, onlySomeReasons: ['superseded'] },
    });
    expect(judge(leaf.certificate, [crl]).reports[0]?.why).toMatch(/it is for other reasons/);
  });
});

describe('a delta CRL', () => {
  const leaf = endEntity(ca, { serialNumber: 5 });
  const base = crlOf(ca, '2019-12-01', [], { crlNumber: 7 });
  const delta = (more: Partial<CrlInput>) => crlOf(ca, '2020-01-01', [], { baseCrlNumber: 7, ...more });

  it('updates a complete CRL whose number is lower than its own, and no other (§5.2.4 (c), (d))', () => {
    expect(judge(leaf.certificate, [base, delta({ crlNumber: 8 })]).status).toBe('valid');
    for (const other of [delta({ crlNumber: 7 }), delta({ crlNumber: false }), delta({ crlNumber: 6 })]) {
      expect(judge(leaf.certificate, [base, other]).codes).toContain('revocation_unknown');
    }
    expect(judge(leaf.certificate, [base, delta({ crlNumber: 9, baseCrlNumber: 8 })]).codes).toContain('crl_stale');
  });
});
