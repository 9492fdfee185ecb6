/**
 * C2SP/x509-limbo, 103 cases in its own schema. Conformance strict: the suite holds issuers to all that RFC 5280 §4 and
 * the CA/Browser Forum demand of them. The profile follows the case's name and kind; no validation time means now.
 */
import type { FindingCode } from '../../../src/findings/table.js';
import type { CertificateRequest } from '../../../src/index.js';
import { readVectorJson } from '../../support/vectors.js';
import { type ConformanceCase, pemBlocks, timeOf } from '../case.js';

interface PeerName {
  kind: 'DNS' | 'IP' | 'RFC822';
  value: string;
}

interface Manifest {
  testcases: {
    id: string;
    description: string;
    validation_kind: 'SERVER' | 'CLIENT';
    trusted_certs: string[];
    untrusted_intermediates: string[];
    peer_certificate: string;
    validation_time: string | null;
    key_usage: string[];
    extended_key_usage: string[];
    expected_result: 'SUCCESS' | 'FAILURE';
    expected_peer_name: PeerName | null;
    expected_peer_names: PeerName[];
    max_chain_depth: number | null;
    crls: string[];
  }[];
}

const identityType = { DNS: 'dns', IP: 'ip', RFC822: 'mailbox' } as const;

/** The clock is read once: the whole suite asks about the same second. */
export function limbo(now = new Date().toISOString()): ConformanceCase[] {
  return readVectorJson<Manifest>('limbo/limbo.json').testcases.map((test) => {
    const [certificate] = pemBlocks(test.peer_certificate);
    if (certificate === undefined) throw new Error(`limbo ${test.id} has no peer certificate`);
    const peer = test.expected_peer_name ?? test.expected_peer_names[0];
    const crls = test.crls.flatMap((crl) => pemBlocks(crl, 'X509 CRL'));
    return {
      suite: 'limbo',
      id: test.id,
      section: test.id.split('::', 1)[0] ?? '',
      expected: test.expected_result === 'SUCCESS' ? 'valid' : 'invalid',
      ...(test.expected_result === 'SUCCESS'
        ? {}
        : { statedReason: test.description.replaceAll(/\s+/g, ' ').trim(), reasonCodes: reasons[test.id] ?? [] }),
      trustInput: { anchors: test.trusted_certs.flatMap((pem) => pemBlocks(pem)) },
      time: timeOf(test.validation_time ?? now),
      question: {
        kind: 'certificate',
        request: {
          certificate,
          intermediates: test.untrusted_intermediates.flatMap((pem) => pemBlocks(pem)),
          crls,
          revocation: crls.length > 0 ? 'require' : 'off',
          profile: profileOf(test.id, test.validation_kind),
          conformance: 'strict',
          keyUsage: test.key_usage,
          extendedKeyUsage: test.extended_key_usage,
          ...(peer === undefined ? {} : { identity: { type: identityType[peer.kind], value: peer.value } }),
          ...(test.max_chain_depth === null ? {} : { maxIntermediates: test.max_chain_depth }),
        },
      },
    };
  });
}

function profileOf(id: string, kind: 'SERVER' | 'CLIENT'): NonNullable<CertificateRequest['profile']> {
  if (id.startsWith('webpki::') || id.startsWith('online::')) return 'webpki-server';
  return kind === 'SERVER' ? 'tls-server' : 'rfc5280';
}

/** Constraints that cannot be read: the authority that has them is left out, or they are found bad when they are used. */
const badConstraint: readonly FindingCode[] = [
  'anchor_malformed',
  'intermediate_malformed',
  'certificate_malformed',
  'name_constraints_malformed',
];
const forumRule: readonly FindingCode[] = ['profile_rule_broken'];

/** What each case says is wrong, in our words. */
const reasons: Record<string, readonly FindingCode[]> = {
  'crl::revoked-certificate-with-crl': ['certificate_revoked'],
  'crl::crlnumber-critical': ['revocation_unknown', 'crl_conformance'],
  'crl::issuer-missing-crlsign': ['revocation_unknown'],
  'pathlen::intermediate-pathlen-too-long': ['path_length_exceeded'],
  'pathlen::max-chain-depth-1-exhausted': ['max_intermediates_exceeded'],
  'pathological::intermediate-cycle-distinct-cas': ['no_path_to_anchor'],
  'pathological::nc-dos-1': ['budget_exceeded'],
  'pathological::nc-dos-2': ['budget_exceeded'],
  'pathological::pathological-chain-same-subject-distinct-key': ['no_path_to_anchor', 'budget_exceeded'],
  'pathological::pathological-chain-same-subject-same-key': ['no_path_to_anchor', 'budget_exceeded'],
  'rfc5280::aki::leaf-missing-aki': ['authority_key_identifier_missing'],
  'rfc5280::aki::intermediate-missing-aki': ['authority_key_identifier_missing'],
  'rfc5280::eku::ee-eku-empty': ['certificate_malformed'],
  'rfc5280::nc::excluded-dns-match': ['name_excluded'],
  'rfc5280::nc::permitted-dns-match-noncritical': ['extension_criticality'],
  'rfc5280::nc::excluded-dns-match-second': ['name_excluded'],
  'rfc5280::nc::excluded-ipv4-match': ['name_excluded'],
  'rfc5280::nc::excluded-ipv6-match': ['name_excluded'],
  'rfc5280::nc::permitted-dn-match-subject-san-mismatch': ['name_not_permitted'],
  'rfc5280::nc::excluded-self-issued-leaf': ['name_not_permitted'],
  'rfc5280::nc::excluded-match-permitted-and-excluded': ['name_excluded'],
  'rfc5280::nc::invalid-ipv4-address': badConstraint,
  'rfc5280::nc::not-allowed-in-ee-noncritical': ['ca_only_extension_on_leaf', 'extension_criticality'],
  'rfc5280::nc::not-allowed-in-ee-critical': ['ca_only_extension_on_leaf'],
  'rfc5280::nc::nc-permits-invalid-ip-san': ['certificate_malformed', 'name_not_permitted'],
  'rfc5280::nc::nc-permits-email-literal-asterisk-rejects-user': ['name_not_permitted'],
  'rfc5280::nc::nc-permits-email-literal-asterisk-rejects-subdomain': ['name_not_permitted'],
  'rfc5280::nc::nc-permits-email-literal-double-asterisk-rejects-single': ['name_not_permitted'],
  'rfc5280::nc::nc-forbids-othername': ['name_constraint_unsupported'],
  'rfc5280::pc::ica-noncritical-pc': ['extension_criticality'],
  'rfc5280::san::noncritical-with-empty-subject': ['extension_criticality'],
  'rfc5280::serial::negative': ['serial_number_invalid'],
  'rfc5280::ski::critical-ski': ['extension_criticality'],
  'rfc5280::ski::root-missing-ski': ['subject_key_identifier_missing'],
  'rfc5280::ski::intermediate-missing-ski': ['subject_key_identifier_missing'],
  'rfc5280::validity::expired-root': ['certificate_expired'],
  'rfc5280::validity::expired-intermediate': ['certificate_expired'],
  'rfc5280::validity::expired-1-second': ['certificate_expired'],
  'rfc5280::validity::expired-5-seconds': ['certificate_expired'],
  'rfc5280::validity::not-yet-valid-1-second': ['certificate_not_yet_valid'],
  'rfc5280::ee-empty-issuer': ['subject_empty', 'certificate_malformed'],
  'rfc5280::ca-empty-subject': ['subject_empty', 'certificate_malformed'],
  'rfc5280::unknown-critical-extension-root': ['critical_extension_unknown'],
  'rfc5280::unknown-critical-extension-intermediate': ['critical_extension_unknown'],
  'rfc5280::intermediate-ca-without-ca-bit': ['not_a_ca'],
  // The case does not bring the intermediate that it speaks of.
  'rfc5280::intermediate-ca-missing-basic-constraints': ['basic_constraints_missing', 'no_path_to_anchor'],
  'rfc5280::root-non-critical-basic-constraints': ['extension_criticality'],
  'rfc5280::leaf-ku-keycertsign': ['key_usage_on_leaf'],
  'rfc5280::ee-critical-aia-invalid': ['extension_criticality'],
  'rfc5280::duplicate-extensions': ['certificate_malformed'],
  'webpki::aki::root-with-aki-missing-keyidentifier': [...forumRule, 'authority_key_identifier_missing'],
  'webpki::aki::root-with-aki-ski-mismatch': forumRule,
  'webpki::cn::ipv4-hex-mismatch': forumRule,
  'webpki::cn::ipv6-uppercase-mismatch': forumRule,
  'webpki::cn::ipv6-uncompressed-mismatch': forumRule,
  'webpki::cn::ipv6-non-rfc5952-mismatch': forumRule,
  'webpki::eku::ee-critical-eku': forumRule,
  'webpki::eku::ee-without-eku': [...forumRule, 'extended_key_usage_not_allowed', 'extended_key_usage_invalid'],
  'webpki::eku::root-has-eku': forumRule,
  'webpki::nc::intermediate-permitted-excluded-subtrees-both-empty-sequences': [...badConstraint, ...forumRule],
  'webpki::san::mismatch-domain-san': ['name_mismatch'],
  'webpki::san::mismatch-subdomain-san': ['name_mismatch'],
  'webpki::san::public-suffix-wildcard-san': [...forumRule, 'name_mismatch'],
  'webpki::san::public-suffix-private-namespace-wildcard-san': [...forumRule, 'name_mismatch'],
  'webpki::san::wildcard-not-in-leftmost-san': ['name_mismatch', ...forumRule],
  'webpki::san::wildcard-match-across-labels-san': ['name_mismatch'],
  'webpki::san::wildcard-embedded-ulabel-san': ['name_mismatch', ...forumRule],
  'webpki::san::unicode-emoji-san': ['certificate_malformed', 'name_mismatch', ...forumRule],
  'webpki::san::no-san': ['identity_missing', ...forumRule],
  'webpki::san::san-wildcard-only': ['name_mismatch', ...forumRule],
  'webpki::san::san-wildcard-only-tld': ['name_mismatch', ...forumRule],
  'webpki::explicit-curve': ['algorithm_unknown', 'public_key_malformed', ...forumRule],
  'webpki::malformed-aia': ['certificate_malformed', ...forumRule],
  'webpki::forbidden-dsa-root': [...forumRule, 'algorithm_too_weak', 'key_too_small'],
  'webpki::forbidden-weak-rsa-key-in-root': [...forumRule, 'key_too_small'],
  'webpki::forbidden-weak-rsa-in-leaf': [...forumRule, 'key_too_small'],
  'webpki::forbidden-rsa-not-divisible-by-8-in-root': forumRule,
  'webpki::ee-basicconstraints-ca': forumRule,
};
