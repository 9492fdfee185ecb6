/**
 * BoringSSL's verify_certificate_chain tests: 197 chains with one defect each. Anchor modes and key purposes that are
 * that library's own are out of scope and counted as such.
 */
import type { FindingCode } from '../../../src/findings/table.js';
import { readVectorJson, readVectorText } from '../../support/vectors.js';
import { type ConformanceCase, pemBlocks, timeOf } from '../case.js';

interface Manifest {
  cases: {
    file: string;
    anchorTrust: string;
    keyPurpose: string;
    policies: { digest_policy?: string };
    expected: 'valid' | 'invalid';
    reason: string[];
    time: string;
    sourcePath: string;
  }[];
}

const anchorModes = new Set([
  'TRUSTED_ANCHOR',
  'TRUSTED_ANCHOR_WITH_CONSTRAINTS',
  'TRUSTED_ANCHOR_WITH_EXPIRATION',
  'TRUSTED_ANCHOR_WITH_EXPIRATION_AND_CONSTRAINTS',
]);

const purposes: Record<string, string[]> = {
  SERVER_AUTH: ['serverAuth'],
  CLIENT_AUTH: ['clientAuth'],
  ANY_EKU: [],
};

/** BoringSSL's error texts in our words. */
const reasons: Record<string, readonly FindingCode[]> = {
  'Time is after notAfter': ['certificate_expired'],
  'Time is before notBefore': ['certificate_not_yet_valid'],
  'VerifySignedData failed': ['signature_invalid'],
  'Basic Constraints indicates not a CA': ['not_a_ca'],
  'Does not have Basic Constraints': ['basic_constraints_missing'],
  'keyCertSign bit is not set': ['key_usage_cert_sign_missing'],
  'The extended key usage does not include server auth': ['extended_key_usage_not_allowed'],
  'The extended key usage does not include client auth': ['extended_key_usage_not_allowed'],
  'Unconsumed critical extension': ['critical_extension_unknown'],
  "Couldn't parse SubjectPublicKeyInfo": ['public_key_malformed', 'algorithm_unknown'],
  'Unacceptable signature algorithm': ['algorithm_too_weak'],
  'Unacceptable public key': ['key_too_small'],
  'Too many name constraints checks': ['budget_exceeded'],
  'No valid policy': ['policy_missing'],
  'Certificate is not a trust anchor': ['no_path_to_anchor'],
  'max_path_length reached': ['path_length_exceeded'],
};

/** BoringSSL verifies a chain as it is given; we look for one. Here the anchor has another name than the chain's top. */
const reasonByCase: Record<string, readonly FindingCode[]> = {
  'incorrect-trust-anchor/main': ['signature_invalid', 'no_path_to_anchor'],
};

export function boringsslChains(): ConformanceCase[] {
  return readVectorJson<Manifest>('boringssl-chains/manifest.json').cases.map((test) => {
    const chain = pemBlocks(readVectorText(`boringssl-chains/${test.file}`));
    const [certificate] = chain;
    const anchor = chain.at(-1);
    if (certificate === undefined || anchor === undefined) throw new Error(`${test.file} holds no certificate`);
    const usages = purposes[test.keyPurpose];
    const outOfScope = !anchorModes.has(test.anchorTrust)
      ? `anchor mode ${test.anchorTrust} is BoringSSL's own`
      : usages === undefined
        ? `key purpose ${test.keyPurpose} is BoringSSL's own`
        : undefined;
    const id = caseId(test.sourcePath);
    const reasonCodes = reasonByCase[id] ?? codesOf(test.reason);
    return {
      suite: 'boringssl-chains',
      id,
      section: test.anchorTrust,
      expected: test.expected,
      ...(test.expected === 'valid' ? {} : { statedReason: test.reason.join('; '), reasonCodes }),
      ...(outOfScope === undefined ? {} : { outOfScope }),
      trustInput: { anchors: [anchor] },
      time: timeOf(test.time),
      question: {
        kind: 'certificate',
        request: {
          certificate,
          intermediates: chain.slice(1, -1),
          revocation: 'off',
          extendedKeyUsage: usages ?? [],
          algorithms: test.policies.digest_policy === 'STRONG' ? 'modern' : 'legacy',
        },
      },
    };
  });
}

/** "…/verify_certificate_chain_unittest/expired-root/not-after.test" is the case "expired-root/not-after". */
function caseId(sourcePath: string): string {
  return sourcePath.replace(/^.*unittest\//, '').replace(/\.test$/, '');
}

function codesOf(texts: readonly string[]): readonly FindingCode[] {
  return texts.flatMap((text) => reasons[text.replace(/^ERROR: /, '')] ?? []);
}
