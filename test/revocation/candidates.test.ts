/** Which certificates are tried as signers of a CRL, in which order, and what is asked of their paths. */
import { describe, expect, it } from 'vitest';
import { settleSignature } from '../../src/revocation/accept.js';
import { type IndexedCrl, indexCrl } from '../../src/revocation/index-crl.js';
import type { CertificateInput, Issued } from '../../src/stand-in/certificate.js';
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

function judge(
  certificate: Uint8Array,
  intermediates: Uint8Array[],
  crls: (Uint8Array | IndexedCrl)[],
  more: Partial<Asked> = {},
  anchor: Issued = root,
) {
  const snapshot = snapshotOf({ anchors: [anchor.certificate], intermediates, crls });
  return ask(snapshot, certificate, { ...asked, ...more });
}

const statusesOf = ({ reports }: ReturnType<typeof judge>) => reports.map(({ status }) => status);

const report = (
  certificate: Uint8Array,
  intermediates: Uint8Array[],
  crls: (Uint8Array | IndexedCrl)[],
  more: Partial<Asked> = {},
) => judge(certificate, [ca.certificate, ...intermediates], [quietCrl(root), ...crls], more).reports[0];

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

  it('begin with the authority of the path, wherever it was found', () => {
    const answer = judge(
      leaf.certificate,
      [...others, ca.certificate],
      [quietCrl(root), crlOf(ca, '2020-01-01', [], none)],
    );
    expect(statusesOf(answer)).toEqual(['good', 'good']);
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
    const alone = (...certificates: Uint8Array[]) =>
      judge(pointed.certificate, [ca.certificate, ...certificates], [quietCrl(root), crl]);
    expect(alone(bare.certificate).reports[0]?.why).toMatch(/its signature could not be checked/);
    expect(alone().reports[0]?.why).toMatch(/the certificate of its signer is not known/);
    // Neither is a bad signature.
    for (const { codes } of [alone(bare.certificate), alone()])
      expect(codes).toEqual(['revocation_unknown', 'crl_not_usable']);
  });

  it('are asked by the keys that were found to fit before, where they were', () => {
    const crl = indexCrl(crlOf(ca, '2020-01-01'));
    const settled = settleSignature(crl, [ca.certificate]);
    expect(report(leaf.certificate, [], [settled])?.status).toBe('good');
    const foreign = report(leaf.certificate, [], [{ ...crl, verifiedKeys: ['of another'] }]);
    expect(foreign?.why).toMatch(/its signature does not fit the key of its issuer/);
  });
});

describe('certificates with one name and one key', () => {
  const brief = authority('CN=CA', { issuer: root, keys: ca.keys, notAfter: day('2020-01-10') });
  const signer = (more: Partial<CertificateInput> = {}) =>
    endEntity(root, { subject: 'CN=CA', ...more, extensions: { keyUsage: ['cRLSign'], ...more.extensions } });
  const judged = (by: Issued, other: Issued, entries: CrlInput['entries'] = []) => {
    const crls = [quietCrl(root), crlOf(by, '2020-01-12', entries)];
    return judge(leaf.certificate, [by.certificate, other.certificate], crls, { now: at('2020-01-20') });
  };

  it('are asked until one proves goodness', () => {
    expect(judged(brief, endEntity(root)).reports[0]?.why).toMatch(/after the certificate of its signer had expired/);
    expect(judged(brief, signer({ keys: brief.keys })).status).toBe('valid');
    expect(judged(ca, signer({ keys: ca.keys, notAfter: day('2020-01-10') })).status).toBe('valid');
  });

  it('of which one may sign prove revocation, whatever the others may do', () => {
    const mute = signer({ keys: brief.keys, extensions: { keyUsage: ['digitalSignature'] } });
    const listed = [{ serialNumber: 5, revocationDate: day('2019-12-01') }];
    expect(judged(brief, mute, listed).codes).toEqual(['certificate_revoked']);
    expect(judged(brief, mute).codes).toEqual(['revocation_unknown', 'crl_not_usable']);
  });
});

describe('an authority of the path', () => {
  it('is not asked for another path of its own', () => {
    // The root has expired when the CRL is issued, but not yet at the time asked about.
    const brief = authority('CN=Brief', { notAfter: day('2020-02-01') });
    const below = authority('CN=Below', { issuer: brief });
    const crls = [quietCrl(brief), crlOf(below, '2020-03-01')];
    const answer = judge(endEntity(below).certificate, [below.certificate], crls, { now: at('2020-03-05') }, brief);
    expect([answer.status, ...statusesOf(answer)]).toEqual(['valid', 'good', 'good']);
  });

  it('is not judged by what it lists about itself where it is the anchor', () => {
    const top = authority('CN=Top', { serialNumber: 77 });
    const below = authority('CN=Below', { issuer: top });
    const own = crlOf(top, '2020-01-02', [{ serialNumber: 77, revocationDate: day('2019-01-01') }]);
    const answer = judge(endEntity(below).certificate, [below.certificate], [own, quietCrl(below)], {}, top);
    expect([answer.status, ...statusesOf(answer)]).toEqual(['valid', 'good', 'good']);
  });
});

describe('DSA parameters', () => {
  const keys = sharedKeys('dsa-1024', 'candidates');
  const bare = { keys, publicKeyInfo: withoutParameters(keys) };
  const legacy = { algorithms: 'legacy' } as const;

  it('come down a path of several authorities without them', () => {
    const top = authority('CN=Top', { keys });
    const middle = authority('CN=Middle', { issuer: top, ...bare });
    const low = authority('CN=Low', { issuer: middle, ...bare });
    const held = [middle.certificate, low.certificate];
    const answer = judge(endEntity(low).certificate, held, [top, middle, low].map(quietCrl), legacy, top);
    expect([answer.status, ...statusesOf(answer)]).toEqual(['valid', 'good', 'good', 'good']);
  });

  it('come neither from below nor from a path that the signer is not in', () => {
    const low = authority('CN=Low', { issuer: root, ...bare });
    const fromBelow = judge(
      endEntity(low, { keys }).certificate,
      [low.certificate],
      [quietCrl(root), quietCrl(low)],
      legacy,
    );
    expect(fromBelow.reports[0]?.why).toMatch(/its signature could not be checked/);
    const full = authority('CN=Full', { issuer: root, keys });
    const delegate = endEntity(root, { subject: 'CN=Delegate', ...bare, extensions: { keyUsage: ['cRLSign'] } });
    const crls = [quietCrl(root), crlOf(delegate, '2020-01-01', [], indirect)];
    const own = endEntity(full, { extensions: { crlDistributionPoints: [{ crlIssuer: 'CN=Delegate' }] } });
    const aside = judge(own.certificate, [full.certificate, delegate.certificate], crls, legacy);
    expect(aside.reports[0]?.why).toMatch(/its signature could not be checked/);
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

  it('is asked for no policies by those above it either, whatever the question forbids', () => {
    const forbidden = {
      initialPolicyMappingInhibit: true,
      initialAnyPolicyInhibit: true,
      initialExplicitPolicy: true,
      initialPolicySet: ['1.2.3'],
    };
    const policyConstraints = { requireExplicitPolicy: 0 };
    const above = (extensions: CertificateInput['extensions']) => {
      const mid = authority('CN=Mid', { issuer: root, extensions: { policyConstraints, ...extensions } });
      const by = delegate({ issuer: mid, extensions: { certificatePolicies: ['1.2.9'] } });
      const crls = [quietCrl(mid), crlOf(by, '2020-01-01', [], indirect)];
      return report(pointed.certificate, [mid.certificate, by.certificate], crls, forbidden);
    };
    expect(above({ certificatePolicies: ['2.5.29.32.0'] })?.status).toBe('good');
    expect(above({ certificatePolicies: ['1.2.8'], policyMappings: [['1.2.8', '1.2.9']] })?.status).toBe('good');
    expect(above({ certificatePolicies: ['1.2.8'] })?.why).toMatch(
      /the path of its signer is not valid \(\w*policy\w*\)/,
    );
  });

  it('may be any of four', () => {
    const mid = authority('CN=Mid', { issuer: root });
    // The same authority, certified by others of which no CRL is held.
    const detours = [1, 2, 3, 4].map((n) => {
      const other = authority(`CN=Other ${n}`, { issuer: root });
      return [other.certificate, authority('CN=Mid', { issuer: other, keys: mid.keys }).certificate];
    });
    const by = delegate({ issuer: mid });
    const judged = (...intermediates: Uint8Array[]) =>
      report(
        pointed.certificate,
        [by.certificate, ...intermediates],
        [quietCrl(mid), crlOf(by, '2020-01-01', [], indirect)],
      );
    expect(judged(mid.certificate, ...detours.flat())?.status).toBe('good');
    expect(judged(...detours.slice(1).flat(), mid.certificate)?.status).toBe('good');
    expect(judged(...detours.flat(), mid.certificate)?.why).toMatch(/nothing proves that its signer was not revoked/);
    expect(judged(...detours.flat())?.why).toMatch(/nothing proves that its signer was not revoked/);
  });

  it('that was not proven good still lets it prove revocation', () => {
    const elsewhere = authority('CN=Elsewhere', { issuer: root });
    const by = delegate({ issuer: elsewhere });
    const listed = [{ serialNumber: 5, revocationDate: day('2019-12-01'), certificateIssuer: 'CN=CA' }];
    const crls = [quietCrl(root), crlOf(by, '2020-01-01', listed, indirect)];
    const answer = judge(pointed.certificate, [ca.certificate, elsewhere.certificate, by.certificate], crls);
    expect(answer.codes).toEqual(['certificate_revoked']);
  });

  it('takes no name from the certificate in question', () => {
    const sub = authority('CN=Sub', { issuer: ca, serialNumber: 8 });
    const namesake = endEntity(sub, { subject: 'CN=CA', extensions: { keyUsage: ['cRLSign'] } });
    const listed = [{ serialNumber: 8, revocationDate: day('2019-12-01') }];
    const answer = report(
      sub.certificate,
      [sub.certificate, namesake.certificate],
      [crlOf(namesake, '2020-01-01', listed)],
    );
    expect(answer).toMatchObject({ status: 'unknown', why: expect.stringMatching(/was named by another authority/) });
  });
});

describe('an authority above a delegated signer', () => {
  const uri = 'http://ca.example/crl';
  const point = { fullName: [{ uri }] };

  it('that is of the path too is reported with the path only', () => {
    const by = endEntity(ca, {
      subject: 'CN=Delegate',
      extensions: { keyUsage: ['cRLSign'], crlDistributionPoints: [uri] },
    });
    // The CRL of the authority itself is for its delegate, and there is none about the authority.
    const crls = [
      crlOf(ca, '2020-01-01', [], { issuingDistributionPoint: point }),
      crlOf(by, '2020-01-01', [], indirect),
    ];
    expect(statusesOf(judge(pointed.certificate, [ca.certificate, by.certificate], crls))).toEqual(['good', 'unknown']);
  });

  it('is not proven good by whom it named itself', () => {
    const own = authority('CN=Own', {
      issuer: root,
      extensions: { crlDistributionPoints: [{ crlIssuer: 'CN=Delegate' }] },
    });
    const by = endEntity(own, { subject: 'CN=Delegate', extensions: { keyUsage: ['cRLSign'] } });
    const crls = [quietCrl(own), crlOf(by, '2020-01-01', [], indirect)];
    const answer = judge(endEntity(own).certificate, [own.certificate, by.certificate], crls);
    expect(statusesOf(answer)).toEqual(['good', 'unknown']);
    expect(answer.reports[1]?.why).toMatch(/nothing proves that its signer was not revoked/);
  });
});
