/**
 * The verify tests of Go's crypto/x509: 23 TLS chains, real ones of the public web among them. No key usages named means
 * serverAuth (Go's default), and a name is asked as a host name even where it is an IP literal, as Go takes it.
 */
import type { FindingCode } from '../../../src/findings/table.js';
import { readVectorJson, readVectorText } from '../../support/vectors.js';
import { type ConformanceCase, pemBlocks, timeOf } from '../case.js';

interface Manifest {
  cases: {
    file: string;
    name: string | null;
    untrusted: string[];
    trustAnchors: string[];
    time: string;
    dnsName: string | null;
    keyUsages: string[];
    expected: 'valid' | 'invalid';
    reason: string | null;
  }[];
}

const extendedKeyUsages: Record<string, string> = {
  ExtKeyUsageServerAuth: 'serverAuth',
  ExtKeyUsageEmailProtection: 'emailProtection',
};

/** Go's expectation functions in our words. */
const reasons: Record<string, readonly FindingCode[]> = {
  expectHostnameError: ['name_mismatch', 'identity_missing', 'identity_malformed'],
  expectExpired: ['certificate_expired', 'certificate_not_yet_valid'],
  expectAuthorityUnknown: ['no_path_to_anchor'],
  expectHashError: ['signature_invalid', 'algorithm_too_weak', 'algorithm_unknown'],
  expectUsageError: ['extended_key_usage_not_allowed'],
  expectNotAuthorizedError: ['basic_constraints_missing', 'not_a_ca'],
  expectNameConstraintsError: ['name_excluded', 'name_not_permitted'],
  expectUnhandledCriticalExtension: ['critical_extension_unknown'],
};

export function goTlsChains(): ConformanceCase[] {
  const read = (name: string) => pemBlocks(readVectorText(`go-tls-chains/${name}`));
  return readVectorJson<Manifest>('go-tls-chains/manifest.json').cases.map((test) => {
    const [certificate] = read(test.file);
    if (certificate === undefined) throw new Error(`go-tls-chains/${test.file} holds no certificate`);
    const usages = test.keyUsages.map((usage) => extendedKeyUsages[usage] ?? usage);
    const codes = reasons[test.reason?.split('(', 1)[0] ?? ''];
    return {
      suite: 'go-tls-chains',
      id: test.name ?? test.file,
      section: 'all',
      expected: test.expected,
      ...(test.reason === null ? {} : { statedReason: test.reason }),
      ...(codes === undefined ? {} : { reasonCodes: codes }),
      trustInput: { anchors: test.trustAnchors.flatMap(read) },
      time: timeOf(test.time),
      question: {
        kind: 'certificate',
        request: {
          certificate,
          intermediates: test.untrusted.flatMap(read),
          revocation: 'off',
          extendedKeyUsage: usages.length === 0 ? ['serverAuth'] : usages,
          ...(test.dnsName === null ? {} : { identity: { type: 'dns', value: test.dnsName } }),
        },
      },
    };
  });
}
