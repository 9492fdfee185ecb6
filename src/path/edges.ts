/**
 * One edge of a path: does the issuer's key fit the signature on the child? Computed once for each pair. The budget is
 * charged for each pair that a request asks about, cached or not: what was asked before must not change an answer.
 */

import { idDsa } from '../crypto/algorithms.js';
import { loadPublicKey, type PublicKey } from '../crypto/keys.js';
import { verifySignature } from '../crypto/signature.js';
import { equalOctets } from '../der/octets.js';
import type { Finding } from '../findings/finding.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { budgetFinding, spend } from './budget.js';
import type { PathContext } from './context.js';

export type EdgeResult =
  | { readonly status: 'good'; readonly key: PublicKey }
  | { readonly status: 'bad'; readonly key: PublicKey | undefined }
  | { readonly status: 'unknown'; readonly key: PublicKey | undefined; readonly finding: Finding | undefined };

/**
 * What is remembered of one child (by its hash): the answer for each key that may have signed it. A list, because nearly
 * every child has one issuer, and a text of both hashes as the only key would be built and hashed anew for each question.
 */
export interface KeyedEdge {
  /** publicKeyId of the issuer. */
  readonly issuer: string;
  /** DSA parameters that the issuer's key took from above. */
  readonly inherited: Uint8Array | undefined;
  readonly result: EdgeResult;
}

/** Keys remembered for one child in the snapshot. */
const maximumIssuers = 8;

/** `inherited`: the DSA parameters of the working key (RFC 5280 §6.1.2 (i)), needed where the issuer's key has none of its own. */
export function checkEdge(
  child: KnownCertificate,
  issuer: KnownCertificate,
  context: PathContext,
  inherited?: Uint8Array,
): EdgeResult {
  const parameters = issuer.certificate.publicKey.algorithm.oid === idDsa ? inherited : undefined;
  const asked = context.edges.get(child.sha256);
  const known = find(asked, issuer, parameters);
  if (known !== undefined) return known;
  const result = compute(child, issuer, context, parameters);
  const edge: KeyedEdge = { issuer: issuer.publicKeyId, inherited: parameters, result };
  if (asked === undefined) context.edges.set(child.sha256, [edge]);
  else asked.push(edge);
  return result;
}

function find(
  edges: readonly KeyedEdge[] | undefined,
  issuer: KnownCertificate,
  inherited: Uint8Array | undefined,
): EdgeResult | undefined {
  if (edges === undefined) return undefined;
  for (const edge of edges) {
    if (edge.issuer === issuer.publicKeyId && sameParameters(edge.inherited, inherited)) return edge.result;
  }
  return undefined;
}

const sameParameters = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalOctets(a, b);

function compute(
  child: KnownCertificate,
  issuer: KnownCertificate,
  context: PathContext,
  inherited: Uint8Array | undefined,
): EdgeResult {
  const loaded = inherited === undefined ? issuer.loadedKey : loadPublicKey(issuer.certificate.publicKey, inherited);
  if (!loaded.ok) return { status: 'unknown', key: undefined, finding: loaded.finding };
  if (!spend(context.budget, 'signatureChecks')) {
    return { status: 'unknown', key: loaded.value, finding: budgetFinding(context.budget, 'signatureChecks') };
  }
  const remembered = context.edgeCache.get(child.sha256);
  const cached = find(remembered, issuer, inherited);
  if (cached !== undefined) return cached;
  const { tbs, signatureAlgorithm, signature } = child.certificate;
  const answer = verifySignature(signatureAlgorithm, tbs, signature, loaded.value);
  const result: EdgeResult =
    answer.verdict === 'unsupported'
      ? { status: 'unknown', key: loaded.value, finding: answer.finding }
      : { status: answer.verdict, key: loaded.value };
  const edge: KeyedEdge = { issuer: issuer.publicKeyId, inherited, result };
  context.edgeCache.set(
    child.sha256,
    remembered === undefined ? [edge] : [edge, ...remembered.slice(0, maximumIssuers - 1)],
  );
  return result;
}
