/**
 * NIST PKITS, all sections, judged by path and revocation alone: what each case demands of CRLs, and that a case that
 * fails by revocation fails for that reason.
 */
import { describe, expect, it } from 'vitest';
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../support/vectors.js';
import { ask, snapshotOf } from './support.js';

interface PkitsCase {
  number: string;
  subtest: string | null;
  name: string;
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

const certificate = (name: string) => readVector(`pkits/certs/${name}`);
const at = Date.parse('2026-06-01T00:00:00Z');

function judge(test: PkitsCase) {
  const intermediates = [...test.certs.slice(0, -1), ...test.extraCerts].map(certificate);
  const snapshot = snapshotOf({
    anchors: [certificate(test.trustAnchor)],
    intermediates,
    crls: test.crls.map((name) => readVector(`pkits/crls/${name}`)),
  });
  return ask(snapshot, certificate(test.certs.at(-1) as string), {
    at,
    algorithms: 'legacy',
    initialPolicySet: test.policyInputs.initialPolicySet,
    initialExplicitPolicy: test.policyInputs.explicitPolicy,
    initialPolicyMappingInhibit: test.policyInputs.policyMappingInhibit,
    initialAnyPolicyInhibit: test.policyInputs.anyPolicyInhibit,
  });
}

if (!haveVectors) it.skip(`PKITS: ${vectorsAbsent}`, () => {});
else {
  const cases = readVectorJson<PkitsCase[]>('pkits/manifest.json');
  describe('PKITS', () => {
    // 4.1.6 has a signature of a length that no reader takes for one: it never comes to a path.
    for (const test of cases.filter(({ number }) => number !== '4.1.6')) {
      it(`${test.number}${test.subtest === null ? '' : ` ${test.subtest}`} ${test.name}`, () => {
        const answer = judge(test);
        const said = [...answer.pathFindings, ...answer.findings]
          .filter(({ severity }) => severity === 'error')
          .map(({ code, message }) => `${code}: ${message}`);
        expect(answer.status === 'valid' ? 'valid' : 'invalid', said.join('\n')).toBe(test.expected);
        if (/has been revoked/.test(test.reason))
          expect(said.join('\n')).toMatch(
            /certificate_revoked|issuer_revoked|on_hold|crl_not_usable|revocation_unknown/,
          );
      });
    }
  });
}
