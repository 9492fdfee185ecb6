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
import type { Ending } from '../trust/trust-store.js';
import { budgetLimits, isExceeded, spend } from './budget.js';
import type { PathContext, ProspectivePath } from './context.js';
import { checkEdge } from './edges.js';

export const maximumPathLength = budgetLimits.pathLength;

/** Paths that end nowhere and are kept for the report. */
const maximumPartialPaths = 4;

/** Every path from `endEntity`, best first. Those that reach an anchor come first, then pinned ends, then dead ends. */
export const buildPaths = (endEntity: KnownCertificate, context: PathContext): PathSearch =>
  new PathSearch(endEntity, context);

/** Nothing is looked for before it is asked for. No generator: starting and leaving one takes as long as a short path. */
export class PathSearch implements Iterable<ProspectivePath> {
  readonly #endEntity: KnownCertificate;
  readonly #context: PathContext;
  readonly #search: Search;
  /** What is told when the search is over, last one first. */
  #rest: ProspectivePath[] | undefined;

  constructor(endEntity: KnownCertificate, context: PathContext) {
    this.#endEntity = endEntity;
    this.#context = context;
    this.#search = new Search(endEntity, context, undefined);
  }

  next(): ProspectivePath | undefined {
    if (this.#rest !== undefined) return this.#rest.pop();
    const path = this.#search.next();
    if (path !== undefined) return path;
    this.#rest = this.#others().reverse();
    return this.#rest.pop();
  }

  *[Symbol.iterator](): Iterator<ProspectivePath> {
    for (let path = this.next(); path !== undefined; path = this.next()) yield path;
  }

  #others(): ProspectivePath[] {
    const { reached, pinned, partial } = this.#search;
    if (reached || pinned.length > 0) return pinned;
    // A second search, along broken edges too: does it reach an anchor by name, or a pinned end?
    const byName = new Search(this.#endEntity, this.#context, new Set());
    const found = byName.next() ?? byName.pinned[0];
    return found === undefined ? partial : [found];
  }
}

/** A certificate of the path under construction, and who may have issued it. */
interface Step {
  readonly ending: Ending;
  readonly candidates: readonly KnownCertificate[];
  /** Index of the candidate that is tried next. */
  next: number;
  extended: boolean;
}

/** The search with its stack written out: recursive generators would be most of what a short path costs. */
class Search {
  /** Paths that end at a pinned authority whose root is not at hand, and some that end nowhere: told after all others. */
  readonly pinned: ProspectivePath[] = [];
  readonly partial: ProspectivePath[] = [];
  reached = false;
  readonly #context: PathContext;
  readonly #path: KnownCertificate[] = [];
  readonly #steps: Step[] = [];
  /**
   * Set where broken edges are followed: by hash what was tried. One way to an anchor is all that is asked then, and whoever
   * led nowhere once leads nowhere from another place; without it names alone would make every order of them a path.
   */
  readonly #visited: Set<string> | undefined;
  /** What is to be added to the path next. */
  #entering: KnownCertificate | undefined;

  constructor(endEntity: KnownCertificate, context: PathContext, visited: Set<string> | undefined) {
    this.#context = context;
    this.#visited = visited;
    this.#entering = endEntity;
  }

  /** The next path that reaches an anchor. */
  next(): ProspectivePath | undefined {
    for (;;) {
      if (this.#entering !== undefined) {
        const reached = this.#enter(this.#entering);
        this.#entering = undefined;
        if (reached !== undefined) return reached;
      }
      const step = this.#steps[this.#steps.length - 1];
      if (step === undefined) return undefined;
      const { budget } = this.#context;
      const candidate = step.candidates[step.next++];
      if (candidate === undefined) this.#leave(step);
      // Without signatures nothing more can be told apart: going on would only walk.
      else if (isExceeded(budget, budget.signatureChecks) || !spend(budget, budget.pathSteps)) this.#steps.length = 0;
      else if (this.#leadsOn(candidate)) {
        step.extended = true;
        this.#entering = candidate;
      }
    }
  }

  /** Lengthens the path; it is told, and shortened again, where it ends at an anchor. */
  #enter(known: KnownCertificate): ProspectivePath | undefined {
    const context = this.#context;
    const path = this.#path;
    path.push(known);
    const ending = context.source.endingOf(known);
    // At length 0 only a self-signed anchor ends the path: another one's trust is that of an issuer (DESIGN.md §6).
    if (ending === 'anchor' && (path.length > 1 || isSelfSigned(known, context))) {
      const affordable = spend(context.budget, context.budget.paths);
      const reached = affordable ? { certificates: path.slice(), ending } : undefined;
      path.pop();
      this.reached ||= affordable;
      return reached;
    }
    this.#steps.push({ ending, candidates: this.#issuersOf(known), next: 0, extended: false });
    return undefined;
  }

  #issuersOf(known: KnownCertificate): readonly KnownCertificate[] {
    const context = this.#context;
    if (this.#path.length < maximumPathLength) return candidates(known, this.#path, context);
    // Not an issuer that is missing: say so.
    if (context.source.bySubject(known.issuerKey).length > 0)
      spend(context.budget, context.budget.pathLength, this.#path.length + 1);
    return none;
  }

  #leadsOn(candidate: KnownCertificate): boolean {
    const last = this.#path[this.#path.length - 1] as KnownCertificate;
    // A DSA key may inherit its parameters from above: only the whole path can tell, so "unknown" goes on.
    if (this.#visited === undefined) return checkEdge(last, candidate, this.#context).status !== 'bad';
    if (this.#visited.has(candidate.sha256)) return false;
    this.#visited.add(candidate.sha256);
    return true;
  }

  /** All who may have issued the last certificate were tried. */
  #leave({ ending, extended }: Step): void {
    if (ending === 'pinned') this.pinned.push({ certificates: this.#path.slice(), ending });
    else if (!extended && this.partial.length < maximumPartialPaths) {
      this.partial.push({ certificates: this.#path.slice(), ending: undefined });
    }
    this.#steps.pop();
    this.#path.pop();
  }
}

const none: readonly KnownCertificate[] = [];

/** Who may have issued `child`, most promising first. */
function candidates(
  child: KnownCertificate,
  path: readonly KnownCertificate[],
  context: PathContext,
): readonly KnownCertificate[] {
  const { source } = context;
  const named = source.bySubject(child.issuerKey);
  if (named.length === 0) return none;
  const fresh: KnownCertificate[] = [];
  for (const candidate of named) {
    if (!hiddenByPin(candidate, named, context) && !isIn(path, candidate)) fresh.push(candidate);
  }
  if (fresh.length < 2) return fresh;
  return fresh
    .map((candidate) => ({ candidate, score: score(child, candidate, context) }))
    .sort((a, b) => b.score - a.score)
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
  // The keys first: they nearly always differ, and comparing their octets is cheaper than working out what is compared else.
  if (a === b || a.sha256 === b.sha256) return true;
  return equalOctets(a.certificate.publicKey.der, b.certificate.publicKey.der) && a.subjectKey === b.subjectKey;
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
