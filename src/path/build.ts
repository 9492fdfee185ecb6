/**
 * Path building (RFC 4158): a depth-first search from the end entity up, by name, best candidate first, with backtracking.
 * Key identifiers are a hint for the order only. A certificate with the name and key of one that is already in the path
 * is a loop. Edges whose signature fails are not followed, unless nothing else reaches an anchor: then one such path is
 * given all the same, so that a CA that copies names is told from a missing certificate.
 *
 * It decides which paths there are; whether one is good is validate.ts' business. All work is paid from the budget.
 */
import { equalOctets } from '../der/octets.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { budgetLimits, spend } from './budget.js';
import type { PathContext, ProspectivePath } from './context.js';
import { checkEdge } from './edges.js';

export const maximumPathLength = budgetLimits.pathLength;

/** Paths that end nowhere and are kept for the report. */
const maximumPartialPaths = 4;

/** Every path from `endEntity`, best first. Those that reach an anchor come first, then pinned ends, then dead ends. */
export function* buildPaths(endEntity: KnownCertificate, context: PathContext): Generator<ProspectivePath> {
  const search: Search = { context, pinned: [], partial: [], reached: false, visited: undefined };
  yield* extend([endEntity], search);
  yield* search.pinned;
  if (search.reached || search.pinned.length > 0) return;
  // A second search, along broken edges too: does it reach an anchor by name?
  const byName: Search = { context, pinned: [], partial: [], reached: false, visited: new Set() };
  for (const path of extend([endEntity], byName)) {
    yield path;
    return;
  }
  const [firstPinned] = byName.pinned;
  if (firstPinned !== undefined) {
    yield firstPinned;
    return;
  }
  yield* search.partial;
}

interface Search {
  readonly context: PathContext;
  readonly pinned: ProspectivePath[];
  readonly partial: ProspectivePath[];
  reached: boolean;
  /**
   * Set where broken edges are followed: by hash what was tried. One way to an anchor is all that is asked then, and whoever
   * led nowhere once leads nowhere from another place; without it names alone would make every order of them a path.
   */
  readonly visited: Set<string> | undefined;
}

function* extend(path: KnownCertificate[], search: Search): Generator<ProspectivePath> {
  const { context, visited } = search;
  const last = path[path.length - 1] as KnownCertificate;
  const ending = context.source.endingOf(last);
  // At length 0 only a self-signed anchor ends the path: another one's trust is that of an issuer (DESIGN.md §6).
  if (ending === 'anchor' && (path.length > 1 || isSelfSigned(last, context))) {
    if (!spend(context.budget, 'paths')) return;
    search.reached = true;
    yield { certificates: path.slice(), ending };
    return;
  }
  let extended = false;
  if (path.length < maximumPathLength) {
    for (const candidate of candidates(last, path, context)) {
      // Without signatures nothing more can be told apart: going on would only walk.
      if (context.budget.exceeded.includes('signatureChecks') || !spend(context.budget, 'pathSteps')) return;
      // A DSA key may inherit its parameters from above: only the whole path can tell, so "unknown" goes on.
      if (visited === undefined ? checkEdge(last, candidate, context).status === 'bad' : visited.has(candidate.sha256))
        continue;
      visited?.add(candidate.sha256);
      extended = true;
      path.push(candidate);
      yield* extend(path, search);
      path.pop();
    }
  } else if (context.source.bySubject(last.issuerKey).length > 0) {
    // Not an issuer that is missing: say so.
    spend(context.budget, 'pathLength', path.length + 1);
  }
  if (ending === 'pinned') search.pinned.push({ certificates: path.slice(), ending });
  else if (!extended && search.partial.length < maximumPartialPaths) {
    search.partial.push({ certificates: path.slice(), ending: undefined });
  }
}

/** Who may have issued `child`, most promising first. */
function candidates(
  child: KnownCertificate,
  path: readonly KnownCertificate[],
  context: PathContext,
): KnownCertificate[] {
  const { source } = context;
  const named = source.bySubject(child.issuerKey);
  if (named.length === 0) return [];
  const fresh: KnownCertificate[] = [];
  for (const candidate of named) {
    if (!hiddenByPin(candidate, named, context) && !isIn(path, candidate)) fresh.push(candidate);
  }
  if (fresh.length < 2) return fresh;
  return fresh
    .map((candidate, index) => ({ candidate, index, score: score(child, candidate, context) }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map(({ candidate }) => candidate);
}

function isSelfSigned(known: KnownCertificate, context: PathContext): boolean {
  return known.selfIssued && checkEdge(known, known, context).status === 'good';
}

function isIn(path: readonly KnownCertificate[], candidate: KnownCertificate): boolean {
  for (const member of path) if (sameIdentity(member, candidate)) return true;
  return false;
}

function sameIdentity(a: KnownCertificate, b: KnownCertificate): boolean {
  return a.sha256 === b.sha256 || (a.subjectKey === b.subjectKey && a.publicKeyId === b.publicKeyId);
}

/** A certificate with the name and key of a pinned authority that is at hand itself does not stand in for it. */
function hiddenByPin(
  candidate: KnownCertificate,
  named: readonly KnownCertificate[],
  { source }: PathContext,
): boolean {
  if (candidate.pinned !== undefined || source.authorityOf(candidate) === undefined) return false;
  return named.some((other) => other.pinned !== undefined && other.publicKeyId === candidate.publicKeyId);
}

function score(child: KnownCertificate, candidate: KnownCertificate, { source, at }: PathContext): number {
  const { certificate } = candidate;
  let points = 0;
  if (source.endingOf(candidate) === 'anchor') points += 32;
  if (candidate.pinned !== undefined) points += 16;
  const wanted = child.certificate.authorityKeyIdentifier?.keyIdentifier;
  const has = certificate.subjectKeyIdentifier;
  if (wanted !== undefined && has !== undefined) points += equalOctets(wanted, has) ? 8 : -8;
  if (certificate.notBefore <= at && at <= certificate.notAfter) points += 4;
  if (certificate.basicConstraints?.cA === true) points += 2;
  // Self-issued certificates bridge a key rollover; the direct way is shorter.
  if (!candidate.selfIssued) points += 1;
  return points;
}
