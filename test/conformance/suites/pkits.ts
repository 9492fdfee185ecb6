/**
 * NIST PKITS 1.0.1 (2011): path validation with policies and CRLs, 247 questions in 16 sections. Validated at the
 * suite's time; algorithms legacy for the three tests with DSA-1024 and SHA-1, as its README says.
 */
import type { FindingCode } from '../../../src/findings/table.js';
import { readVector, readVectorJson } from '../../support/vectors.js';
import { type ConformanceCase, timeOf } from '../case.js';

interface ManifestCase {
  number: string;
  subtest: number | null;
  name: string;
  section: string;
  trustAnchor: string;
  certs: string[];
  extraCerts: string[];
  crls: string[];
  policyInputs: {
    initialPolicySet: string[];
    explicitPolicy: boolean;
    policyMappingInhibit: boolean;
    anyPolicyInhibit: boolean;
  };
  expected: 'valid' | 'invalid';
  reason: string;
}

const legacyTests = new Set(['4.1.4', '4.1.5', '4.1.6']);

export function pkits(): ConformanceCase[] {
  const certificate = (name: string) => readVector(`pkits/certs/${name}`);
  return readVectorJson<ManifestCase[]>('pkits/manifest.json').map((test) => {
    const path = test.certs.map(certificate);
    const endEntity = path.pop();
    if (endEntity === undefined) throw new Error(`PKITS ${test.number} has no certificate`);
    return {
      suite: 'pkits',
      id: test.subtest === null ? test.number : `${test.number} (${test.subtest})`,
      section: test.section,
      expected: test.expected,
      ...(test.expected === 'valid'
        ? {}
        : { statedReason: `${test.name}: ${test.reason}`, reasonCodes: pkitsReason(test.number) }),
      trustInput: { anchors: [certificate(test.trustAnchor)] },
      time: timeOf('2026-06-01T00:00:00Z'),
      question: {
        kind: 'certificate',
        request: {
          certificate: endEntity,
          intermediates: [...path, ...test.extraCerts.map(certificate)],
          crls: test.crls.map((name) => readVector(`pkits/crls/${name}`)),
          revocation: 'require',
          algorithms: legacyTests.has(test.number) ? 'legacy' : 'modern',
          policy: {
            initialPolicySet: test.policyInputs.initialPolicySet,
            initialExplicitPolicy: test.policyInputs.explicitPolicy,
            initialPolicyMappingInhibit: test.policyInputs.policyMappingInhibit,
            initialAnyPolicyInhibit: test.policyInputs.anyPolicyInhibit,
          },
        },
      },
    };
  });
}

const unknown: readonly FindingCode[] = ['revocation_unknown'];
const revoked: readonly FindingCode[] = ['certificate_revoked'];
const nameConstraints: readonly FindingCode[] = ['name_not_permitted', 'name_excluded'];

/** Where a section's tests are refused for one reason only. */
const reasonBySection: Record<string, readonly FindingCode[]> = {
  '4.1': ['signature_invalid'],
  '4.6': ['path_length_exceeded'],
  '4.7': ['key_usage_cert_sign_missing'],
  '4.8': ['policy_missing'],
  '4.9': ['policy_missing'],
  '4.10': ['policy_missing'],
  '4.11': ['policy_missing'],
  '4.12': ['policy_missing'],
  '4.13': nameConstraints,
  '4.14': unknown,
  '4.15': unknown,
  '4.16': ['critical_extension_unknown'],
};

/** NIST's reason in our words, by number of the test. Names that do not chain leave no path to the anchor. */
const reasonByNumber: Record<string, readonly FindingCode[]> = {
  '4.2.1': ['certificate_not_yet_valid'],
  '4.2.2': ['certificate_not_yet_valid'],
  '4.2.5': ['certificate_expired'],
  '4.2.6': ['certificate_expired'],
  '4.2.7': ['certificate_expired'],
  '4.3.1': ['issuer_name_mismatch', 'no_path_to_anchor'],
  '4.3.2': ['issuer_name_mismatch', 'no_path_to_anchor'],
  '4.4.1': unknown,
  '4.4.2': ['issuer_revoked', 'certificate_revoked'],
  '4.4.3': revoked,
  '4.4.4': unknown,
  '4.4.5': unknown,
  '4.4.6': unknown,
  // A CRL with an unknown critical extension is unusable: "unknown" is right beside NIST's "revoked".
  '4.4.8': [...revoked, ...unknown],
  '4.4.9': [...revoked, ...unknown],
  '4.4.10': unknown,
  '4.4.11': unknown,
  '4.4.12': unknown,
  '4.4.15': revoked,
  '4.4.18': revoked,
  '4.4.20': revoked,
  '4.4.21': unknown,
  '4.5.2': revoked,
  '4.5.5': revoked,
  '4.5.7': revoked,
  // The CRL signer's certificate stands in the path as if it were an authority.
  '4.5.8': ['not_a_ca', 'basic_constraints_missing'],
  '4.6.1': ['basic_constraints_missing'],
  '4.6.2': ['not_a_ca'],
  '4.6.3': ['not_a_ca'],
  // The authority may not sign CRLs, so nothing says how its certificates stand.
  '4.7.4': unknown,
  '4.7.5': unknown,
  '4.10.7': ['policy_mapping_invalid'],
  '4.10.8': ['policy_mapping_invalid'],
  '4.14.2': revoked,
  '4.14.6': revoked,
  '4.14.15': revoked,
  '4.14.16': ['on_hold'],
  '4.14.20': revoked,
  '4.14.21': revoked,
  '4.14.23': revoked,
  '4.14.31': revoked,
  '4.14.32': revoked,
  '4.14.34': revoked,
  '4.15.3': revoked,
  '4.15.4': revoked,
  '4.15.6': revoked,
  '4.15.9': revoked,
};

/** The findings that say what NIST's document gives as the reason of the test with this number. */
export function pkitsReason(number: string): readonly FindingCode[] {
  const section = number.split('.').slice(0, 2).join('.');
  const codes = reasonByNumber[number] ?? reasonBySection[section];
  if (codes === undefined) throw new Error(`PKITS ${number} is refused for no reason that is listed here`);
  return codes;
}
