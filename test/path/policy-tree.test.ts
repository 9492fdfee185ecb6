/**
 * The valid_policy_tree of RFC 5280 §6.1.2 to §6.1.5, step by step as it stands there, against the graph of RFC 9618 that the
 * verifier uses: they must agree on every path. The tree grows exponentially, so the paths are short.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyPolicy, processPolicies } from '../../src/path/policy-graph.js';
import type { ExtensionsInput } from '../../src/stand-in/index.js';
import { issue } from '../names/certificates.js';

interface Node {
  validPolicy: string;
  expected: string[];
  parent: Node | undefined;
  children: Node[];
}

interface Plan {
  selfIssued: boolean;
  policies: string[] | undefined;
  mappings: [string, string][];
  requireExplicitPolicy: number | undefined;
  inhibitPolicyMapping: number | undefined;
  inhibitAnyPolicy: number | undefined;
}

interface Inputs {
  initialPolicySet: string[];
  initialExplicitPolicy: boolean;
  initialPolicyMappingInhibit: boolean;
  initialAnyPolicyInhibit: boolean;
}

const child = (parent: Node, validPolicy: string, expected = [validPolicy]): Node => {
  const node = { validPolicy, expected, parent, children: [] };
  parent.children.push(node);
  return node;
};

const remove = (node: Node) => node.parent?.children.splice(node.parent.children.indexOf(node), 1);

const nodesAt = (root: Node | undefined, depth: number): Node[] =>
  root === undefined ? [] : depth === 0 ? [root] : root.children.flatMap((next) => nodesAt(next, depth - 1));

/** §6.1.3 (d)(3) and its like: nodes above `depth` that have no children go. */
function prune(root: Node | undefined, depth: number): Node | undefined {
  for (let at = depth - 1; at > 0; at--) {
    for (const node of nodesAt(root, at)) if (node.children.length === 0) remove(node);
  }
  return root === undefined || (depth > 0 && root.children.length === 0) ? undefined : root;
}

function reference(path: Plan[], inputs: Inputs): { success: boolean; policies: string[] } {
  const n = path.length;
  let tree: Node | undefined = { validPolicy: anyPolicy, expected: [anyPolicy], parent: undefined, children: [] };
  let explicitPolicy = inputs.initialExplicitPolicy ? 0 : n + 1;
  let inhibitAny = inputs.initialAnyPolicyInhibit ? 0 : n + 1;
  let policyMapping = inputs.initialPolicyMappingInhibit ? 0 : n + 1;
  for (const [index, certificate] of path.entries()) {
    const i = index + 1;
    // §6.1.3 (d)
    if (tree !== undefined && certificate.policies !== undefined) {
      const above = nodesAt(tree, i - 1);
      for (const policy of certificate.policies.filter((one) => one !== anyPolicy)) {
        const matching = above.filter(({ expected }) => expected.includes(policy));
        for (const parent of matching) child(parent, policy);
        const any = above.find(({ validPolicy }) => validPolicy === anyPolicy);
        if (matching.length === 0 && any !== undefined) child(any, policy);
      }
      if (certificate.policies.includes(anyPolicy) && (inhibitAny > 0 || (i < n && certificate.selfIssued))) {
        for (const parent of above) {
          for (const policy of parent.expected) {
            if (!parent.children.some(({ validPolicy }) => validPolicy === policy)) child(parent, policy);
          }
        }
      }
      tree = prune(tree, i);
    }
    // (e), (f)
    if (certificate.policies === undefined) tree = undefined;
    if (explicitPolicy === 0 && tree === undefined) return { success: false, policies: [] };
    if (i === n) break;
    // §6.1.4 (b)
    for (const from of new Set(certificate.mappings.map(([issuerDomainPolicy]) => issuerDomainPolicy))) {
      const to = certificate.mappings
        .filter(([one]) => one === from)
        .map(([, subjectDomainPolicy]) => subjectDomainPolicy);
      const level = nodesAt(tree, i);
      const mapped = level.filter(({ validPolicy }) => validPolicy === from);
      if (policyMapping > 0) {
        for (const node of mapped) node.expected = to;
        const any = level.find(({ validPolicy }) => validPolicy === anyPolicy);
        if (mapped.length === 0 && any?.parent !== undefined) child(any.parent, from, to);
      } else {
        for (const node of mapped) remove(node);
        tree = prune(tree, i);
      }
    }
    // (h) to (j)
    if (!certificate.selfIssued) {
      explicitPolicy = Math.max(0, explicitPolicy - 1);
      policyMapping = Math.max(0, policyMapping - 1);
      inhibitAny = Math.max(0, inhibitAny - 1);
    }
    explicitPolicy = Math.min(explicitPolicy, certificate.requireExplicitPolicy ?? Infinity);
    policyMapping = Math.min(policyMapping, certificate.inhibitPolicyMapping ?? Infinity);
    inhibitAny = Math.min(inhibitAny, certificate.inhibitAnyPolicy ?? Infinity);
  }
  // §6.1.5 (a), (b)
  explicitPolicy = Math.max(0, explicitPolicy - 1);
  if (path.at(-1)?.requireExplicitPolicy === 0) explicitPolicy = 0;
  // (g): the nodes whose parent is anyPolicy are the policies in the words of the first authority.
  const ofAnyPolicy = () =>
    path.flatMap((_, i) => nodesAt(tree, i + 1)).filter(({ parent }) => parent?.validPolicy === anyPolicy);
  if (!inputs.initialPolicySet.includes(anyPolicy)) {
    const nodes = ofAnyPolicy();
    const [end] = nodesAt(tree, n).filter(({ validPolicy }) => validPolicy === anyPolicy);
    for (const node of nodes) {
      if (node.validPolicy !== anyPolicy && !inputs.initialPolicySet.includes(node.validPolicy)) remove(node);
    }
    if (end?.parent !== undefined) {
      for (const policy of inputs.initialPolicySet) {
        if (!nodes.some(({ validPolicy }) => validPolicy === policy)) child(end.parent, policy);
      }
      remove(end);
    }
    tree = prune(tree, n);
  }
  const policies = new Set(
    ofAnyPolicy().flatMap((node) =>
      node.validPolicy === anyPolicy && node.children.length > 0 ? [] : [node.validPolicy],
    ),
  );
  return { success: explicitPolicy > 0 || tree !== undefined, policies: [...policies].sort() };
}

const { subject: other } = issue('CN=Issuer');
const made = new Map<string, ReturnType<typeof issue>>();
function certificateOf(plan: Plan) {
  const key = JSON.stringify(plan);
  const { selfIssued, policies, mappings, requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy } = plan;
  const policyConstraints = {
    ...(requireExplicitPolicy === undefined ? {} : { requireExplicitPolicy }),
    ...(inhibitPolicyMapping === undefined ? {} : { inhibitPolicyMapping }),
  };
  const extensions: ExtensionsInput = {
    ...(policies === undefined ? {} : { certificatePolicies: policies }),
    ...(mappings.length === 0 ? {} : { policyMappings: mappings }),
    ...(Object.keys(policyConstraints).length === 0 ? {} : { policyConstraints }),
    ...(inhibitAnyPolicy === undefined ? {} : { inhibitAnyPolicy }),
  };
  const certificate = made.get(key) ?? issue('CN=Subject', [], extensions);
  made.set(key, certificate);
  // Only the names decide whether it is self-issued.
  return selfIssued ? certificate : { ...certificate, issuer: other };
}

const [a, b, c] = ['1.3.6.1.4.1.1', '1.3.6.1.4.1.2', '1.3.6.1.4.1.3'];
const named = fc.constantFrom(a, b, c);
const skip = fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined, freq: 1 });
const certificatePlan: fc.Arbitrary<Plan> = fc.record({
  selfIssued: fc.boolean(),
  policies: fc.option(fc.subarray([anyPolicy, a, b, c], { minLength: 1 }), { nil: undefined, freq: 12 }),
  mappings: fc.oneof(fc.constant<[string, string][]>([]), fc.uniqueArray(fc.tuple(named, named), { maxLength: 4 })),
  requireExplicitPolicy: skip,
  inhibitPolicyMapping: fc.option(fc.integer({ min: 0, max: 1 }), { nil: undefined, freq: 4 }),
  inhibitAnyPolicy: fc.option(fc.integer({ min: 0, max: 1 }), { nil: undefined, freq: 3 }),
});
const inputsPlan: fc.Arbitrary<Inputs> = fc.record({
  initialPolicySet: fc.oneof(fc.constant<string[]>([anyPolicy]), fc.subarray([a, b, c], { minLength: 1 })),
  initialExplicitPolicy: fc.boolean(),
  initialPolicyMappingInhibit: fc.constantFrom(false, false, false, true),
  initialAnyPolicyInhibit: fc.constantFrom(false, false, false, true),
});

describe('the policy graph', () => {
  it('says what the tree says', () => {
    let [successes, failures] = [0, 0];
    fc.assert(
      fc.property(fc.array(certificatePlan, { minLength: 1, maxLength: 5 }), inputsPlan, (plans, inputs) => {
        const expected = reference(plans, inputs);
        const output = processPolicies({ certificates: plans.map(certificateOf), anchor: undefined, ...inputs });
        expect(output.findings.map(({ code }) => code)).toEqual(expected.success ? [] : ['policy_missing']);
        if (expected.success) expect(output.policies.sort()).toEqual(expected.policies);
        if (expected.success) successes++;
        else failures++;
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(successes, failures)).toBeGreaterThan(100);
  });
});
