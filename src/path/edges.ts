/**
 * One edge of a path: does the issuer's key fit the signature on the child? Computed once for each pair and remembered with the
 * child, which the snapshot keeps or forgets. The budget is charged for each pair that a request asks about, remembered or
 * not: what was asked before must not change an answer.
 */

import { idDsa } from '../crypto/algorithms.js';
import { loadPublicKey } from '../crypto/keys.js';
import { verifySignature } from '../crypto/signature.js';
import { equalOctets } from '../der/octets.js';
import type { EdgeResult, KeyedEdge, KnownCertificate } from '../trust/known-certificate.js';
import { budgetFinding, spend } from './budget.js';
import type { PathContext } from './context.js';

/** Keys remembered with one child. */
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
  const edge: KeyedEdge = { publicKey: issuer.certificate.publicKey.der, inherited: parameters, result };
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
  const { der } = issuer.certificate.publicKey;
  for (const edge of edges) {
    // By their octets: hashing them would take longer, and mostly it is the same object.
    if (equalOctets(edge.publicKey, der) && sameParameters(edge.inherited, inherited)) return edge.result;
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
  const { budget } = context;
  if (!spend(budget, budget.signatureChecks)) {
    return { status: 'unknown', key: loaded.value, finding: budgetFinding(budget, 'signatureChecks') };
  }
  const known = find(child.edges, issuer, inherited);
  if (known !== undefined) return known;
  const { tbs, signatureAlgorithm, signature } = child.certificate;
  const answer = verifySignature(signatureAlgorithm, tbs, signature, loaded.value);
  const result: EdgeResult =
    answer.verdict === 'unsupported'
      ? { status: 'unknown', key: loaded.value, finding: answer.finding }
      : { status: answer.verdict, key: loaded.value };
  const { der } = issuer.certificate.publicKey;
  // What is kept must not hold on to the octets of a request.
  const edge = { publicKey: child.kept && !issuer.kept ? new Uint8Array(der) : der, inherited, result };
  child.edges = [edge, ...child.edges.slice(0, maximumIssuers - 1)];
  return result;
}
