/**
 * The CRLs that a snapshot holds, by the name of their issuer, and a request's own laid over them. Each is parsed once;
 * which key its signature fits is worked out once for each key and kept with it, never in a module. A history is
 * compacted to a timeline (timeline.ts) when the snapshot is made.
 */
import type { KnownCertificate } from '../trust/known-certificate.js';
import { checkCrlSignature } from './crl-signature.js';
import { type HeldCrl, holdCrl } from './held-crl.js';
import type { IndexedCrl } from './index-crl.js';
import { compactTimeline, type SettledCrl } from './timeline.js';

export { unknownCriticalExtension } from './held-crl.js';

/** What judging asks of the evidence. */
export interface CrlSource {
  /** CRLs with this issuer (by name key), latest thisUpdate first. */
  byIssuer(issuerKey: string): readonly HeldCrl[];
}

/** CRLs of one issuer, scope and kind from which on all but the latest are compacted. */
const historyLength = 8;
/** A CRL with more octets stays whole here, where no one gets a turn meanwhile; who reads a store compacts larger ones. */
const largestCompacted = 1024 * 1024;

/** Where the certificates of CRL signers are looked for when a snapshot is made. */
export interface SignerSource {
  bySubject(subjectKey: string): readonly KnownCertificate[];
}

export class CrlEvidence implements CrlSource {
  readonly #byIssuer = new Map<string, HeldCrl[]>();
  readonly #hashes = new Set<string>();

  /**
   * Unreadable CRLs and repetitions are left out. Where `signers` are given, long histories are compacted; the answers are
   * the same either way. `history` was compacted before, by whoever read it.
   */
  constructor(crls: readonly IndexedCrl[], signers?: SignerSource, history: readonly HeldCrl[] = []) {
    hold(this.#byIssuer, this.#hashes, history);
    fill(this.#byIssuer, this.#hashes, crls, false);
    if (signers === undefined) return;
    const indexes = new Map(crls.map((crl) => [crl.sha256, crl]));
    for (const [issuerKey, list] of this.#byIssuer) {
      if (list.length > historyLength) this.#byIssuer.set(issuerKey, compact(list, indexes, signers));
    }
  }

  byIssuer(issuerKey: string): readonly HeldCrl[] {
    return this.#byIssuer.get(issuerKey) ?? [];
  }

  /** SHA-256 of every CRL held. */
  hashes(): string[] {
    return [...this.#hashes];
  }

  has(sha256: string): boolean {
    return this.#hashes.has(sha256);
  }

  all(): HeldCrl[] {
    return [...this.#byIssuer.values()].flat();
  }

  /** The same evidence with the CRLs that a request brings, for one verification. */
  with(crls: readonly IndexedCrl[]): CrlOverlay {
    return new CrlOverlay(this, crls);
  }
}

/** The CRLs of one issuer, with each long line of one scope and kind but its latest in a timeline. */
function compact(list: readonly HeldCrl[], indexes: ReadonlyMap<string, IndexedCrl>, signers: SignerSource): HeldCrl[] {
  const lines = new Map<string, HeldCrl[]>();
  for (const crl of list) {
    const key = `${crl.base === undefined ? 'complete' : 'delta'} ${crl.scopeKey}`;
    lines.set(key, [...(lines.get(key) ?? []), crl]);
  }
  const result: HeldCrl[] = [];
  for (const [latest, ...older] of lines.values()) {
    if (latest !== undefined) result.push(latest);
    // What was compacted before has no index any more.
    const whole = older.filter(({ sha256 }) => indexes.has(sha256));
    const kept = older.filter(({ sha256 }) => !indexes.has(sha256));
    const settled: SettledCrl[] = [];
    for (const crl of whole.length < historyLength ? [] : whole) {
      const candidate = settle(crl, indexes.get(crl.sha256), signers);
      if (candidate === undefined) kept.push(crl);
      else settled.push(candidate);
    }
    const compacted = settled.length === 0 ? undefined : compactTimeline(settled.reverse());
    if (compacted === undefined) result.push(...older);
    else result.push(...kept, ...compacted);
  }
  return result.sort(latestFirst);
}

/** A CRL is compacted only with its signature found good, and never one that speaks for several authorities. */
function settle(crl: HeldCrl, indexed: IndexedCrl | undefined, signers: SignerSource): SettledCrl | undefined {
  if (indexed === undefined || indexed.issuerEntries.length > 0 || indexed.der.length > largestCompacted)
    return undefined;
  const verifiedKeys =
    indexed.verifiedKeys ??
    signers
      .bySubject(crl.issuerKey)
      .filter(({ loadedKey }) => loadedKey.ok && checkCrlSignature(crl.list, loadedKey.value) === 'good')
      .map(({ publicKeyId }) => publicKeyId);
  return verifiedKeys.length === 0 ? undefined : { indexed, list: crl.list, verifiedKeys };
}

/** A request's CRLs over the snapshot's. */
export class CrlOverlay implements CrlSource {
  /** CRLs that the snapshot does not hold. Whether they are worth keeping, their signatures tell. */
  readonly brought: readonly HeldCrl[];
  readonly #base: CrlEvidence;
  readonly #byIssuer = new Map<string, HeldCrl[]>();

  constructor(base: CrlEvidence, crls: readonly IndexedCrl[]) {
    this.#base = base;
    const fresh = crls.filter((crl) => !base.has(crl.sha256));
    fill(this.#byIssuer, new Set(), fresh, true);
    this.brought = [...this.#byIssuer.values()].flat();
  }

  byIssuer(issuerKey: string): readonly HeldCrl[] {
    const base = this.#base.byIssuer(issuerKey);
    const own = this.#byIssuer.get(issuerKey);
    if (own === undefined) return base;
    return base.length === 0 ? own : [...base, ...own].sort(latestFirst);
  }
}

function fill(
  byIssuer: Map<string, HeldCrl[]>,
  hashes: Set<string>,
  crls: readonly IndexedCrl[],
  brought: boolean,
): void {
  const fresh = crls.filter(({ failure, sha256 }) => failure === undefined && !hashes.has(sha256));
  hold(
    byIssuer,
    hashes,
    fresh.flatMap((indexed) => holdCrl(indexed, brought) ?? []),
  );
}

function hold(byIssuer: Map<string, HeldCrl[]>, hashes: Set<string>, crls: readonly HeldCrl[]): void {
  for (const held of crls) {
    if (hashes.has(held.sha256)) continue;
    hashes.add(held.sha256);
    const list = byIssuer.get(held.issuerKey);
    if (list === undefined) byIssuer.set(held.issuerKey, [held]);
    else list.push(held);
  }
  for (const list of byIssuer.values()) list.sort(latestFirst);
}

/** By time, then number, then hash: the same evidence in any order gives the same answer. */
export function latestFirst(a: HeldCrl, b: HeldCrl): number {
  if (a.list.thisUpdate !== b.list.thisUpdate) return b.list.thisUpdate - a.list.thisUpdate;
  const [left, right] = [a.number ?? -1n, b.number ?? -1n];
  if (left !== right) return left < right ? 1 : -1;
  return a.sha256 < b.sha256 ? -1 : a.sha256 > b.sha256 ? 1 : 0;
}
