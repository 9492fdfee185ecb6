/** Policies of a path: PKITS 4.8 to 4.12, the anchors of boringssl-chains, and the bound that RFC 9618 gives. */
import { describe, expect, it } from 'vitest';
import { anyPolicy, type PolicyInput, processPolicies } from '../../src/path/policy-graph.js';
import type { ExtensionsInput } from '../../src/stand-in/index.js';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.js';
import { pemBlocks } from '../conformance/case.js';
import { issue } from '../names/certificates.js';
import { haveVectors, readVector, readVectorJson, readVectorText, vectorsAbsent } from '../support/vectors.js';

function parse(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der);
  if (!certificate.ok) throw new Error(certificate.found);
  return certificate.value;
}

const codesOf = (output: ReturnType<typeof processPolicies>) => output.findings.map((f) => f.code);

const defaults = {
  anchor: undefined,
  initialPolicySet: [anyPolicy],
  initialExplicitPolicy: false,
  initialPolicyMappingInhibit: false,
  initialAnyPolicyInhibit: false,
};

interface Pkits {
  number: string;
  subtest: number | null;
  name: string;
  trustAnchor: string;
  certs: string[];
  policyInputs: {
    initialPolicySet: string[];
    explicitPolicy: boolean;
    policyMappingInhibit: boolean;
    anyPolicyInhibit: boolean;
  };
  expected: 'valid' | 'invalid';
}

describe.skipIf(!haveVectors)(`PKITS policies (${haveVectors ? 'present' : vectorsAbsent})`, () => {
  const cases = haveVectors
    ? readVectorJson<Pkits[]>('pkits/manifest.json').filter((c) => /^4\.(8|9|10|11|12)\./.test(c.number))
    : [];
  it.each(cases.map((c) => [`${c.number}/${c.subtest ?? '-'} ${c.name}`, c] as const))('%s', (_, c) => {
    const { initialPolicySet, explicitPolicy, policyMappingInhibit, anyPolicyInhibit } = c.policyInputs;
    const input: PolicyInput = {
      certificates: c.certs.map((file) => parse(readVector(`pkits/certs/${file}`))),
      anchor: parse(readVector(`pkits/certs/${c.trustAnchor}`)),
      initialPolicySet,
      initialExplicitPolicy: explicitPolicy,
      initialPolicyMappingInhibit: policyMappingInhibit,
      initialAnyPolicyInhibit: anyPolicyInhibit,
    };
    const codes = codesOf(processPolicies(input));
    if (c.expected === 'valid') expect(codes).toEqual([]);
    else expect(codes.at(0)).toMatch(/^policy_(missing|mapping_invalid)$/);
    // PKITS anchors say nothing about policies: to leave them out changes nothing.
    expect(codesOf(processPolicies({ ...input, anchor: undefined }))).toEqual(codes);
  });
});

interface Boring {
  file: string;
  anchorTrust: string;
  expected: 'valid' | 'invalid';
}

describe.skipIf(!haveVectors)(`policies of the anchor (${haveVectors ? 'present' : vectorsAbsent})`, () => {
  const manifest = haveVectors ? readVectorJson<{ cases?: Boring[] } | Boring[]>('boringssl-chains/manifest.json') : [];
  const cases = (Array.isArray(manifest) ? manifest : (manifest.cases ?? [])).filter((c) =>
    /^polic(y|ies)-/.test(c.file),
  );
  it.each(cases.map((c) => [`${c.file} ${c.anchorTrust}`, c] as const))('%s', (_, c) => {
    const chain = pemBlocks(readVectorText(`boringssl-chains/${c.file}`))
      .map(parse)
      .reverse();
    const withConstraints = c.anchorTrust === 'TRUSTED_ANCHOR_WITH_CONSTRAINTS';
    const output = processPolicies({
      ...defaults,
      anchor: withConstraints ? chain[0] : undefined,
      certificates: chain.slice(1),
    });
    expect(codesOf(output)).toEqual(c.expected === 'valid' ? [] : ['policy_missing']);
  });
});

describe('processPolicies', () => {
  const [a, b, c] = ['1.3.6.1.4.1.1', '1.3.6.1.4.1.2', '1.3.6.1.4.1.3'] as const;
  let serial = 0;
  /** The stand-in signs what it is given; only the names decide whether a certificate is self-issued. */
  const certificate = (extensions: ExtensionsInput, selfIssued = false): Certificate => {
    const subject = issue(`CN=${++serial}`, [], extensions);
    return selfIssued ? subject : { ...subject, issuer: issue('CN=Issuer').subject };
  };
  const run = (certificates: Certificate[], options: Partial<PolicyInput> = {}) => {
    const { findings, policies } = processPolicies({ ...defaults, certificates, ...options });
    return { codes: findings.map((f) => `${f.code} ${f.certificate}`), policies: [...policies].sort() };
  };

  it('an empty path, and one without policies, is under no policy and lacks none', () => {
    expect(run([])).toEqual({ codes: [], policies: [anyPolicy] });
    expect(run([certificate({})])).toEqual({ codes: [], policies: [] });
    expect(run([certificate({})], { initialExplicitPolicy: true })).toEqual({
      codes: ['policy_missing 0'],
      policies: [],
    });
  });

  it('the finding names the certificate at which the last policy was lost, and comes once', () => {
    const path = [
      certificate({ certificatePolicies: [a] }),
      certificate({ certificatePolicies: [b] }),
      certificate({}),
    ];
    expect(run(path, { initialExplicitPolicy: true })).toEqual({ codes: ['policy_missing 1'], policies: [] });
    expect(run(path)).toEqual({ codes: [], policies: [] });
  });

  it('policies are told in the words of the first authority and limited to those that the caller accepts', () => {
    const path = [
      certificate({ certificatePolicies: [a, b], policyMappings: [[a, c]] }),
      certificate({ certificatePolicies: [c, b] }),
    ];
    expect(run(path).policies).toEqual([a, b]);
    expect(run(path, { initialPolicySet: [a] }).policies).toEqual([a]);
    expect(run(path, { initialPolicySet: [c], initialExplicitPolicy: true })).toEqual({
      codes: ['policy_missing 0'],
      policies: [],
    });
    expect(run(path, { initialPolicyMappingInhibit: true }).policies).toEqual([b]);
  });

  it('anyPolicy of the whole path gives what the caller accepts', () => {
    const path = [
      certificate({ certificatePolicies: [anyPolicy] }),
      certificate({ certificatePolicies: [anyPolicy, a] }),
    ];
    expect(run(path).policies).toEqual([a, anyPolicy].sort());
    expect(run(path, { initialPolicySet: [b] }).policies).toEqual([b]);
    expect(run(path, { initialPolicySet: [a], initialAnyPolicyInhibit: true }).policies).toEqual([]);
  });

  it('anyPolicy may not be mapped, and the rest of the mappings still counts', () => {
    const path = [
      certificate({
        certificatePolicies: [a, b],
        policyMappings: [
          [anyPolicy, c],
          [a, anyPolicy],
          [b, c],
        ],
      }),
      certificate({ certificatePolicies: [c] }),
    ];
    expect(run(path)).toEqual({ codes: ['policy_mapping_invalid 1'], policies: [b] });
  });

  it('requireExplicitPolicy counts certificates that are not self-issued', () => {
    const constrained = certificate({ certificatePolicies: [a], policyConstraints: { requireExplicitPolicy: 1 } });
    const ca = (selfIssued: boolean) => certificate({ certificatePolicies: [a] }, selfIssued);
    const leaf = certificate({ certificatePolicies: [b] });
    expect(run([constrained, leaf]).codes).toEqual(['policy_missing 0']);
    expect(run([constrained, ca(true), leaf]).codes).toEqual(['policy_missing 0']);
    expect(run([constrained, ca(false), leaf]).codes).toEqual(['policy_missing 0']);
    const later = certificate({ certificatePolicies: [a], policyConstraints: { requireExplicitPolicy: 2 } });
    expect(run([later, leaf]).codes).toEqual([]);
    expect(run([later, ca(true), leaf]).codes).toEqual([]);
    expect(run([later, ca(false), leaf]).codes).toEqual(['policy_missing 0']);
  });

  it('requireExplicitPolicy 0 in the end entity counts for itself (§6.1.5 (b))', () => {
    const leaf = (requireExplicitPolicy: number) => certificate({ policyConstraints: { requireExplicitPolicy } });
    expect(run([leaf(0)]).codes).toEqual(['policy_missing 0']);
    expect(run([leaf(1)]).codes).toEqual([]);
  });

  it('an anchor without policies restricts none, and its inhibitions count', () => {
    const leaf = [certificate({ certificatePolicies: [anyPolicy] })];
    const anchor = (extensions: ExtensionsInput) => ({ anchor: certificate(extensions, true) });
    expect(run(leaf, anchor({})).policies).toEqual([anyPolicy]);
    expect(run(leaf, { ...anchor({}), initialAnyPolicyInhibit: true }).policies).toEqual([]);
    expect(run(leaf, anchor({ inhibitAnyPolicy: 0 })).policies).toEqual([]);
    // Not self-issued, and anyPolicy written out: the caller's inhibition begins below the anchor.
    const crossed = { anchor: certificate({ certificatePolicies: [anyPolicy] }), initialAnyPolicyInhibit: true };
    expect(run([certificate({ certificatePolicies: [a] })], crossed).policies).toEqual([a]);
    expect(run(leaf, crossed).policies).toEqual([]);
    expect(run(leaf, anchor({ inhibitAnyPolicy: 0, policyConstraints: { requireExplicitPolicy: 0 } })).codes).toEqual([
      'policy_missing 0',
    ]);
    expect(run(leaf, anchor({ certificatePolicies: [a] })).policies).toEqual([a]);
    expect(
      run([], { ...anchor({ certificatePolicies: [a] }), initialPolicySet: [b], initialExplicitPolicy: true }),
    ).toEqual({
      codes: ['policy_missing 0'],
      policies: [],
    });
  });

  it('mappings that double a tree at each authority leave the graph as wide as the certificates (RFC 9618 §3)', () => {
    const policies = Array.from({ length: 12 }, (_, i) => `1.3.6.1.4.1.${i + 1}`);
    const all = policies.flatMap((from) => policies.map((to): [string, string] => [from, to]));
    const authority = certificate({ certificatePolicies: policies, policyMappings: all });
    const path = [...Array.from({ length: 40 }, () => authority), certificate({ certificatePolicies: policies })];
    expect(run(path, { initialExplicitPolicy: true })).toEqual({ codes: [], policies: [...policies].sort() });
  });

  it('what stands under anyPolicy alone may be mapped, and keeps the name that it had', () => {
    const mapped = (...policies: string[]) =>
      run([
        certificate({ certificatePolicies: policies, policyMappings: [[a, c]] }),
        certificate({ certificatePolicies: [c] }),
      ]).policies;
    expect(mapped(anyPolicy)).toEqual([a]);
    expect(mapped(b)).toEqual([]);
    expect(mapped(anyPolicy, b)).toEqual([a]);
  });

  it('mapping once inhibited stays so, however many authorities follow', () => {
    const path = [
      certificate({ certificatePolicies: [a] }),
      certificate({ certificatePolicies: [a] }),
      certificate({ certificatePolicies: [a], policyMappings: [[a, c]] }),
      certificate({ certificatePolicies: [c] }),
    ];
    expect(run(path).policies).toEqual([a]);
    expect(run(path, { initialPolicyMappingInhibit: true }).policies).toEqual([]);
  });
});
