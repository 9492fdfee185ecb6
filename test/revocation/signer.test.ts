/** Who may sign a CRL, and what is done where that cannot be told: RFC 5280 §6.3.3 (f), (g). */
import { describe, expect, it } from 'vitest';
import { settleSignature, verifyCrl } from '../../src/revocation/accept.js';
import { indexCrl } from '../../src/revocation/index-crl.js';
import { maximumSignatureWork, payForSignature, type Work, workFinding } from '../../src/revocation/judge.js';
import { type CertificateInput, type Issued, issueCertificate } from '../../src/stand-in/certificate.js';
import type { CrlInput } from '../../src/stand-in/crl.js';
import { parseCertificate } from '../../src/x509/certificate.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { ask, snapshotOf } from './support.js';

const root = authority('CN=Root');
const ca = authority('CN=CA', { issuer: root, serialNumber: 10 });
const rootCrl = quietCrl(root);
const asked = { at: at('2020-01-05'), now: at('2020-01-05') };
const indirect = { issuingDistributionPoint: { indirectCRL: true } } satisfies Partial<CrlInput>;

const judge = (certificate: Uint8Array, intermediates: Uint8Array[], crls: Uint8Array[], more: object = {}) =>
  ask(
    snapshotOf({
      anchors: [root.certificate],
      intermediates: [ca.certificate, ...intermediates],
      crls: [rootCrl, ...crls],
    }),
    certificate,
    {
      ...asked,
      ...more,
    },
  );

describe('the signer of a CRL', () => {
  const pointed = (issuer: string) => ({ extensions: { crlDistributionPoints: [{ crlIssuer: issuer }] } });

  it('may be a delegated one with its own path to the same anchor', () => {
    const delegate = endEntity(root, { subject: 'CN=Delegate', extensions: { keyUsage: ['cRLSign'] } });
    const leaf = endEntity(ca, { serialNumber: 5, ...pointed('CN=Delegate') });
    const crl = (entries: CrlInput['entries']) => crlOf(delegate, '2020-01-01', entries, indirect);
    const revocationDate = day('2019-12-01');
    expect(judge(leaf.certificate, [delegate.certificate], [crl([])]).status).toBe('valid');
    const other = crl([{ serialNumber: 5, revocationDate }]);
    expect(judge(leaf.certificate, [delegate.certificate], [other]).status).toBe('valid');
    const own = crl([{ serialNumber: 5, revocationDate, certificateIssuer: 'CN=CA' }]);
    expect(judge(leaf.certificate, [delegate.certificate], [own]).codes).toEqual(['certificate_revoked']);
  });

  it('must say cRLSign where it has keyUsage, and lead to the same anchor', () => {
    const leaf = endEntity(ca, pointed('CN=Delegate'));
    const mute = endEntity(root, { subject: 'CN=Delegate', extensions: { keyUsage: ['digitalSignature'] } });
    const refused = judge(leaf.certificate, [mute.certificate], [crlOf(mute, '2020-01-01', [], indirect)]);
    expect(refused.codes).toEqual(['revocation_unknown', 'crl_not_usable']);
    expect(refused.reports[0]?.why).toMatch(/may not sign CRLs/);
    const elsewhere = authority('CN=Other Root');
    const foreign = endEntity(elsewhere, { subject: 'CN=Delegate', extensions: { keyUsage: ['cRLSign'] } });
    const snapshot = snapshotOf({
      anchors: [root.certificate, elsewhere.certificate],
      intermediates: [ca.certificate, foreign.certificate],
      crls: [rootCrl, quietCrl(elsewhere), crlOf(foreign, '2020-01-01', [], indirect)],
    });
    expect(ask(snapshot, leaf.certificate, asked).reports[0]?.why).toMatch(/no path to the same anchor/);
  });

  it('needs more than the name of a CRL issuer: its certificate says cRLSign, or is that of an authority (RFC 10007)', () => {
    const leaf = endEntity(ca, { serialNumber: 5, ...pointed('CN=Delegate') });
    const unmarked = (issuer: Issued, subject: string, more: Partial<CertificateInput> = {}) =>
      issueCertificate({ subject, issuer, notBefore: day('2014-01-01'), notAfter: day('2034-01-01'), ...more });
    const mundane = unmarked(root, 'CN=Delegate');
    const old = unmarked(root, 'CN=Delegate', { version: 1 });
    for (const other of [mundane, old]) {
      const refused = judge(leaf.certificate, [other.certificate], [crlOf(other, '2020-01-01', [], indirect)]);
      expect(refused.codes).toEqual(['revocation_unknown', 'crl_not_usable']);
      expect(refused.reports[0]?.why).toMatch(/may not sign CRLs/);
    }
    // A certificate for something else that bears the name of the authority speaks for it just as little.
    const namesake = unmarked(root, 'CN=CA');
    const plain = endEntity(ca);
    expect(judge(plain.certificate, [namesake.certificate], [crlOf(namesake, '2020-01-01')]).reports[0]?.why).toMatch(
      /may not sign CRLs/,
    );
    const other = unmarked(root, 'CN=CA', { extensions: { basicConstraints: { ca: true } } });
    expect(judge(plain.certificate, [other.certificate], [crlOf(other, '2020-01-01')]).status).toBe('valid');
  });

  it('may be an authority of the path without keyUsage, a version 1 root too', () => {
    const dates = { notBefore: day('2014-01-01'), notAfter: day('2034-01-01') };
    const oldRoot = issueCertificate({ subject: 'CN=Old', ...dates, version: 1 });
    const unmarked = issueCertificate({
      subject: 'CN=Unmarked',
      issuer: oldRoot,
      ...dates,
      extensions: { basicConstraints: { ca: true } },
    });
    const leaf = endEntity(unmarked);
    const snapshot = snapshotOf({
      anchors: [oldRoot.certificate],
      intermediates: [unmarked.certificate],
      crls: [quietCrl(oldRoot), crlOf(unmarked, '2020-01-01')],
    });
    expect(ask(snapshot, leaf.certificate, asked).reports.map(({ status }) => status)).toEqual(['good', 'good']);
  });

  it('under the name of an authority of the path has it from the path', () => {
    const leaf = endEntity(ca);
    const elsewhere = authority('CN=Elsewhere', {
      issuer: root,
      extensions: { nameConstraints: { permitted: [{ dns: 'elsewhere.example' }] } },
    });
    const namesake = (issuer: Issued) => endEntity(issuer, { subject: 'CN=CA', extensions: { keyUsage: ['cRLSign'] } });
    const asks = (signer: Issued) =>
      judge(
        leaf.certificate,
        [elsewhere.certificate, signer.certificate],
        [quietCrl(elsewhere), crlOf(signer, '2020-01-01')],
      );
    expect(asks(namesake(root)).status).toBe('valid');
    expect(asks(namesake(ca)).codes).toEqual(['delegated_crl_self_asserted']);
    const usurped = asks(namesake(elsewhere));
    expect(usurped.codes).toEqual(['revocation_unknown', 'crl_not_usable']);
    expect(usurped.reports[0]?.why).toMatch(/was named by another authority/);
    // Names alone do not help: this one has it from a namesake of the root, and that one from elsewhere.
    const falseRoot = authority('CN=Root', { issuer: elsewhere });
    const deeper = namesake(falseRoot);
    const answer = judge(
      leaf.certificate,
      [elsewhere.certificate, falseRoot.certificate, deeper.certificate],
      [quietCrl(elsewhere), quietCrl(falseRoot), crlOf(deeper, '2020-01-01')],
    );
    expect(answer.reports[0]?.why).toMatch(/was named by another authority/);
  });

  it('may have another key of an authority that changed keys, above it too', () => {
    const oldRoot = authority('CN=Root', { issuer: root });
    const signer = endEntity(oldRoot, { subject: 'CN=CA', extensions: { keyUsage: ['cRLSign'] } });
    const given = [oldRoot.certificate, signer.certificate];
    const answer = judge(endEntity(ca).certificate, given, [crlOf(signer, '2020-01-01')]);
    expect(answer.status).toBe('valid');
  });

  it('that is revoked proves no goodness, and still proves revocation', () => {
    const delegate = endEntity(root, {
      serialNumber: 66,
      subject: 'CN=Delegate',
      extensions: { keyUsage: ['cRLSign'] },
    });
    const revokedDelegate = crlOf(root, '2020-01-02', [{ serialNumber: 66, revocationDate: day('2019-01-01') }]);
    const leaf = endEntity(ca, { serialNumber: 5, ...pointed('CN=Delegate') });
    const crl = (entries: CrlInput['entries']) => crlOf(delegate, '2020-01-01', entries, indirect);
    const unknown = judge(leaf.certificate, [delegate.certificate], [revokedDelegate, crl([])]);
    expect(unknown.codes).toEqual(['revocation_unknown', 'crl_not_usable']);
    const listed = [{ serialNumber: 5, revocationDate: day('2019-01-01'), certificateIssuer: 'CN=CA' }];
    expect(judge(leaf.certificate, [delegate.certificate], [revokedDelegate, crl(listed)]).codes).toContain(
      'certificate_revoked',
    );
  });

  it('whose point names the CRL that it signs itself is judged by it, and this is said', () => {
    const delegate = endEntity(ca, {
      subject: 'CN=Delegate',
      serialNumber: 7,
      extensions: { keyUsage: ['cRLSign'], ...pointed('CN=Delegate').extensions },
    });
    const leaf = endEntity(ca, { serialNumber: 5, ...pointed('CN=Delegate') });
    const crl = (entries: CrlInput['entries']) => crlOf(delegate, '2020-01-01', entries, indirect);
    const good = judge(leaf.certificate, [delegate.certificate], [crl([])]);
    expect(good.status).toBe('valid');
    expect(good.codes).toEqual(['delegated_crl_self_asserted']);
    const confessed = crl([{ serialNumber: 7, revocationDate: day('2019-01-01'), certificateIssuer: 'CN=CA' }]);
    expect(judge(leaf.certificate, [delegate.certificate], [confessed]).codes).toContain('revocation_unknown');
  });

  it('two that vouch for each other prove nothing', () => {
    const delegate = (name: string, by: string) =>
      endEntity(ca, {
        subject: `CN=${name}`,
        extensions: { keyUsage: ['cRLSign'], ...pointed(`CN=${by}`).extensions },
      });
    const [a, b] = [delegate('A', 'B'), delegate('B', 'A')];
    const leaf = endEntity(ca, pointed('CN=A'));
    const crls = [crlOf(a, '2020-01-01', [], indirect), crlOf(b, '2020-01-01', [], indirect)];
    expect(judge(leaf.certificate, [a.certificate, b.certificate], crls).codes).toContain('revocation_unknown');
  });

  it('is looked for among all certificates of the name, whatever the key identifiers say', () => {
    const newKey = authority('CN=CA', { issuer: root });
    const leaf = endEntity(ca);
    const crl = crlOf(newKey, '2020-01-01', [], { authorityKeyIdentifier: { keyIdentifier: ca.keys.keyIdentifier } });
    expect(judge(leaf.certificate, [newKey.certificate], [crl]).status).toBe('valid');
    const nobody = authority('CN=CA');
    expect(judge(leaf.certificate, [], [crlOf(nobody, '2020-01-01')]).codes).toEqual([
      'crl_signature_invalid',
      'revocation_unknown',
      'crl_not_usable',
    ]);
  });
});

describe('work on signatures', () => {
  it('is paid by size, and what exceeds the limit is not done and is reported', () => {
    const work: Work = { signatures: 0, exceeded: false };
    expect(payForSignature(work, 1000)).toBe(true);
    expect(payForSignature(work, 64 * 1024 * 1024)).toBe(true);
    expect(work.signatures).toBe(1 + 1025);
    expect(workFinding(work)).toEqual([]);
    work.signatures = maximumSignatureWork - 1;
    expect(payForSignature(work, 64 * 1024)).toBe(false);
    expect(payForSignature(work, 1)).toBe(false);
    expect(workFinding(work).map(({ code }) => code)).toEqual(['budget_exceeded']);
  });
});

describe('conformance', () => {
  const leaf = endEntity(ca);
  const critical = crlOf(ca, '2020-01-01', [], {
    crlNumber: false,
    other: [{ oid: '2.5.29.20', critical: true, value: new Uint8Array([2, 1, 5]) }],
  });

  it('warns of what §5 demands of issuers, and refuses it under strict', () => {
    expect(judge(leaf.certificate, [], [critical]).status).toBe('valid');
    expect(judge(leaf.certificate, [], [critical]).codes).toEqual(['crl_conformance']);
    expect(judge(leaf.certificate, [], [critical], { conformance: 'strict' }).status).toBe('invalid');
  });

  it('does not use a CRL with an unknown critical extension for goodness, but believes its entries', () => {
    const other = [{ oid: '1.2.3.4', critical: true, value: new Uint8Array([5, 0]) }];
    const revoked = endEntity(ca, { serialNumber: 9 });
    const crl = crlOf(ca, '2020-01-01', [{ serialNumber: 9, revocationDate: day('2019-01-01') }], { other });
    expect(judge(leaf.certificate, [], [crl]).codes).toEqual(['revocation_unknown', 'crl_not_usable']);
    expect(judge(revoked.certificate, [], [crl]).codes).toEqual(['certificate_revoked']);
  });
});

describe('verifyCrl', () => {
  const signer = parseCertificate(ca.certificate);
  const other = parseCertificate(authority('CN=CA').certificate);
  const mute = parseCertificate(endEntity(root, { subject: 'CN=CA', keys: ca.keys }).certificate);
  if (!signer.ok || !other.ok || !mute.ok) throw new Error('unreadable');
  const crl = indexCrl(crlOf(ca, '2020-01-01'));
  const codes = (octets: Uint8Array, by = signer.value) => verifyCrl(indexCrl(octets), by).map(({ code }) => code);

  it('accepts what the signer signed and nothing else', () => {
    expect(verifyCrl(crl, signer.value)).toEqual([]);
    expect(codes(crl.der, other.value)).toEqual(['crl_signature_invalid']);
    expect(codes(crl.der, mute.value)).toEqual(['crl_not_usable']);
    expect(codes(new TextEncoder().encode('<html>'))).toEqual(['crl_malformed']);
    expect(codes(crlOf(root, '2020-01-01'))).toEqual(['crl_not_usable', 'crl_signature_invalid']);
    const unknown = { other: [{ oid: '1.2.3.4', critical: true, value: new Uint8Array([5, 0]) }] };
    expect(codes(crlOf(ca, '2020-01-01', [], unknown))).toEqual(['crl_not_usable']);
  });

  it('settles a signature once, for the certificates at hand', () => {
    const settled = settleSignature(crl, [root.certificate, ca.certificate]);
    expect(settled.verifiedKeys).toHaveLength(1);
    expect(settleSignature(crl, [root.certificate]).verifiedKeys).toBeUndefined();
    const leaf = endEntity(ca);
    const snapshot = snapshotOf({
      anchors: [root.certificate],
      intermediates: [ca.certificate],
      crls: [rootCrl, settled],
    });
    expect(ask(snapshot, leaf.certificate, asked).status).toBe('valid');
  });
});

describe('what is missing', () => {
  it('names the URLs of complete and delta CRLs', () => {
    const leaf = endEntity(ca, {
      extensions: {
        crlDistributionPoints: ['http://a.example/ca.crl', 'ldap://b.example/cn=ca', 'file:///etc/passwd'],
        freshestCRL: ['http://a.example/delta.crl'],
      },
    });
    expect(judge(leaf.certificate, [], []).missing[0]?.urls).toEqual([
      'http://a.example/ca.crl',
      'ldap://b.example/cn=ca',
      'http://a.example/delta.crl',
    ]);
  });
});

describe('many certificates of one name', () => {
  const leaf = endEntity(ca);
  const namesakes = Array.from({ length: 20 }, () => authority('CN=CA', { issuer: root }));
  const last = namesakes[19] as (typeof namesakes)[number];
  const unhinted = authority('CN=CA', { issuer: root, extensions: { subjectKeyIdentifier: false } });
  const held = namesakes.map(({ certificate }) => certificate);
  const none = { authorityKeyIdentifier: false } as const;

  it('the key identifier finds the one among more than are tried', () => {
    expect(judge(leaf.certificate, held, [crlOf(last, '2020-01-01')]).status).toBe('valid');
    expect(judge(leaf.certificate, held, [crlOf(last, '2020-01-01', [], none)]).codes).toContain(
      'crl_signature_invalid',
    );
    const wrong = { authorityKeyIdentifier: { keyIdentifier: ca.keys.keyIdentifier } };
    expect(judge(leaf.certificate, held, [crlOf(last, '2020-01-01', [], wrong)]).codes).toContain(
      'crl_signature_invalid',
    );
  });

  it('the authority of the path is tried first, and one without identifier before those with another', () => {
    expect(judge(leaf.certificate, held, [crlOf(ca, '2020-01-01', [], none)]).codes).toEqual(['crl_conformance']);
    const crls = [crlOf(unhinted, '2020-01-01')];
    expect(judge(leaf.certificate, [...held, unhinted.certificate], crls).status).toBe('valid');
  });
});

describe('why a CRL is not used', () => {
  const reasons = (intermediates: Uint8Array[], crls: Uint8Array[], end: Parameters<typeof endEntity>[1] = {}) =>
    judge(endEntity(ca, end).certificate, intermediates, crls)
      .findings.filter(({ code }) => code === 'crl_not_usable')
      .map(({ params }) => params?.why);
  const pointed = { extensions: { crlDistributionPoints: [{ crlIssuer: 'CN=Delegate' }] } };

  it('its algorithm', () => {
    expect(reasons([], [crlOf(ca, '2020-01-01', [], { signature: { hash: 'sha1' } })])).toEqual([
      'the algorithm of its signature is not accepted (algorithm_too_weak)',
    ]);
    const unknown = { outerAlgorithm: new Uint8Array([0x30, 5, 6, 3, 0x2a, 3, 4]) };
    expect(reasons([], [crlOf(ca, '2020-01-01', [], unknown)])).toEqual([
      'its signature does not fit the key of its issuer',
    ]);
  });

  it('the status and the path of who signed it', () => {
    const delegate = (more = {}) =>
      endEntity(root, { subject: 'CN=Delegate', serialNumber: 66, extensions: { keyUsage: ['cRLSign'] }, ...more });
    const about = (one: ReturnType<typeof delegate>, ...crls: Uint8Array[]) =>
      reasons([one.certificate], [crlOf(one, '2020-01-01', [], indirect), ...crls], pointed);
    const one = delegate();
    expect(about(one)).toEqual([]);
    const listed = [{ serialNumber: 66, revocationDate: day('2019-01-01') }];
    expect(about(one, crlOf(root, '2019-06-01', listed))).toEqual(['its signer is revoked']);
    const late = [{ serialNumber: 66, revocationDate: day('2020-01-03') }];
    expect(about(one, crlOf(root, '2020-01-04', late))).toEqual([
      'its signer was revoked, and nothing shows that it existed before',
    ]);
    const hold = [{ serialNumber: 66, revocationDate: day('2019-01-01'), reason: 'certificateHold' as const }];
    expect(about(one, crlOf(root, '2020-01-02', hold))).toEqual(['nothing proves that its signer was not revoked']);
    expect(about(delegate({ notAfter: day('2019-12-31') }))).toEqual([
      'it was issued after the certificate of its signer had expired',
    ]);
    expect(about(delegate({ signature: { hash: 'sha1' } }))).toEqual([
      'the path of its signer is not valid (algorithm_too_weak)',
    ]);
  });
});
