/**
 * A certificate together with what is worked out about it once: hash, comparison keys of its names, the authority that
 * a pin names it to be, its loaded key. Everything here follows from the octets and the catalogues alone, so sharing
 * one between requests can never change a verdict.
 */
import { sha256Hex } from '../crypto/digest.js';
import { type DescribedKey, describePublicKey, type LoadedKey, loadPublicKey } from '../crypto/keys.js';
import { compareNames, nameKey } from '../names/distinguished-name.js';
import { formatName } from '../names/format-name.js';
import type { Certificate } from '../x509/certificate.js';
import type { PinnedAuthority } from './pins.js';

export class KnownCertificate {
  readonly certificate: Certificate;
  /** SHA-256 of the received octets, lower-case hexadecimal. */
  readonly sha256: string;
  /** The catalogue's authority that this is, by fingerprint. */
  readonly pinned: PinnedAuthority | undefined;
  #subjectKey: string | undefined;
  #issuerKey: string | undefined;
  #publicKeyId: string | undefined;
  #loadedKey: LoadedKey | undefined;
  #describedKey: DescribedKey | undefined;
  #selfIssued: boolean | undefined;
  #subjectText: string | undefined;
  #issuerText: string | undefined;

  constructor(certificate: Certificate, sha256: string, pinned?: PinnedAuthority) {
    this.certificate = certificate;
    this.sha256 = sha256;
    this.pinned = pinned;
  }

  /** Equal for names that compare equal (RFC 5280 §7.1). */
  get subjectKey(): string {
    this.#subjectKey ??= nameKey(this.certificate.subject);
    return this.#subjectKey;
  }

  get issuerKey(): string {
    this.#issuerKey ??= nameKey(this.certificate.issuer);
    return this.#issuerKey;
  }

  /** The subject for people, RFC 4514. */
  get subjectText(): string {
    this.#subjectText ??= formatName(this.certificate.subject);
    return this.#subjectText;
  }

  get issuerText(): string {
    this.#issuerText ??= formatName(this.certificate.issuer);
    return this.#issuerText;
  }

  /** RFC 5280 §6.1: the same name as subject and issuer. */
  get selfIssued(): boolean {
    this.#selfIssued ??= compareNames(this.certificate.subject, this.certificate.issuer);
    return this.#selfIssued;
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
    this.#loadedKey ??= loadPublicKey(this.certificate.publicKey);
    return this.#loadedKey;
  }

  /** What the key is, without loading it; DSA parameters that it inherits are not known here. */
  get describedKey(): DescribedKey {
    this.#describedKey ??= describePublicKey(this.certificate.publicKey);
    return this.#describedKey;
  }
}
