/**
 * limbo's pathological cases, by the counters and not by the clock: each ends within its budgets, and which budget
 * ended it is known. The bench looks at their time. And a chain that is too long.
 */
import { describe, expect, it } from 'vitest';
import { createTrust, verifyCertificate } from '../../src/index.js';
import { budgetLimits, createBudget } from '../../src/path/budget.js';
import { buildPaths } from '../../src/path/build.js';
import type { PathContext } from '../../src/path/context.js';
import { anyPolicy } from '../../src/path/policy-graph.js';
import { validatePath } from '../../src/path/validate.js';
import { type Issued, issueCertificate } from '../../src/stand-in/certificate.js';
import { TrustStore } from '../../src/trust/trust-store.js';
import { readCertificates } from '../../src/verify/input.js';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.js';
import { countersOf } from '../support/counters.js';
import { haveVectors, readVectorJson, vectorsAbsent } from '../support/vectors.js';

interface LimboCase {
  id: string;
  trusted_certs: string[];
  untrusted_intermediates: string[];
  peer_certificate: string;
}

const certificatesOf = (pem: string): Certificate[] => {
  const blocks = readCertificates(new TextEncoder().encode(pem));
  return (blocks.ok ? blocks.value : []).flatMap((der) => {
    const parsed = parseCertificate(der);
    return parsed.ok ? [parsed.value] : [];
  });
};

function workOf(test: LimboCase) {
  const store = new TrustStore([]);
  for (const pem of test.trusted_certs) for (const one of certificatesOf(pem)) store.add(one, { anchor: true });
  for (const pem of test.untrusted_intermediates)
    for (const one of certificatesOf(pem)) store.add(one, { anchor: false });
  const [leaf] = certificatesOf(test.peer_certificate);
  if (leaf === undefined) throw new Error(`${test.id}: the leaf cannot be read`);
  const at = Date.UTC(2026, 0, 1);
  const context: PathContext = {
    at,
    now: at,
    algorithms: 'modern',
    conformance: 'tolerant',
    validityModel: 'shell',
    maxIntermediates: undefined,
    initialPolicySet: [anyPolicy],
    initialExplicitPolicy: false,
    initialPolicyMappingInhibit: false,
    initialAnyPolicyInhibit: false,
    source: store,
    edges: new Map(),
    budget: createBudget(),
  };
  const codes = new Set<string>();
  for (const path of buildPaths(store.know(leaf), context)) {
    for (const { code, severity } of validatePath(path, context)) if (severity === 'error') codes.add(code);
  }
  return { budget: context.budget, codes: [...codes] };
}

const cases = haveVectors
  ? readVectorJson<{ testcases: LimboCase[] }>('limbo/limbo.json').testcases.filter(({ id }) =>
      id.startsWith('pathological::'),
    )
  : [];

describe.skipIf(!haveVectors)(`pathological cases${haveVectors ? '' : ` (skipped: ${vectorsAbsent})`}`, () => {
  it('are all there', () => {
    expect(cases.map(({ id }) => id)).toHaveLength(5);
  });

  it.each(cases)('$id stays within every budget', (test) => {
    const { budget } = workOf(test);
    for (const { kind, spent, limit } of countersOf(budget)) expect(spent, kind).toBeLessThanOrEqual(limit);
  });

  it('are ended by the budget that they aim at', () => {
    const ended = Object.fromEntries(cases.map((test) => [test.id, [...workOf(test).budget.exceeded]]));
    expect(ended).toMatchInlineSnapshot(`
      {
        "pathological::intermediate-cycle-distinct-cas": [],
        "pathological::nc-dos-1": [],
        "pathological::nc-dos-2": [],
        "pathological::pathological-chain-same-subject-distinct-key": [
          "signatureChecks",
        ],
        "pathological::pathological-chain-same-subject-same-key": [],
      }
    `);
  });
});

describe('a chain longer than a path may be', () => {
  const chainOf = (length: number) => {
    const dates = { notBefore: new Date('2020-01-01'), notAfter: new Date('2030-01-01') };
    const extensions = { basicConstraints: { ca: true }, keyUsage: ['keyCertSign' as const] };
    const root = issueCertificate({ subject: 'CN=0', ...dates, extensions });
    const chain = [root];
    for (let i = 1; i < length; i++)
      chain.push(issueCertificate({ subject: `CN=${i}`, issuer: chain[i - 1] as Issued, ...dates, extensions }));
    const [end, ...intermediates] = chain
      .slice(1)
      .map(({ certificate }) => certificate)
      .reverse();
    const trust = createTrust({ anchors: [root.certificate], intermediates });
    return verifyCertificate({ certificate: end as Uint8Array, revocation: 'off' }, trust, {
      now: new Date('2026-01-01'),
    });
  };

  it('is said to be too long, and no issuer only to be missing', () => {
    const { pathLength } = budgetLimits;
    expect(chainOf(pathLength).status).toBe('valid');
    const { status, findings } = chainOf(pathLength + 1);
    expect(status).toBe('indeterminate');
    expect(findings.find(({ code }) => code === 'budget_exceeded')?.params).toEqual({
      budget: 'certificates in a path',
      limit: pathLength,
    });
  });
});
