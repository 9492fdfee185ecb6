/**
 * A certificate together with what is worked out about it once: hash, comparison keys of its names, the authority that
 * a pin names it to be, its loaded key. Everything here follows from the octets and the catalogues alone, so sharing
 * one between requests can never change a verdict.
 */
import { sha256Hex } from '../crypto/digest.js';
import { type DescribedKey, describePublicKey, type LoadedKey, loadDescribed, type PublicKey } from '../crypto/keys.js';
import { toHex } from '../der/octets.js';
import { formatTime } from '../der/time.js';
import type { Finding } from '../findings/finding.js';
import type { Certificate } from '../x509/certificate.js';
import { KnownName, type KnownNames } from './known-name.js';
import type { PinnedAuthority } from './pins.js';

/** Names by RFC 4514, the serial number and the hash in hexadecimal, times by RFC 3339. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly sha256: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Does a key fit the signature on a certificate? `unknown`: it could not be computed. */
export type EdgeResult =
  | { readonly status: 'good'; readonly key: PublicKey }
  | { readonly status: 'bad'; readonly key: PublicKey | undefined }
  | { readonly status: 'unknown'; readonly key: PublicKey | undefined; readonly finding: Finding | undefined };

/** The answer for one key that may have signed a certificate. In a list: nearly every certificate has one issuer. */
export interface KeyedEdge {
  /** subjectPublicKeyInfo of the issuer. */
  readonly publicKey: Uint8Array;
  /** DSA parameters that the issuer's key took from above. */
  readonly inherited: Uint8Array | undefined;
  readonly result: EdgeResult;
}

const noEdges: readonly KeyedEdge[] = [];

export class KnownCertificate {
  readonly certificate: Certificate;
  /** SHA-256 of the received octets, lower-case hexadecimal. */
  readonly sha256: string;
  /** The catalogue's authority that this is, by fingerprint. */
  readonly pinned: PinnedAuthority | undefined;
  readonly subject: KnownName;
  readonly issuer: KnownName;
  /** It outlives the request: its octets, and what is remembered with it, are its own. */
  readonly kept: boolean;
  /** Answers of path/edges.ts, which bounds them: they follow from the octets of both certificates. */
  edges: readonly KeyedEdge[] = noEdges;
  /** Positions in a path at which path/conformance.ts found nothing against it, as bits. */
  blameless = 0;
  #publicKeyId: string | undefined;
  #loadedKey: LoadedKey | undefined;
  #describedKey: DescribedKey | undefined;
  #facts: CertificateFacts | undefined;

  /** `names`: where names that other certificates carry too are shared, and this one's are kept if it is. */
  constructor(certificate: Certificate, sha256: string, pinned?: PinnedAuthority, names?: KnownNames, kept = false) {
    this.kept = kept;
    this.certificate = certificate;
    this.sha256 = sha256;
    this.pinned = pinned;
    this.issuer = names?.know(certificate.issuer, kept) ?? new KnownName(certificate.issuer);
    if (certificate.subject === certificate.issuer) this.subject = this.issuer;
    else {
      // The subject of an authority is the issuer of others; that of an end entity is its own.
      const shared = certificate.basicConstraints?.cA === true ? names?.know(certificate.subject, kept) : undefined;
      this.subject = shared ?? new KnownName(certificate.subject);
    }
  }

  /** Equal for names that compare equal (RFC 5280 §7.1). */
  get subjectKey(): string {
    return this.subject.key;
  }

  get issuerKey(): string {
    return this.issuer.key;
  }

  /** The subject for people, RFC 4514. */
  get subjectText(): string {
    return this.subject.text;
  }

  get issuerText(): string {
    return this.issuer.text;
  }

  /** How it is written in verdicts. */
  get facts(): CertificateFacts {
    this.#facts ??= {
      subject: this.subjectText,
      issuer: this.issuerText,
      serialNumber: toHex(this.certificate.serialNumber),
      sha256: this.sha256,
      notBefore: formatTime(this.certificate.notBefore),
      notAfter: formatTime(this.certificate.notAfter),
    };
    return this.#facts;
  }

  /** RFC 5280 §6.1: the same name as subject and issuer. */
  get selfIssued(): boolean {
    return this.subject.key === this.issuer.key;
  }

  /** SHA-256 of the subjectPublicKeyInfo. */
  get publicKeyId(): string {
    this.#publicKeyId ??= sha256Hex(this.certificate.publicKey.der);
    return this.#publicKeyId;
  }

  /** Same subject and same key: one authority, whatever certificate it shows (RFC 4158 §5.2 loop detection). */
  get identity(): string {
    return `${this.publicKeyId} ${this.subjectKey}`;
  }

  /** The key, loaded at the first use; DSA keys without parameters are loaded by the path, which knows what they inherit. */
  get loadedKey(): LoadedKey {
    this.#loadedKey ??= loadDescribed(this.certificate.publicKey, this.describedKey);
    return this.#loadedKey;
  }

  /** What the key is, without loading it; DSA parameters that it inherits are not known here. */
  get describedKey(): DescribedKey {
    this.#describedKey ??= describePublicKey(this.certificate.publicKey);
    return this.#describedKey;
  }
}
