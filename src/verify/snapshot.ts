/**
 * The snapshot: authorities parsed, keys and CRLs indexed, made once by an edge and swapped when something new arrives. A
 * verification reads it and changes nothing in it but bounded caches, which never change a verdict.
 */
import { sha256Hex } from '../crypto/digest.js';
import { runtimeAbilities } from '../crypto/runtime.js';
import { type Finding, finding } from '../findings/finding.js';
import { CrlEvidence } from '../revocation/evidence.js';
import type { HeldCrl } from '../revocation/held-crl.js';
import { type IndexedCrl, indexCrl } from '../revocation/index-crl.js';
import type { Catalogue } from '../trust/catalogue.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { TrustStore } from '../trust/trust-store.js';
import { type Certificate, parseCertificate } from '../x509/certificate.js';
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

export class Snapshot implements Trust {
  readonly refused: readonly Refusal[];
  readonly #catalogues: readonly Catalogue[];
  #version: string | undefined;
  readonly store: TrustStore;
  readonly #timestampAuthorities: readonly KnownCertificate[];
  #timestampStore: TrustStore | undefined;
  readonly evidence: CrlEvidence;

  constructor(input: TrustInput) {
    const refused: Refusal[] = [];
    const catalogues = input.catalogues ?? [];
    this.#catalogues = catalogues;
    this.store = new TrustStore(catalogues);
    for (const certificate of readAll(input.anchors, 'anchor', refused)) this.store.add(certificate, { anchor: true });
    for (const certificate of readAll(input.intermediates, 'intermediate', refused))
      this.store.add(certificate, { anchor: false });
    this.#timestampAuthorities = readAll(input.timestampAuthorities, 'anchor', refused).map((certificate) =>
      this.store.know(certificate),
    );
    this.evidence = new CrlEvidence(readEvidence(input.crls, refused), this.store, input.history);
    this.refused = refused;
  }

  /** Anchors of timestamp authorities, with the same intermediates. Made when the first message asks. */
  get timestampStore(): TrustStore {
    this.#timestampStore ??= this.#createTimestampStore();
    return this.#timestampStore;
  }

  #createTimestampStore(): TrustStore {
    const { store } = this;
    const timestampStore = new TrustStore(this.#catalogues);
    for (const known of this.#timestampAuthorities) timestampStore.hold(known, { anchor: true });
    // An authority of the PKI itself may issue for timestamp authorities as well.
    for (const known of store.all()) timestampStore.hold(known, { anchor: store.isAnchor(known) });
    return timestampStore;
  }

  get version(): string {
    this.#version ??= versionOf(this, this.#timestampAuthorities, this.#catalogues);
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

function readAll(
  list: readonly Uint8Array[] | undefined,
  kind: 'anchor' | 'intermediate',
  refused: Refusal[],
): Certificate[] {
  const certificates: Certificate[] = [];
  for (const [index, bytes] of (list ?? []).entries()) {
    const blocks = readCertificates(bytes);
    const results = blocks.ok ? blocks.value.map((der) => parseCertificate(new Uint8Array(der))) : [blocks];
    for (const result of results) {
      if (result.ok) certificates.push(result.value);
      else
        refused.push({
          kind,
          index,
          finding: finding(`${kind}_malformed`, { expected: result.expected, found: result.found }),
        });
    }
  }
  return certificates;
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

function versionOf(
  { store, evidence }: Snapshot,
  timestampAuthorities: readonly KnownCertificate[],
  catalogues: readonly Catalogue[],
): string {
  const anchors = store.anchorHashes();
  // Kind by kind in alphabetical order, so that the whole is sorted.
  const lines =
    linesOf('anchor', sorted(anchors)) +
    linesOf('catalogue', sorted(catalogues.map((catalogue) => sha256Hex(JSON.stringify(catalogue))))) +
    linesOf('certificate', sorted(store.hashes())) +
    linesOf('crl', sorted(evidence.hashes())) +
    `runtime ${runtimeAbilities().join(' ')}\n` +
    linesOf('timestamp-authority', sorted([...anchors, ...timestampAuthorities.map(({ sha256 }) => sha256)]));
  return sha256Hex(lines);
}

function linesOf(kind: string, values: readonly string[]): string {
  let lines = '';
  for (const value of values) lines += `${kind} ${value}\n`;
  return lines;
}

const sorted = (values: readonly string[]): readonly string[] =>
  values.length < 2 ? values : [...new Set(values)].sort();
