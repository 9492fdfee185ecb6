/**
 * The snapshot: authorities parsed, keys and CRLs indexed, made once by an edge and swapped when something new arrives. A
 * verification reads it and changes nothing in it but bounded caches, which never change a verdict.
 */
import { createDigest, sha256Hex } from '../crypto/digest.js';
import { runtimeAbilities } from '../crypto/runtime.js';
import { toHex } from '../der/octets.js';
import { type Finding, finding } from '../findings/finding.js';
import type { KeyedEdge } from '../path/edges.js';
import { CrlEvidence } from '../revocation/evidence.js';
import type { HeldCrl } from '../revocation/held-crl.js';
import { type IndexedCrl, indexCrl } from '../revocation/index-crl.js';
import type { Catalogue } from '../trust/catalogue.js';
import { Lru } from '../trust/lru.js';
import { TrustStore } from '../trust/trust-store.js';
import { parseCertificate } from '../x509/certificate.js';
import { readCertificates, readCrls } from './input.js';

export interface Refusal {
  kind: 'anchor' | 'intermediate' | 'crl';
  /** Index in the list that was given. */
  index: number;
  finding: Finding;
}

/** What a verification trusts and knows. Made by createTrust; its inside is not part of the contract. */
export interface Trust {
  /** Hash over the sorted hashes of all that it holds, and of what the runtime can compute. */
  readonly version: string;
  readonly refused: readonly Refusal[];
}

export interface TrustInput {
  /** DER or PEM certificates; each block is an anchor. */
  anchors?: Uint8Array[] | undefined;
  intermediates?: Uint8Array[] | undefined;
  crls?: (Uint8Array | IndexedCrl)[] | undefined;
  /** CRLs of former years that were compacted when they were read (revocation/timeline.ts). */
  history?: readonly HeldCrl[] | undefined;
  /** Anchors of timestamp authorities only. */
  timestampAuthorities?: Uint8Array[] | undefined;
  catalogues?: Catalogue[] | undefined;
}

/** Certificates whose verified edges are kept: two hashes for each edge, a few megabytes in all. */
const edgeCapacity = 16_384;

export class Snapshot implements Trust {
  readonly refused: readonly Refusal[];
  readonly #catalogues: readonly Catalogue[];
  #version: string | undefined;
  readonly store: TrustStore;
  /** Anchors of timestamp authorities, with the same intermediates. */
  readonly timestampStore: TrustStore;
  readonly evidence: CrlEvidence;
  readonly edgeCache = new Lru<readonly KeyedEdge[]>(edgeCapacity);

  constructor(input: TrustInput) {
    const refused: Refusal[] = [];
    const catalogues = input.catalogues ?? [];
    this.#catalogues = catalogues;
    this.store = new TrustStore(catalogues);
    this.timestampStore = new TrustStore(catalogues);
    fill(this.store, input.anchors, 'anchor', refused);
    fill(this.store, input.intermediates, 'intermediate', refused);
    fill(this.timestampStore, input.timestampAuthorities, 'anchor', refused);
    // An authority of the PKI itself may issue for timestamp authorities as well.
    fill(this.timestampStore, input.anchors, 'anchor', []);
    fill(this.timestampStore, input.intermediates, 'intermediate', []);
    this.evidence = new CrlEvidence(readEvidence(input.crls, refused), this.store, input.history);
    this.refused = refused;
  }

  get version(): string {
    this.#version ??= versionOf(this, this.#catalogues);
    return this.#version;
  }
}

/**
 * Parses and indexes once what verifications rest on. Reuse the result; make a new one when something changes.
 *
 * @throws TypeError for wrong JavaScript types. Unreadable bytes are listed in `refused` and left out.
 * @example
 * ```ts
 * import { createTrust } from 'unify-pki';
 * const trust = createTrust({ anchors: [], catalogues: [] });
 * console.log(trust.refused.length); // 0
 * ```
 */
export function createTrust(input: TrustInput): Trust {
  if (typeof input !== 'object' || input === null) throw new TypeError('createTrust: expected an object');
  for (const name of ['anchors', 'intermediates', 'timestampAuthorities'] as const) {
    const list: unknown = input[name];
    if (list !== undefined && !(Array.isArray(list) && list.every((item) => item instanceof Uint8Array))) {
      throw new TypeError(`${name}: expected a list of Uint8Array`);
    }
  }
  for (const name of ['crls', 'catalogues'] as const) {
    const list: unknown = input[name];
    if (
      list !== undefined &&
      !(Array.isArray(list) && list.every((item) => typeof item === 'object' && item !== null))
    ) {
      throw new TypeError(`${name}: expected a list`);
    }
  }
  return new Snapshot(input);
}

/** The inside of a Trust; a TypeError where it was not made by createTrust. */
export function snapshotOf(trust: Trust): Snapshot {
  if (trust instanceof Snapshot) return trust;
  throw new TypeError('trust: expected what createTrust returns');
}

function fill(
  store: TrustStore,
  list: Uint8Array[] | undefined,
  kind: 'anchor' | 'intermediate',
  refused: Refusal[],
): void {
  for (const [index, bytes] of (list ?? []).entries()) {
    const blocks = readCertificates(bytes);
    const results = blocks.ok ? blocks.value.map((der) => parseCertificate(der.slice())) : [blocks];
    for (const result of results) {
      if (result.ok) store.add(result.value, { anchor: kind === 'anchor' });
      else
        refused.push({
          kind,
          index,
          finding: finding(`${kind}_malformed`, { expected: result.expected, found: result.found }),
        });
    }
  }
}

function readEvidence(crls: (Uint8Array | IndexedCrl)[] | undefined, refused: Refusal[]): IndexedCrl[] {
  const indexed: IndexedCrl[] = [];
  for (const [index, item] of (crls ?? []).entries()) {
    const read = item instanceof Uint8Array ? indexCrls(item) : { indexed: [item], findings: refusedIndex(item) };
    indexed.push(...read.indexed);
    for (const found of read.findings) refused.push({ kind: 'crl', index, finding: found });
  }
  return indexed.filter(({ failure }) => failure === undefined);
}

function refusedIndex({ failure }: IndexedCrl): Finding[] {
  return failure === undefined ? [] : [finding('crl_malformed', { expected: failure.expected, found: failure.found })];
}

/** The readable CRLs in one input (DER, PEM or a bundle), indexed, and a warning for each that is not. */
export function indexCrls(bytes: Uint8Array): { indexed: IndexedCrl[]; findings: Finding[] } {
  const blocks = readCrls(bytes);
  if (!blocks.ok) {
    return { indexed: [], findings: [finding('crl_malformed', { expected: blocks.expected, found: blocks.found })] };
  }
  const all = blocks.value.map((der) => indexCrl(der));
  return { indexed: all.filter(({ failure }) => failure === undefined), findings: all.flatMap(refusedIndex) };
}

function versionOf(snapshot: Snapshot, catalogues: readonly Catalogue[]): string {
  const parts = [
    ...snapshot.store.hashes().map((hash) => `certificate ${hash}`),
    ...snapshot.store.anchorHashes().map((hash) => `anchor ${hash}`),
    ...snapshot.timestampStore.anchorHashes().map((hash) => `timestamp-authority ${hash}`),
    ...snapshot.evidence.hashes().map((hash) => `crl ${hash}`),
    ...catalogues.map((catalogue) => `catalogue ${sha256Hex(Buffer.from(JSON.stringify(catalogue)))}`),
    ...runtimeAbilities().map((ability) => `runtime ${ability}`),
  ];
  const digest = createDigest('sha256');
  for (const part of [...new Set(parts)].sort()) digest.update(Buffer.from(`${part}\n`));
  return toHex(digest.finish());
}
