/**
 * Where this verifier differs from a suite's expectation, and why: data, each entry with the sentence that justifies it.
 * A divergence that is not listed fails the tests; so does an entry that no longer diverges.
 */
import type { SuiteName } from './case.js';

export interface Divergence {
  suite: SuiteName;
  /** Ids of the cases; one entry may cover a class, and every case of it is named. */
  cases: readonly string[];
  expected: 'valid' | 'invalid';
  says: 'valid' | 'invalid' | 'indeterminate';
  reason: string;
  /** The sentence that justifies it, with its source. */
  source: string;
}

/** A case that is rightly refused, and not for the reason that its suite states. */
export interface OtherReason {
  suite: SuiteName;
  cases: readonly string[];
  /** The finding that heads the refusal. */
  says: string;
  reason: string;
}

export const divergences: readonly Divergence[] = [
  {
    suite: 'boringssl-chains',
    cases: [
      'expired-root/not-after',
      'expired-root/not-after-ta-with-constraints',
      'expired-root/not-before',
      'policies-inhibit-anypolicy-by-root-fail/main',
      'policies-inhibit-mapping-by-root-fail/main',
      'policies-on-root-wrong/main',
      'policies-required-by-root-fail/main',
      'policy-mappings-on-root-fail/main',
      'root-basic-constraints-ca-false/main',
      'root-eku-clientauth/serverauth',
      'root-eku-clientauth/serverauth-ta-with-expiration',
      'root-lacks-keycertsign-key-usage/main',
      'violates-pathlen-1-from-root/main',
    ],
    expected: 'valid',
    says: 'invalid',
    reason:
      "The mode TRUSTED_ANCHOR ignores what the anchor's own certificate says, and its forms look only at what they name. " +
      'Here a certificate given as anchor is always held to its own validity, constraints and usages.',
    source:
      'RFC 5280 §6.2: "An implementation MAY augment the algorithm presented in Section 6.1 to further limit the set of valid ' +
      'certification paths that begin with a particular trust anchor."',
  },
  {
    suite: 'boringssl-chains',
    cases: [
      'target-not-end-entity/main',
      'target-serverauth-various-keyusages/ec-decipherOnly',
      'target-serverauth-various-keyusages/rsa-decipherOnly',
    ],
    expected: 'valid',
    says: 'invalid',
    reason: 'The extended key usage is serverAuth, and the key usage has no bit that is consistent with it.',
    source:
      'RFC 5280 §4.2.1.12: "If a certificate contains both a key usage extension and an extended key usage extension, then ' +
      'both extensions MUST be processed independently and the certificate MUST only be used for a purpose consistent with ' +
      'both extensions.  If there is no purpose consistent with both extensions, then the certificate MUST NOT be used for ' +
      'any purpose."',
  },
  {
    suite: 'boringssl-chains',
    cases: ['target-msapplicationpolicies-and-eku/main'],
    expected: 'valid',
    says: 'invalid',
    reason:
      'The critical extension 1.3.6.1.4.1.311.21.10 (Microsoft application policies) is passed over by BoringSSL where an ' +
      'extended key usage is there too. It is not understood here.',
    source:
      'RFC 5280 §4.2: "A certificate-using system MUST reject the certificate if it encounters a critical extension it does ' +
      'not recognize or a critical extension that contains information that it cannot process."',
  },
  {
    suite: 'boringssl-chains',
    cases: ['many-names/ok-all-types'],
    expected: 'valid',
    says: 'invalid',
    reason:
      'The leaf has the names t0.test to t340.test; its authority permits t0.test to t170.test, and so for addresses and ' +
      'directory names.',
    source:
      'RFC 5280 §6.1.3 (b): "verify that each of the alternative names in the subjectAltName extension (critical or ' +
      'non-critical) is within one of the permitted_subtrees for that name type."',
  },
  {
    suite: 'limbo',
    cases: ['pathlen::validation-ignores-pathlen-in-leaf'],
    expected: 'valid',
    says: 'invalid',
    reason:
      'The case is about the path length of a leaf, which is indeed ignored. But the leaf is an authority whose key usage is ' +
      'keyCertSign alone: no TLS server may use that key in a handshake.',
    source:
      'RFC 8446 §4.4.2.2: "The certificate MUST allow the key to be used for signing (i.e., the digitalSignature bit MUST be ' +
      'set if the Key Usage extension is present)"; RFC 5280 §4.2.1.12 on both extensions, as above.',
  },
  {
    suite: 'boringssl-parse',
    cases: ['cert_skeleton', 'failed_signature_algorithm', 'signature_algorithm_null'],
    expected: 'valid',
    says: 'invalid',
    reason:
      'These test the outermost layer of the parser only: what is inside is no TBSCertificate, or no AlgorithmIdentifier. ' +
      'Here a certificate is read whole.',
    source: 'RFC 5280 §4.1: a Certificate is a sequence of TBSCertificate, AlgorithmIdentifier and BIT STRING.',
  },
  {
    suite: 'boringssl-parse',
    cases: ['subject_printable_string_containing_utf8_client_cert'],
    expected: 'valid',
    says: 'invalid',
    reason: 'A PrintableString with octets beyond ASCII has no meaning that two programs would agree upon.',
    source:
      'X.680 §41.4, table 10, which RFC 5280 §4.1.2.4 rests on: PrintableString holds letters, digits, space and eleven marks.',
  },
  {
    suite: 'boringssl-parse',
    cases: ['issuer_bad_printable_string', 'subject_not_printable_string'],
    expected: 'invalid',
    says: 'valid',
    reason:
      'The character is "&", written by real authorities. X.680 does not allow it there, but the octet means the same to every ' +
      'reader, and names are compared, constrained and shown by their characters, so no two programs can see different names. ' +
      'It is a warning, encoding_not_canonical, and an error under conformance "strict". Octets whose meaning is in doubt, ' +
      'control characters and all beyond ASCII, are refused.',
    source:
      'RFC 5280 §7.1: "Two naming attributes match if the attribute types are the same and the values of the attributes are ' +
      'an exact match after processing with the string preparation algorithm."',
  },
  {
    suite: 'boringssl-parse',
    cases: ['subject_blank_subjectaltname_not_critical'],
    expected: 'invalid',
    says: 'valid',
    reason:
      'The flag tells those who do not know an extension to stay away. Here subjectAltName is always processed, for identities ' +
      'and under name constraints, so nothing depends on the flag, and an empty subject stands for nobody. It is a warning, ' +
      'extension_criticality, and an error under conformance "strict" (limbo rfc5280::san::noncritical-with-empty-subject).',
    source:
      'RFC 5280 §4.2.1.6 lays it on the issuer: "the issuing CA MUST include a subjectAltName extension that is marked as ' +
      'critical"; §6.1 of such duties: "While the algorithm could be extended to include checks for conformance to the ' +
      'profiles in Sections 4 and 5, this profile RECOMMENDS against including such checks."',
  },
];

export const otherReasons: readonly OtherReason[] = [
  {
    suite: 'boringssl-chains',
    cases: ['many-names/toomany-all-types'],
    says: 'name_not_permitted',
    reason:
      'BoringSSL limits the comparisons of all forms together, we those of each form, and each form stays below. Compared, the ' +
      'names are found not to be permitted.',
  },
];
