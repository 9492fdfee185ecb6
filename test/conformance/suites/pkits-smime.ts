/**
 * NIST PKITS 1.0: the same tests as signed mail, 224 messages of 2001 to 2011. Legacy algorithms, profile rfc5280 and no
 * From check: most of the certificates hold no mailbox, so signature and trust are what is judged.
 */
import type { FindingCode } from '../../../src/findings/table.js';
import { readVector, readVectorJson } from '../../support/vectors.js';
import { type ConformanceCase, timeOf } from '../case.js';
import { pkitsReason } from './pkits.js';

interface Manifest {
  cases: {
    file: string;
    trustAnchors: string[];
    path: string[];
    crls: string[];
    test: string;
    policyInputs: {
      InitialPolicySet: string[];
      InitialPolicyMappingInhibit: boolean;
      InitialExplicitPolicy: boolean;
      InitialAnyPolicyInhibit: boolean;
    };
    expected: 'valid' | 'invalid';
    time: string;
    reason?: string;
  }[];
}

const policyOids: Record<string, string> = {
  anyPolicy: '2.5.29.32.0',
  'NIST-test-policy-1': '2.16.840.1.101.3.2.1.48.1',
};

export function pkitsSmime(): ConformanceCase[] {
  const read = (name: string) => readVector(`pkits-smime/${name}`);
  return readVectorJson<Manifest>('pkits-smime/manifest.json').cases.map((test) => {
    const number = test.test.split(' ', 1)[0] ?? '';
    return {
      suite: 'pkits-smime',
      // One number has two messages, so that the file's name belongs to it.
      id: `${number} ${test.file.replace(/^.*\/Signed|\.eml$/g, '')}`,
      section: number.split('.').slice(0, 2).join('.'),
      expected: test.expected,
      ...(test.expected === 'valid'
        ? {}
        : { statedReason: `${test.test}: ${test.reason ?? ''}`, reasonCodes: messageReason(number) }),
      trustInput: { anchors: test.trustAnchors.map(read) },
      time: timeOf(test.time),
      question: {
        kind: 'message',
        request: {
          message: read(test.file),
          // All but the signer's own, which the message brings.
          intermediates: test.path.slice(0, -1).map(read),
          crls: test.crls.map(read),
          profile: 'rfc5280',
          from: false,
          revocation: 'require',
          algorithms: 'legacy',
          policy: {
            initialPolicySet: test.policyInputs.InitialPolicySet.map(policyOid),
            initialExplicitPolicy: test.policyInputs.InitialExplicitPolicy,
            initialPolicyMappingInhibit: test.policyInputs.InitialPolicyMappingInhibit,
            initialAnyPolicyInhibit: test.policyInputs.InitialAnyPolicyInhibit,
          },
        },
      },
    };
  });
}

/** A message asks when it was signed: revoked or expired there means that nothing proves that it was signed before. */
const unprovenForms: Partial<Record<FindingCode, readonly FindingCode[]>> = {
  certificate_revoked: ['revoked_no_poe'],
  issuer_revoked: ['revoked_ca_no_poe'],
  certificate_expired: ['out_of_bounds_no_poe', 'out_of_bounds_not_revoked'],
};

function messageReason(number: string): readonly FindingCode[] {
  return pkitsReason(number).flatMap((code) => [code, ...(unprovenForms[code] ?? [])]);
}

function policyOid(name: string): string {
  const oid = policyOids[name];
  if (oid === undefined) throw new Error(`policy ${name} is not among those of the README`);
  return oid;
}
