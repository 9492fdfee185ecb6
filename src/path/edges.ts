/**
 * One edge of a path: does the issuer's key fit the signature on the child? Computed once for each pair. The budget is
 * charged for each pair that a request asks about, cached or not: what was asked before must not change an answer.
 */

import { idDsa } from '../crypto/algorithms.js';
import { loadPublicKey, type PublicKey } from '../crypto/keys.js';
import { verifySignature } from '../crypto/signature.js';
import type { Finding } from '../findings/finding.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { budgetFinding, spend } from './budget.js';
import type { PathContext } from './context.js';

export type EdgeResult =
  | { readonly status: 'good'; readonly key: PublicKey }
  | { readonly status: 'bad'; readonly key: PublicKey | undefined }
  | { readonly status: 'unknown'; readonly key: PublicKey | undefined; readonly finding: Finding | undefined };

/** The DSA parameters of the working key (RFC 5280 §6.1.2 (i)), needed where the issuer's key has none of its own. */
export function checkEdge(
  child: KnownCertificate,
  issuer: KnownCertificate,
  context: PathContext,
  inherited?: Uint8Array,
): EdgeResult {
  const inherits = inherited !== undefined && issuer.certificate.publicKey.algorithm.oid === idDsa;
  const id = `${child.sha256}${issuer.publicKeyId}${inherits ? Buffer.from(inherited).toString('latin1') : ''}`;
  const asked = context.edges.get(id);
  if (asked !== undefined) return asked;
  const result = compute(id, child, issuer, context, inherits ? inherited : undefined);
  context.edges.set(id, result);
  return result;
}

function compute(
  id: string,
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
  const cached = context.edgeCache.get(id);
  if (cached !== undefined) return cached;
  const { tbs, signatureAlgorithm, signature } = child.certificate;
  const answer = verifySignature(signatureAlgorithm, tbs, signature, loaded.value);
  const result: EdgeResult =
    answer.verdict === 'unsupported'
      ? { status: 'unknown', key: loaded.value, finding: answer.finding }
      : { status: answer.verdict, key: loaded.value };
  context.edgeCache.set(id, result);
  return result;
}
