/**
 * Certificate policies of a path: the steps of RFC 5280 §6.1.2 to §6.1.5 about them, in their order and words, over the
 * valid_policy_graph of RFC 9618 in place of the tree. The graph has one node for each policy and depth and one edge for
 * each mapping, so its size is bounded by the size of the certificates.
 *
 * Nodes without children are not deleted step by step (§6.1.3 (d)(3)): the graph is NULL exactly when its lowest depth is
 * empty, and what does not reach the lowest depth is left out once, in the wrap-up. Qualifiers are not processed.
 *
 * Departure: the anchor's certificate counts as one more certificate at the top (as RFC 5937 §3 has it for anchors
 * that carry constraints), except that without certificatePolicies it restricts nothing, where §6.1.3 (e) would.
 */
import { type Finding, finding } from '../findings/finding.js';
import { compareNames } from '../names/distinguished-name.js';
import type { Certificate } from '../x509/certificate.js';

export const anyPolicy = '2.5.29.32.0';

export interface PolicyInput {
  /** From the certificate that the anchor issued to the end entity. */
  readonly certificates: readonly Certificate[];
  readonly anchor: Certificate | undefined;
  readonly initialPolicySet: readonly string[];
  readonly initialExplicitPolicy: boolean;
  readonly initialPolicyMappingInhibit: boolean;
  readonly initialAnyPolicyInhibit: boolean;
}

export interface PolicyOutput {
  readonly findings: Finding[];
  /** user_constrained_policy_set: the policies that hold for the whole path and that the caller accepts. */
  readonly policies: string[];
}

interface PolicyNode {
  /** valid_policy of the parents, one depth above. */
  readonly parents: readonly string[];
  expectedPolicySet: ReadonlySet<string>;
}

/** The nodes of one depth by valid_policy. */
type Level = Map<string, PolicyNode>;

interface State {
  /** Depth 0 first. The last level is empty when the graph is NULL. */
  readonly levels: Level[];
  explicitPolicy: number;
  policyMapping: number;
  inhibitAnyPolicy: number;
}

export function processPolicies(input: PolicyInput): PolicyOutput {
  const sequence = input.anchor === undefined ? input.certificates : [input.anchor, ...input.certificates];
  const n = sequence.length;
  const findings: Finding[] = [];
  // §6.1.2 (a), (d), (e), (f)
  const state: State = {
    levels: [new Map([[anyPolicy, { parents: [], expectedPolicySet: new Set([anyPolicy]) }]])],
    explicitPolicy: input.initialExplicitPolicy ? 0 : n + 1,
    policyMapping: input.initialPolicyMappingInhibit ? 0 : n + 1,
    inhibitAnyPolicy: input.initialAnyPolicyInhibit ? 0 : n + 1,
  };
  let missing: number | undefined;
  for (const [position, certificate] of sequence.entries()) {
    const index = n - 1 - position;
    const final = index === 0;
    const selfIssued = compareNames(certificate.subject, certificate.issuer);
    const isAnchor = input.anchor !== undefined && position === 0;
    state.levels.push(nextLevel(state, policiesOf(certificate, isAnchor), selfIssued && !final));
    // §6.1.3 (f)
    if (state.explicitPolicy === 0 && lowest(state).size === 0) missing ??= index;
    if (!final) findings.push(...prepareForNext(state, certificate, selfIssued, index));
  }
  const end = sequence.at(-1);
  // §6.1.5 (a), (b)
  if (state.explicitPolicy !== 0) state.explicitPolicy--;
  if (end?.policyConstraints?.requireExplicitPolicy === 0) state.explicitPolicy = 0;
  const policies = userConstrainedPolicySet(state.levels, input.initialPolicySet);
  // §6.1.5 (g): success needs explicit_policy above 0 or a policy that holds.
  if (state.explicitPolicy === 0 && policies.length === 0) missing ??= 0;
  if (missing !== undefined) findings.push(finding('policy_missing', {}, { certificate: missing }));
  return { findings, policies };
}

function lowest(state: State): Level {
  return state.levels.at(-1) as Level;
}

interface AssertedPolicies {
  readonly policies: readonly string[];
  /** What inhibits anyPolicy begins below the anchor: anyPolicy of its own, or no extension at all, stands for any policy. */
  readonly unrestricted: boolean;
}

function policiesOf(certificate: Certificate, isAnchor: boolean): AssertedPolicies {
  const asserted = certificate.certificatePolicies?.map((information) => information.policyIdentifier);
  return { policies: asserted ?? (isAnchor ? [anyPolicy] : []), unrestricted: isAnchor };
}

/** §6.1.3 (d) and (e): the nodes of depth i. */
function nextLevel(state: State, asserted: AssertedPolicies, selfIssuedIntermediate: boolean): Level {
  const above = lowest(state);
  const expectedBy = new Map<string, string[]>();
  for (const [validPolicy, node] of above) {
    for (const policy of node.expectedPolicySet) {
      const parents = expectedBy.get(policy);
      if (parents === undefined) expectedBy.set(policy, [validPolicy]);
      else parents.push(validPolicy);
    }
  }
  const level: Level = new Map();
  const add = (policy: string, parents: readonly string[]) =>
    level.set(policy, { parents, expectedPolicySet: new Set([policy]) });
  // (d)(1)
  for (const policy of asserted.policies) {
    if (policy === anyPolicy) continue;
    const parents = expectedBy.get(policy) ?? (above.has(anyPolicy) ? [anyPolicy] : undefined);
    if (parents !== undefined) add(policy, parents);
  }
  // (d)(2)
  const mayAssertAny = asserted.unrestricted || state.inhibitAnyPolicy > 0 || selfIssuedIntermediate;
  if (mayAssertAny && asserted.policies.includes(anyPolicy)) {
    for (const [policy, parents] of expectedBy) if (!level.has(policy)) add(policy, parents);
  }
  return level;
}

/** §6.1.4 (a), (b), (h), (i), (j). */
function prepareForNext(state: State, certificate: Certificate, selfIssued: boolean, index: number): Finding[] {
  const findings: Finding[] = [];
  const mappings = new Map<string, Set<string>>();
  for (const { issuerDomainPolicy, subjectDomainPolicy } of certificate.policyMappings ?? []) {
    // (a)
    if (issuerDomainPolicy === anyPolicy || subjectDomainPolicy === anyPolicy) {
      if (findings.length === 0) findings.push(finding('policy_mapping_invalid', {}, { certificate: index }));
      continue;
    }
    const equivalent = mappings.get(issuerDomainPolicy);
    if (equivalent === undefined) mappings.set(issuerDomainPolicy, new Set([subjectDomainPolicy]));
    else equivalent.add(subjectDomainPolicy);
  }
  applyMappings(state, mappings);
  // (h)
  if (!selfIssued) {
    if (state.explicitPolicy !== 0) state.explicitPolicy--;
    if (state.policyMapping !== 0) state.policyMapping--;
    if (state.inhibitAnyPolicy !== 0) state.inhibitAnyPolicy--;
  }
  // (i), (j)
  const { policyConstraints, inhibitAnyPolicy } = certificate;
  state.explicitPolicy = Math.min(state.explicitPolicy, policyConstraints?.requireExplicitPolicy ?? Infinity);
  state.policyMapping = Math.min(state.policyMapping, policyConstraints?.inhibitPolicyMapping ?? Infinity);
  state.inhibitAnyPolicy = Math.min(state.inhibitAnyPolicy, inhibitAnyPolicy ?? Infinity);
  return findings;
}

/** §6.1.4 (b). */
function applyMappings(state: State, mappings: ReadonlyMap<string, ReadonlySet<string>>): void {
  const level = lowest(state);
  for (const [issuerDomainPolicy, subjectDomainPolicies] of mappings) {
    if (state.policyMapping === 0) {
      level.delete(issuerDomainPolicy);
      continue;
    }
    const node = level.get(issuerDomainPolicy);
    if (node !== undefined) node.expectedPolicySet = subjectDomainPolicies;
    else if (level.has(anyPolicy)) {
      level.set(issuerDomainPolicy, { parents: [anyPolicy], expectedPolicySet: subjectDomainPolicies });
    }
  }
}

/** RFC 9618 §5.5: §6.1.5 (g) over the graph. */
function userConstrainedPolicySet(levels: readonly Level[], initialPolicySet: readonly string[]): string[] {
  // Nodes that lead to the lowest depth, from there upwards: what is left after deleting nodes without children.
  const authorityConstrained = new Set<string>();
  let reached: Set<string> = new Set(levels.at(-1)?.keys());
  if (reached.has(anyPolicy)) authorityConstrained.add(anyPolicy);
  for (let depth = levels.length - 1; depth > 0; depth--) {
    const parents = new Set<string>();
    for (const policy of reached) {
      const node = levels[depth]?.get(policy);
      if (node === undefined) continue;
      const fromAnyPolicy = node.parents.length === 1 && node.parents[0] === anyPolicy;
      if (policy !== anyPolicy && fromAnyPolicy) authorityConstrained.add(policy);
      for (const parent of node.parents) parents.add(parent);
    }
    reached = parents;
  }
  if (initialPolicySet.includes(anyPolicy)) return [...authorityConstrained];
  const accepted = new Set(initialPolicySet);
  if (authorityConstrained.has(anyPolicy)) return [...accepted];
  return [...authorityConstrained].filter((policy) => accepted.has(policy));
}
