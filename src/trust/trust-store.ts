/**
 * Which certificates are known, which of them are anchors, which are authorities of a catalogue, and who could have
 * issued what by name. One store belongs to the snapshot; a request lays its own certificates over it.
 *
 * A pinned root is an anchor. A pinned issuing authority never is, even when it is also given as an anchor: it is
 * processed as an intermediate, and other certificates with its name and key do not stand in for it (no shorter path
 * may hide it).
 */
import { sha256Hex } from '../crypto/digest.js';
import { type Certificate, parseCertificate } from '../x509/certificate.js';
import type { Catalogue } from './catalogue.js';
import { KnownCertificate } from './known-certificate.js';
import { KnownNames } from './known-name.js';
import { Lru, SeenHashes } from './lru.js';
import { createPins, type FactDifference, factDifferences, type PinnedAuthority, type Pins } from './pins.js';

/** Where a path may end. */
export type Ending = 'anchor' | 'pinned' | undefined;

/** What the search for issuers asks. Both the snapshot's store and a request's overlay answer it. */
export interface CertificateSource {
  /** Certificates whose subject is this name (by its key). */
  bySubject(subjectKey: string): readonly KnownCertificate[];
  endingOf(known: KnownCertificate): Ending;
  /** The catalogue's authority that this certificate is, by pin, or by having the name and key of a pinned one that is known. */
  authorityOf(known: KnownCertificate): PinnedAuthority | undefined;
}

/** Pinned by fingerprint, but the facts published beside it differ and the operator has not confirmed the entry. */
export interface DisputedAuthority {
  readonly known: KnownCertificate;
  readonly pinned: PinnedAuthority;
  readonly differences: readonly FactDifference[];
}

/**
 * Parsed certificates of recent requests, by hash, from the second time on that they are seen: most end entities come once,
 * and what is kept of each costs the garbage collector more than reading it. Bounded in number and in size: certificates
 * of 1 MiB are let in, and a stream of them must not fill the memory.
 */
const parsedCapacity = 2048;
const maximumCachedOctets = 16 * 1024;

export class TrustStore implements CertificateSource {
  readonly pins: Pins;
  readonly disputed: DisputedAuthority[] = [];
  readonly #bySubject = new Map<string, KnownCertificate[]>();
  readonly #bySha256 = new Map<string, KnownCertificate>();
  readonly #anchors = new Set<string>();
  readonly #pinnedIdentities = new Map<string, PinnedAuthority>();
  readonly #parsed = new Lru<KnownCertificate>(parsedCapacity);
  readonly #seen = new SeenHashes();
  readonly #names = new KnownNames();

  constructor(catalogues: readonly Catalogue[]) {
    this.pins = createPins(catalogues);
  }

  get size(): number {
    return this.#bySha256.size;
  }

  /** All certificates held, by hash. */
  hashes(): string[] {
    return [...this.#bySha256.keys()];
  }

  anchorHashes(): string[] {
    return [...this.#anchors];
  }

  all(): KnownCertificate[] {
    return [...this.#bySha256.values()];
  }

  add(certificate: Certificate, options: { anchor: boolean }): KnownCertificate {
    return this.hold(this.know(certificate), options);
  }

  /** Takes one that another store of the same catalogues knows. */
  hold(known: KnownCertificate, options: { anchor: boolean }): KnownCertificate {
    if (options.anchor) this.#anchors.add(known.sha256);
    if (this.#bySha256.has(known.sha256)) return known;
    this.#bySha256.set(known.sha256, known);
    push(this.#bySubject, known.subjectKey, known);
    this.#register(known);
    return known;
  }

  #register(known: KnownCertificate): void {
    const { pinned } = known;
    if (pinned === undefined) return;
    const dispute = disputeOf(known, pinned);
    if (dispute !== undefined) this.disputed.push(dispute);
    else this.#pinnedIdentities.set(known.identity, pinned);
  }

  has(sha256: string): boolean {
    return this.#bySha256.has(sha256);
  }

  /** The known form of a certificate: from here when held, else worked out once. */
  know(certificate: Certificate): KnownCertificate {
    const sha256 = sha256Hex(certificate.der);
    return this.#bySha256.get(sha256) ?? this.#parsed.get(sha256) ?? this.#know(certificate, sha256, true);
  }

  /**
   * Reads a certificate, or takes it from the cache when the same octets were read before. One that is new stands on the octets
   * that were given, which the caller must leave alone until the verification is over; what is kept has octets of its own.
   */
  read(given: Uint8Array): { ok: true; value: KnownCertificate } | { ok: false; expected: string; found: string } {
    // Memory shared with another thread may change between two looks at it. (`slice` of a Buffer would not copy.)
    const der = given.buffer instanceof SharedArrayBuffer ? new Uint8Array(given) : given;
    const sha256 = sha256Hex(der);
    const known = this.#bySha256.get(sha256) ?? this.#parsed.get(sha256);
    if (known !== undefined) return { ok: true, value: known };
    const small = der.length <= maximumCachedOctets;
    const again = small && this.#seen.meet(sha256);
    const result = parseCertificate(again ? new Uint8Array(der) : der, small ? this.#names : undefined);
    if (!result.ok) return result;
    const value = this.#know(result.value, sha256, again);
    if (again) this.#parsed.set(sha256, value);
    return { ok: true, value };
  }

  /** `keep`: its octets are its own. The names of a large certificate may be large, and are not kept. */
  #know(certificate: Certificate, sha256: string, keep: boolean): KnownCertificate {
    const pinned = this.pins.match(certificate.der, sha256);
    const names = certificate.der.length <= maximumCachedOctets ? this.#names : undefined;
    return new KnownCertificate(certificate, sha256, pinned, names, keep);
  }

  bySubject(subjectKey: string): readonly KnownCertificate[] {
    return this.#bySubject.get(subjectKey) ?? none;
  }

  isDisputed(known: KnownCertificate): boolean {
    return this.disputed.some((dispute) => dispute.known.sha256 === known.sha256);
  }

  isAnchor(known: KnownCertificate): boolean {
    return this.#anchors.has(known.sha256);
  }

  endingOf(known: KnownCertificate): Ending {
    const pinned = this.authorityOf(known);
    if (pinned?.authority.role === 'issuing') return known.pinned === undefined ? undefined : 'pinned';
    if (this.#anchors.has(known.sha256)) return 'anchor';
    return known.pinned !== undefined && pinned !== undefined ? 'anchor' : undefined;
  }

  authorityOf(known: KnownCertificate): PinnedAuthority | undefined {
    return this.#pinnedIdentities.size === 0 ? undefined : this.#pinnedIdentities.get(known.identity);
  }
}

/** Certificates of a request that are looked through rather than indexed: few questions are asked. */
const maximumUnindexed = 4;

/** A request's certificates over the snapshot's store; made for one verification and then forgotten. */
export class TrustOverlay implements CertificateSource {
  readonly base: TrustStore;
  /** Pinned certificates that the request brings and the snapshot does not hold. */
  readonly discovered: KnownCertificate[] = [];
  readonly disputed: DisputedAuthority[] = [];
  /** What the base lacks. */
  readonly #own: KnownCertificate[] = [];
  /** By subject, once there are many of them. */
  #bySubject: Map<string, KnownCertificate[]> | undefined;
  #pinnedIdentities: Map<string, PinnedAuthority> | undefined;

  constructor(base: TrustStore) {
    this.base = base;
  }

  add(known: KnownCertificate): void {
    if (this.base.has(known.sha256)) return;
    for (const other of this.#own) if (other.sha256 === known.sha256) return;
    this.#own.push(known);
    if (this.#bySubject !== undefined) push(this.#bySubject, known.subjectKey, known);
    if (known.pinned === undefined) return;
    const dispute = disputeOf(known, known.pinned);
    if (dispute !== undefined) this.disputed.push(dispute);
    else {
      this.discovered.push(known);
      this.#pinnedIdentities ??= new Map();
      this.#pinnedIdentities.set(known.identity, known.pinned);
    }
  }

  bySubject(subjectKey: string): readonly KnownCertificate[] {
    const own = this.#ownBySubject(subjectKey);
    const base = this.base.bySubject(subjectKey);
    return own === undefined ? base : base.length === 0 ? own : [...base, ...own];
  }

  #ownBySubject(subjectKey: string): readonly KnownCertificate[] | undefined {
    if (this.#own.length <= maximumUnindexed) {
      let named: KnownCertificate[] | undefined;
      for (const known of this.#own) {
        if (known.subjectKey !== subjectKey) continue;
        if (named === undefined) named = [known];
        else named.push(known);
      }
      return named;
    }
    if (this.#bySubject === undefined) {
      this.#bySubject = new Map();
      for (const known of this.#own) push(this.#bySubject, known.subjectKey, known);
    }
    return this.#bySubject.get(subjectKey);
  }

  endingOf(known: KnownCertificate): Ending {
    const pinned = this.authorityOf(known);
    if (pinned?.authority.role === 'issuing') return known.pinned === undefined ? undefined : 'pinned';
    if (this.base.isAnchor(known)) return 'anchor';
    return known.pinned !== undefined && pinned !== undefined ? 'anchor' : undefined;
  }

  authorityOf(known: KnownCertificate): PinnedAuthority | undefined {
    if (this.base.pins.all.length === 0) return undefined;
    return this.base.authorityOf(known) ?? this.#pinnedIdentities?.get(known.identity);
  }
}

function disputeOf(known: KnownCertificate, pinned: PinnedAuthority): DisputedAuthority | undefined {
  if (pinned.authority.confirmed) return undefined;
  const differences = factDifferences(pinned.authority, known.certificate);
  return differences.length === 0 ? undefined : { known, pinned, differences };
}

const none: readonly KnownCertificate[] = [];

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
