/** For each code about a certificate, its path or its evidence: something real that makes the verifier say it. */
import { type Finding, type FindingCode, loadCatalogue, verifyCertificate } from '../../src/index.js';
import { createBudget } from '../../src/path/budget.js';
import { validatePath } from '../../src/path/validate.js';
import { asn1, issueCertificate, sharedKeys } from '../../src/stand-in/index.js';
import { TrustStore } from '../../src/trust/trust-store.js';
import { pathOptions } from '../../src/verify/request.js';
import { certificates as timed, now as timedNow, trust as timedTrust } from '../time/world.js';
import { authorities, crls, samples, standIn, trust as world, now as worldNow } from '../verify/world.js';
import { day, found, judge, make, makeAuthority, makeCrl, makeLeaf, makeRoot, now } from './lab.js';

export type Vectors = Partial<Record<FindingCode, () => readonly Finding[]>>;

const leafOf = (extensions: NonNullable<Parameters<typeof makeLeaf>[1]>['extensions']) =>
  found({ leaf: { extensions: extensions ?? {} } });
const authorityWith = (extensions: NonNullable<Parameters<typeof makeLeaf>[1]>['extensions']) =>
  found({ authority: { extensions: extensions ?? {} } });
const rubbish = new Uint8Array([1, 2, 3]);
const at = (name: keyof typeof timed, time: string) =>
  verifyCertificate({ certificate: timed[name].certificate }, timedTrust, { now: timedNow, at: day(time) }).findings;

/** The stand-in's catalogue with every authority changed. */
function changedCatalogue(change: Record<string, unknown>) {
  const copy = JSON.parse(JSON.stringify(standIn.catalogue)) as { authorities: object[] };
  return loadCatalogue({ ...copy, authorities: copy.authorities.map((entry) => ({ ...entry, ...change })) });
}

function withCatalogue(change: Record<string, unknown>, intermediates = authorities): readonly Finding[] {
  const request = { certificate: samples.server.certificate };
  return found({ request, trust: { anchors: [], intermediates, crls, catalogues: [changedCatalogue(change)] } });
}

const unknownAlgorithm = asn1.sequence(asn1.oid('1.3.6.1.4.1.99999.7'));
const mlDsa = asn1.sequence(asn1.oid('2.16.840.1.101.3.4.3.17'));
const revokedLeaf = { leaf: { serialNumber: 77 } };
const entry = { serialNumber: 77, revocationDate: day('2026-05-01') };

/** A delegate whose distribution point names the very CRL that it signs. */
function selfAsserted(): readonly Finding[] {
  const crlDistributionPoints = [{ crlIssuer: 'CN=Delegate' }];
  const made = make({ leaf: { extensions: { crlDistributionPoints } } });
  const delegate = makeLeaf(made.authority, {
    subject: 'CN=Delegate',
    extensions: { keyUsage: ['cRLSign'], crlDistributionPoints },
  });
  const delegated = makeCrl(delegate, { issuingDistributionPoint: { indirectCRL: true } });
  const [rootCrl = rubbish] = made.crls;
  const intermediates = [made.authority.certificate, delegate.certificate];
  return found({ trust: { intermediates, crls: [rootCrl, delegated] } }, made);
}

/** Building never offers such a path; validation judges whatever path it is given. */
function mismatchedPath(): readonly Finding[] {
  const { root, leaf } = make();
  const store = new TrustStore([]);
  const known = [leaf, root].map(({ certificate }) => {
    const read = store.read(certificate);
    if (!read.ok) throw new Error('the lab issues readable certificates');
    return read.value;
  });
  const context = {
    ...pathOptions({}),
    at: now.getTime(),
    now: now.getTime(),
    source: store,
    edges: new Map(),
    budget: createBudget(),
  };
  return validatePath({ certificates: known, ending: 'anchor' }, context);
}

export const certificateVectors: Vectors = {
  certificate_malformed: () => found({ request: { certificate: rubbish } }),
  identity_malformed: () => found({ request: { identity: { type: 'dns', value: 'a..b' } } }),
  signature_invalid: () => {
    const forged = makeAuthority(makeRoot(), { keys: sharedKeys('ec-p256', 'lab thief') });
    return found({ request: { certificate: makeLeaf(forged).certificate } });
  },
  certificate_revoked: () => found({ ...revokedLeaf, crl: { entries: [entry] } }),
  issuer_revoked: () => at('of-stolen', '2023-01-01'),
  certificate_expired: () => found({ leaf: { notAfter: day('2026-05-31') } }),
  certificate_not_yet_valid: () => found({ leaf: { notBefore: day('2026-06-02') } }),
  issuer_name_mismatch: mismatchedPath,
  basic_constraints_missing: () => {
    const root = makeRoot();
    const authority = issueCertificate({
      subject: 'C=DE,O=Lab,CN=Authority',
      issuer: root,
      keys: sharedKeys('ec-p256', 'lab authority'),
      notBefore: day('2010-01-01'),
      notAfter: day('2040-01-01'),
    });
    return found({}, { root, authority, leaf: makeLeaf(authority), crls: [] });
  },
  not_a_ca: () => authorityWith({ basicConstraints: { ca: false } }),
  path_length_exceeded: () => {
    const { root, authority, crls } = make({
      authority: { extensions: { basicConstraints: { ca: true, pathLength: 0 } } },
    });
    const lower = makeAuthority(authority, { subject: 'CN=Lower' });
    return found({ request: { intermediates: [lower.certificate] } }, { root, authority, leaf: makeLeaf(lower), crls });
  },
  max_intermediates_exceeded: () => found({ request: { maxIntermediates: 0 } }),
  key_usage_cert_sign_missing: () => authorityWith({ keyUsage: ['cRLSign'] }),
  critical_extension_unknown: () =>
    leafOf({ other: [{ oid: '1.3.6.1.4.1.99999.8', critical: true, value: asn1.nullValue }] }),
  signature_algorithm_mismatch: () =>
    found({ leaf: { innerAlgorithm: asn1.sequence(asn1.oid('1.2.840.10045.4.3.3')) } }),
  extension_not_allowed: () => found({ leaf: { version: 1, extensions: { keyUsage: ['digitalSignature'] } } }),
  name_not_permitted: () => authorityWith({ nameConstraints: { permitted: [{ dns: 'other.example' }] } }),
  name_excluded: () => authorityWith({ nameConstraints: { excluded: [{ dns: 'example' }] } }),
  name_constraint_unsupported: () =>
    found({
      authority: { extensions: { nameConstraints: { permitted: [{ registeredId: '1.2.3' }] } } },
      leaf: { extensions: { subjectAltName: [{ registeredId: '1.2.3' }] } },
    }),
  name_constraints_malformed: () => authorityWith({ nameConstraints: { permitted: [{ dns: 'bad..example' }] } }),
  policy_missing: () => found({ request: { policy: { initialExplicitPolicy: true } } }),
  policy_mapping_invalid: () =>
    authorityWith({ certificatePolicies: ['1.2.3.4'], policyMappings: [['1.2.3.4', '2.5.29.32.0']] }),
  authority_not_for_profile: () =>
    verifyCertificate({ certificate: samples.serverUnderUserCa.certificate, profile: 'tls-server' }, world, {
      now: worldNow,
    }).findings,
  key_usage_not_allowed: () => found({ request: { keyUsage: ['keyAgreement'] } }),
  extended_key_usage_not_allowed: () =>
    found({
      leaf: { extensions: { extendedKeyUsage: ['clientAuth'] } },
      request: { extendedKeyUsage: ['serverAuth'] },
    }),
  extended_key_usage_invalid: () => found({ request: { extendedKeyUsage: ['codeSigning'] } }),
  name_mismatch: () => found({ request: { identity: { type: 'dns', value: 'other.example' } } }),
  identity_missing: () => found({ request: { identity: { type: 'ip', value: '192.0.2.1' } } }),
  profile_rule_broken: () => found({ request: { profile: 'webpki-server' } }),
  no_path_to_anchor: () => found({ trust: { intermediates: [] } }),
  authority_distrusted: () => withCatalogue({ distrustAfter: '2026-01-01' }),
  authority_facts_differ: () => withCatalogue({ validTo: '2001-01-01' }),
  authority_status_unknown: () => withCatalogue({}, [standIn.infrastructure.certificate]),
  revoked_ca_no_poe: () => at('of-stolen', '2022-01-01'),
  on_hold: () => at('released', '2020-03-01'),
  revoked_invalidity_date: () => at('compromised', '2021-06-02'),
  revocation_unknown: () => found({ crl: false }),
  algorithm_too_weak: () => found({ leaf: { signature: { hash: 'sha1' } } }),
  key_too_small: () => found({ leaf: { keys: sharedKeys('rsa-1024') } }),
  algorithm_unknown: () => found({ leaf: { innerAlgorithm: unknownAlgorithm, outerAlgorithm: unknownAlgorithm } }),
  algorithm_unavailable: () =>
    found({
      authority: { publicKeyInfo: asn1.sequence(mlDsa, asn1.bitString(new Uint8Array(1312))) },
      leaf: { innerAlgorithm: mlDsa, outerAlgorithm: mlDsa },
    }),
  public_key_malformed: () => {
    const point = asn1.sequence(
      asn1.sequence(asn1.oid('1.2.840.10045.2.1'), asn1.oid('1.2.840.10045.3.1.7')),
      asn1.bitString(new Uint8Array(12)),
    );
    return found({ leaf: { publicKeyInfo: point } });
  },
  budget_exceeded: () => {
    const made = make();
    const intermediates = Array.from({ length: 70 }, () => made.authority.certificate);
    return found({ request: { intermediates } }, made);
  },
  anchor_malformed: () => found({ trust: { anchors: [rubbish] } }),
  intermediate_malformed: () => found({ request: { intermediates: [rubbish] } }),
  crl_malformed: () => found({ request: { crls: [rubbish] } }),
  crl_signature_invalid: () => {
    const made = make({ crl: false });
    const thief = { ...made.authority, keys: sharedKeys('ec-p256', 'lab thief') };
    return found({ request: { crls: [makeCrl(thief)] } }, made);
  },
  crl_not_usable: () =>
    found({ crl: { other: [{ oid: '1.3.6.1.4.1.99999.8', critical: true, value: asn1.nullValue }] } }),
  crl_stale: () => found({ crl: { nextUpdate: day('2026-05-31') } }),
  crl_from_future: () => found({ crl: { thisUpdate: day('2026-06-02') } }),
  crl_validity_not_as_published: () => withCatalogue({ crlValidity: 'P3D' }),
  revocation_missing: () => found({ crl: false, request: { revocation: 'known' } }),
  subject_key_identifier_missing: () => authorityWith({ subjectKeyIdentifier: false }),
  authority_key_identifier_missing: () => leafOf({ authorityKeyIdentifier: false }),
  extension_criticality: () => authorityWith({ critical: { basicConstraints: false } }),
  serial_number_invalid: () => found({ leaf: { serialNumber: 0 } }),
  key_usage_on_leaf: () => leafOf({ keyUsage: ['keyCertSign'] }),
  ca_only_extension_on_leaf: () => leafOf({ nameConstraints: { permitted: [{ dns: 'example' }] } }),
  path_length_without_ca: () => leafOf({ basicConstraints: { pathLength: 1 } }),
  encoding_not_canonical: () =>
    found({ leaf: { rawValidity: [asn1.generalizedTime(day('2010-01-01')), asn1.utcTime(day('2040-01-01'))] } }),
  subject_empty: () => found({ authority: { subject: '' } }),
  crl_conformance: () => found({ crl: { crlNumber: false } }),
  anchor_basic_constraints_missing: () => {
    const root = issueCertificate({
      subject: 'C=DE,O=Lab,CN=Root',
      keys: sharedKeys('ec-p256', 'lab root'),
      notBefore: day('2010-01-01'),
      notAfter: day('2040-01-01'),
      version: 1,
    });
    return found({}, { ...make(), root });
  },
  revocation_not_checked: () => found({ request: { revocation: 'off' } }),
  delegated_crl_self_asserted: selfAsserted,
  revoked_after: () =>
    judge({
      ...revokedLeaf,
      crl: { entries: [entry] },
      time: { at: day('2026-04-01') },
    }).findings,
};
