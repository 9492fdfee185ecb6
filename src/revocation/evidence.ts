/**
 * The CRLs that a snapshot holds, by the name of their issuer, and a request's own laid over them. Each is parsed once;
 * which key its signature fits is worked out once for each key and kept here, never in a module.
 *
 * What stands here is evidence, not judgement: a CRL with a bad signature is held as well, and says so when asked.
 */
import { nameKey } from '../names/distinguished-name.js';
import { Lru } from '../trust/lru.js';
import { type CertificateList, parseCrl } from '../x509/crl.js';
import { extensionOid } from '../x509/extensions.js';
import { type CrlEntry, readEntry } from './entry.js';
import { findEntries, type IndexedCrl, issuerEntryOf } from './index-crl.js';

/** An entry together with the authority that it speaks of. */
export interface ListedEntry {
  readonly entry: CrlEntry;
  /** Name keys of the certificateIssuer in force there; undefined: the issuer of the CRL. */
  readonly issuerKeys: readonly string[] | undefined;
}

/** How the entries of a CRL are found: in its own index, or in the timeline of a compacted history. */
export interface EntrySource {
  readonly entryCount: number;
  readonly unknownCriticalEntry: string | undefined;
  find(serialNumber: Uint8Array): readonly ListedEntry[];
}

/** One CRL, ready to be asked. */
export interface HeldCrl {
  readonly list: CertificateList;
  readonly sha256: string;
  /** Name key of the issuer. */
  readonly issuerKey: string;
  /** Equal for CRLs whose issuingDistributionPoint is the same, octet by octet. */
  readonly scopeKey: string;
  readonly number: bigint | undefined;
  /** BaseCRLNumber: this is a delta CRL. */
  readonly base: bigint | undefined;
  readonly entries: EntrySource;
  readonly existedBy: number | undefined;
  /** Keys (publicKeyId) that its signature fits, where that was settled when its history was compacted. */
  readonly verifiedKeys?: ReadonlySet<string>;
  /** Brought by the request: work on it is the request's and paid from its budget. */
  readonly brought: boolean;
}

/** Answer to: does this key fit the signature of this CRL? */
export type CrlSignature = 'good' | 'bad' | 'unknown';

/** What judging asks of the evidence. */
export interface CrlSource {
  /** CRLs with this issuer (by name key), latest thisUpdate first. */
  byIssuer(issuerKey: string): readonly HeldCrl[];
  /** Signature results by CRL and key: bounded, and never deciding. */
  readonly signatures: Lru<CrlSignature>;
}

/** Results kept; each is a key of some 150 octets. A history of ten years with four authorities needs 3,000. */
const signatureCapacity = 16_384;

export class CrlEvidence implements CrlSource {
  readonly signatures = new Lru<CrlSignature>(signatureCapacity);
  readonly #byIssuer = new Map<string, HeldCrl[]>();
  readonly #hashes = new Set<string>();

  /** Unreadable CRLs and repetitions are left out. */
  constructor(crls: readonly IndexedCrl[]) {
    fill(this.#byIssuer, this.#hashes, crls, false);
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

/** A request's CRLs over the snapshot's. */
export class CrlOverlay implements CrlSource {
  readonly signatures: Lru<CrlSignature>;
  /** CRLs that the snapshot does not hold. Whether they are worth keeping, their signatures tell. */
  readonly brought: readonly HeldCrl[];
  readonly #base: CrlEvidence;
  readonly #byIssuer = new Map<string, HeldCrl[]>();

  constructor(base: CrlEvidence, crls: readonly IndexedCrl[]) {
    this.#base = base;
    this.signatures = base.signatures;
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
  for (const indexed of crls) {
    if (indexed.failure !== undefined || hashes.has(indexed.sha256)) continue;
    const held = holdCrl(indexed, brought);
    if (held === undefined) continue;
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

/** An index made ready for questions; undefined where the octets are no CRL after all. */
export function holdCrl(indexed: IndexedCrl, brought = false): HeldCrl | undefined {
  if (indexed.failure !== undefined) return undefined;
  const parsed = parseCrl(indexed.der);
  if (!parsed.ok) return undefined;
  return heldCrl(parsed.value, {
    sha256: indexed.sha256,
    entries: indexSource(indexed, parsed.value),
    existedBy: indexed.existedBy,
    brought,
  });
}

export function heldCrl(
  list: CertificateList,
  rest: Pick<HeldCrl, 'sha256' | 'entries' | 'existedBy' | 'brought'>,
): HeldCrl {
  const scope = list.extensions.find(({ oid }) => oid === extensionOid.issuingDistributionPoint);
  return {
    list,
    issuerKey: nameKey(list.issuer),
    scopeKey: scope === undefined ? '' : Buffer.from(scope.value).toString('latin1'),
    number: toBigInt(list.cRLNumber),
    base: toBigInt(list.deltaCRLIndicator),
    ...rest,
  };
}

/** A non-negative INTEGER from its content octets. */
function toBigInt(octets: Uint8Array | undefined): bigint | undefined {
  return octets === undefined ? undefined : BigInt(`0x${Buffer.from(octets).toString('hex')}`);
}

function indexSource(indexed: IndexedCrl, list: CertificateList): EntrySource {
  const read = (offset: number) => readEntry(indexed.der, offset, list.entries.end, list.version);
  return {
    entryCount: indexed.entryCount,
    unknownCriticalEntry: indexed.unknownCriticalEntry,
    find(serialNumber) {
      const offsets = findEntries(indexed, serialNumber);
      if (offsets.length === 0) return nothingListed;
      return offsets.map((offset) => {
        const issuer = issuerEntryOf(indexed, offset);
        const names = issuer === undefined ? undefined : read(issuer).certificateIssuer;
        const issuerKeys = names?.flatMap(({ name }) => (name === undefined ? [] : [nameKey(name)]));
        return { entry: read(offset), issuerKeys };
      });
    },
  };
}

const nothingListed: readonly ListedEntry[] = [];
