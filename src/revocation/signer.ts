/**
 * Who signed a CRL (RFC 5280 §6.3.3 (f), (g)): an authority of the certificate's own path, another certificate of that
 * authority with another key (rollover, a key for CRLs only), or a delegated issuer. Any but the first needs its own valid
 * path to the same anchor, and its own status is judged too. Stricter than the RFC: who signs under the name of an authority
 * of the path must have that name from the path, not from some other authority under the anchor.
 *
 * Key identifiers are a hint for the order only (§5.2.1: many issuers get them wrong). A signer whose status rests on a
 * CRL that it signs itself is judged by that CRL, and this is said (self-asserted): the recursion ends there.
 *
 * The signer's path is asked about at thisUpdate, not at the time of the question: what counts is that the signer might
 * sign when it did. A CRL dated after the signer's notAfter proves revocation only.
 */
import { keyAcceptance, signatureAcceptance } from '../crypto/acceptance.js';
import { loadPublicKey, type PublicKey } from '../crypto/keys.js';
import { equalOctets } from '../der/octets.js';
import { buildPaths } from '../path/build.js';
import type { PathContext, ProspectivePath } from '../path/context.js';
import { anyPolicy } from '../path/policy-graph.js';
import { validatePath } from '../path/validate.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { CertificateList } from '../x509/crl.js';
import { checkCrlSignature, maySignCrls } from './crl-signature.js';
import type { CrlSignature, HeldCrl } from './held-crl.js';
import { type CrlSigner, type Judge, type Place, payForSignature, subjectOf } from './judge.js';
import { evaluate } from './status.js';

export { checkCrlSignature, maySignCrls } from './crl-signature.js';

export type SignerAnswer =
  | { readonly ok: true; readonly signer: CrlSigner }
  /** `bad`: there are certificates with the issuer's name, and no key of theirs fits. */
  | { readonly ok: false; readonly bad: boolean; readonly why: string };

/** Certificates of one name that are tried for one CRL. */
const maximumCandidates = 16;
/** Paths of one signer that are looked at. */
const maximumSignerPaths = 4;

export function signerOf(crl: HeldCrl, place: Place, judge: Judge): SignerAnswer {
  let answer: SignerAnswer = { ok: false, bad: false, why: 'the certificate of its signer is not known' };
  for (const candidate of candidatesFor(crl, place, judge)) {
    const key = keyOf(candidate, place);
    const fits = key === undefined ? 'unknown' : signatureFits(crl, candidate, key, judge);
    if (fits !== 'good' || key === undefined) {
      if (!answer.ok && answer.why === 'the certificate of its signer is not known')
        answer =
          fits === 'bad'
            ? { ok: false, bad: true, why: 'its signature does not fit the key of its issuer' }
            : { ok: false, bad: false, why: 'its signature could not be checked' };
      continue;
    }
    const assessed = assess(crl, candidate, key, place, judge);
    if (assessed.ok && assessed.signer.noGoodness === undefined) return assessed;
    if (assessed.ok || !answer.ok) answer = assessed;
  }
  return answer;
}

/** The path's own authorities first, then other certificates of that name; those that the key identifier points to before all. */
function candidatesFor(crl: HeldCrl, { path, index }: Place, { context }: Judge): readonly KnownCertificate[] {
  const issuer = path[index + 1];
  // Nearly always it is the issuer, and the only one of its name.
  const all = issuer?.subjectKey === crl.issuerKey ? [issuer] : [];
  for (let above = index + 2; above < path.length; above++) addCandidate(all, path[above], crl);
  for (const known of context.source.bySubject(crl.issuerKey)) addCandidate(all, known, crl);
  addCandidate(all, path[index], crl);
  if (all.length < 2) return all;
  const rank = (known: KnownCertificate) => identifierHint(crl.list, known) ?? 1;
  return all
    .map((known) => ({ known, rank: rank(known) }))
    .sort((a, b) => b.rank - a.rank)
    .slice(0, maximumCandidates)
    .map(({ known }) => known);
}

function addCandidate(all: KnownCertificate[], known: KnownCertificate | undefined, crl: HeldCrl): void {
  if (known === undefined || known.subjectKey !== crl.issuerKey) return;
  for (const other of all) if (other.sha256 === known.sha256) return;
  all.push(known);
}

/** 2: the key identifiers agree; 0: they differ; undefined: they say nothing. */
function identifierHint({ authorityKeyIdentifier }: CertificateList, { certificate }: KnownCertificate) {
  const wanted = authorityKeyIdentifier?.keyIdentifier;
  if (wanted === undefined || certificate.subjectKeyIdentifier === undefined) return undefined;
  return equalOctets(wanted, certificate.subjectKeyIdentifier) ? 2 : 0;
}

/** The key, with DSA parameters inherited from the path where it has none of its own (§6.1.4 (e)). */
function keyOf(known: KnownCertificate, { path }: Place): PublicKey | undefined {
  if (known.loadedKey.ok) return known.loadedKey.value;
  const at = path.findIndex((member) => member.sha256 === known.sha256);
  for (const { loadedKey: above } of at === -1 ? [] : path.slice(at + 1)) {
    // One that inherits too.
    if (!above.ok) continue;
    // A key of another algorithm has none to hand down.
    if (above.value.dsaParameters === undefined) return undefined;
    const loaded = loadPublicKey(known.certificate.publicKey, above.value.dsaParameters);
    return loaded.ok ? loaded.value : undefined;
  }
  return undefined;
}

/** (g), worked out once for each CRL and key. The price is the same whether the answer is remembered or not. */
function signatureFits(crl: HeldCrl, known: KnownCertificate, key: PublicKey, judge: Judge): CrlSignature {
  if (crl.verifiedKeys !== undefined) return crl.verifiedKeys.has(known.publicKeyId) ? 'good' : 'bad';
  if (!payForSignature(judge.work, crl.list.tbs.length)) return 'unknown';
  const remembered = crl.signatures.get(known);
  if (remembered !== undefined) return remembered;
  const fits = checkCrlSignature(crl.list, key);
  // A key that inherits its parameters is another key under other parents: not remembered.
  if (known.loadedKey.ok) crl.signatures.set(known, fits);
  return fits;
}

/** The signature fits; may this certificate sign, and how far does its word go? */
function assess(crl: HeldCrl, known: KnownCertificate, key: PublicKey, place: Place, judge: Judge): SignerAnswer {
  const inPath = indexAbove(place, known);
  if (!maySignCrls(known.certificate, inPath !== -1)) return refuse('the certificate of its signer may not sign CRLs');
  const weak = weaknessOf(crl, key, judge.context);
  if (weak !== undefined) return refuse(weak);
  if (inPath !== -1) return accept(crl, known, { path: place.path, index: inPath }, judge);
  if (known.sha256 === subjectOf(place).sha256) {
    return { ok: true, signer: { known, noGoodness: expiryProblem(crl, known), selfAsserted: true } };
  }
  return assessDelegated(crl, known, place, judge);
}

/** Where a certificate stands in the path above the place; -1: nowhere. */
function indexAbove({ path, index }: Place, { sha256 }: KnownCertificate): number {
  for (let above = index + 1; above < path.length; above++) if (path[above]?.sha256 === sha256) return above;
  return -1;
}

const refuse = (why: string): SignerAnswer => ({ ok: false, bad: false, why });

/** REVOCATION.md, rule 11: each object at its own time, which for a CRL is thisUpdate: it speaks of nothing later. */
function weaknessOf({ list }: HeldCrl, key: PublicKey, { algorithms }: PathContext): string | undefined {
  const at = list.thisUpdate;
  const weak = signatureAcceptance(list.signatureAlgorithm, at, algorithms)[0] ?? keyAcceptance(key, at, algorithms)[0];
  return weak === undefined ? undefined : `the algorithm of its signature is not accepted (${weak.code})`;
}

function expiryProblem({ list }: HeldCrl, { certificate }: KnownCertificate): string | undefined {
  return list.thisUpdate > certificate.notAfter
    ? 'it was issued after the certificate of its signer had expired'
    : undefined;
}

/** An authority of the path itself. Its validity and status are reported with the path; only its compromise counts here. */
function accept(crl: HeldCrl, known: KnownCertificate, at: Place, judge: Judge): SignerAnswer {
  const noGoodness = expiryProblem(crl, known) ?? compromiseProblem(crl, at, judge);
  return { ok: true, signer: { known, noGoodness, selfAsserted: false } };
}

/** Rule 6: what a key signed that was in other hands later must be shown to be older. The anchor has no status. */
function compromiseProblem({ existedBy }: HeldCrl, at: Place, judge: Judge): string | undefined {
  for (let index = at.index; index < at.path.length - 1; index++) {
    const judgement = judge.judgementOf({ path: at.path, index });
    // It is being judged just now, by this CRL among others: what rests on itself proves nothing.
    if (judgement === undefined) return 'nothing proves that its signer was not revoked';
    const from = judgement.compromisedFrom;
    if (from !== undefined && !(existedBy !== undefined && existedBy < from)) {
      return 'its signer was revoked, and nothing shows that it existed before';
    }
  }
  return undefined;
}

function assessDelegated(crl: HeldCrl, known: KnownCertificate, place: Place, judge: Judge): SignerAnswer {
  const { certificate } = known;
  const at = Math.min(Math.max(crl.list.thisUpdate, certificate.notBefore), certificate.notAfter);
  let answer: SignerAnswer = refuse('its signer has no path to the same anchor');
  const above = place.path.slice(place.index + 1);
  const ofPath = above.some(({ subjectKey }) => subjectKey === crl.issuerKey);
  for (const path of signerPathsOf(known, place, judge)) {
    if (ofPath && !isNamedBy(above, path.certificates)) {
      answer = answer.ok ? answer : refuse('its signer was named by another authority than its issuer');
      continue;
    }
    const problem = validatePath(path, signerContext(judge.context, at)).find(({ severity }) => severity === 'error');
    if (problem !== undefined) {
      answer = answer.ok ? answer : refuse(`the path of its signer is not valid (${problem.code})`);
      continue;
    }
    const assessed = assessPath(crl, known, path.certificates, at, place, judge);
    if (assessed.ok && assessed.signer.noGoodness === undefined) return assessed;
    answer = assessed;
  }
  return answer;
}

/**
 * Does a signer's path lead to a key of `above` through names of `above` alone? Otherwise an authority that may issue for a few
 * host names only could certify a CRL signer under the name of any other authority.
 */
function isNamedBy(above: readonly KnownCertificate[], signerPath: readonly KnownCertificate[]): boolean {
  for (const { publicKeyId, subjectKey } of signerPath) {
    if (above.some((member) => member.publicKeyId === publicKeyId)) return true;
    if (!above.some((member) => member.subjectKey === subjectKey)) return false;
  }
  return false;
}

/** Status of the signer and of the authorities between it and the path under judgement. */
function assessPath(
  crl: HeldCrl,
  known: KnownCertificate,
  path: readonly KnownCertificate[],
  at: number,
  place: Place,
  judge: Judge,
): SignerAnswer {
  let noGoodness = expiryProblem(crl, known);
  let selfAsserted = false;
  for (let index = path.length - 2; index >= 0; index--) {
    const member = path[index] as KnownCertificate;
    // Judged with the path itself.
    if (indexAbove(place, member) !== -1) continue;
    const judgement = judge.judgementOf({ path, index });
    const status = judgement === undefined ? undefined : evaluate(judgement, at);
    if (status?.status !== 'good') {
      noGoodness ??=
        status?.status === 'revoked' ? 'its signer is revoked' : 'nothing proves that its signer was not revoked';
    }
    selfAsserted ||= status?.evidence?.signer.selfAsserted ?? false;
  }
  noGoodness ??= compromiseProblem(crl, { path, index: 0 }, judge);
  return { ok: true, signer: { known, noGoodness, selfAsserted } };
}

/** §6.3.3 (f): the trust anchor MUST be the same as for the certificate itself. Built once for each signer. */
function signerPathsOf(known: KnownCertificate, place: Place, judge: Judge): readonly ProspectivePath[] {
  const built = judge.signerPaths.get(known.sha256);
  if (built !== undefined) return built;
  const top = place.path[place.path.length - 1] as KnownCertificate;
  const paths: ProspectivePath[] = [];
  for (const path of buildPaths(known, judge.context)) {
    if (path.certificates.at(-1)?.sha256 === top.sha256) paths.push(path);
    if (paths.length === maximumSignerPaths) break;
  }
  judge.signerPaths.set(known.sha256, paths);
  return paths;
}

/** The question about a signer: no policies, no limit on intermediates; duties of issuers are asked of the path itself. */
function signerContext(context: PathContext, at: number): PathContext {
  return {
    ...context,
    at,
    conformance: 'tolerant',
    validityModel: 'shell',
    maxIntermediates: undefined,
    initialPolicySet: [anyPolicy],
    initialExplicitPolicy: false,
    initialPolicyMappingInhibit: false,
    initialAnyPolicyInhibit: false,
  };
}
