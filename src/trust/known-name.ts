/**
 * A name together with what is worked out about it once: its comparison key and its text. All certificates of one issuer
 * carry the same octets as issuer, so a store keeps recent names, found by a hash of the octets and compared with them.
 */
import { equalOctets } from '../der/octets.js';
import { nameKey } from '../names/distinguished-name.js';
import { formatName } from '../names/format-name.js';
import type { Name } from '../x509/name.js';
import { Lru } from './lru.js';

export class KnownName {
  readonly name: Name;
  #key: string | undefined;
  #text: string | undefined;

  constructor(name: Name) {
    this.name = name;
  }

  /** Equal for names that compare equal (RFC 5280 §7.1). */
  get key(): string {
    this.#key ??= nameKey(this.name);
    return this.#key;
  }

  /** For people, RFC 4514. */
  get text(): string {
    this.#text ??= formatName(this.name);
    return this.#text;
  }
}

/** Names kept. Whoever asks for one sees to it that the certificates behind them are small. */
const capacity = 512;

export class KnownNames {
  readonly #byHash = new Lru<KnownName, number>(capacity);

  /** The known form of these octets. Names that collide displace each other, which costs time and changes nothing. */
  know(name: Name): KnownName {
    const hash = hashOf(name.der);
    const held = this.#byHash.get(hash);
    if (held !== undefined && equalOctets(held.name.der, name.der)) return held;
    const known = new KnownName(name);
    this.#byHash.set(hash, known);
    return known;
  }
}

/** FNV-1a. */
function hashOf(octets: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < octets.length; i++) hash = Math.imul(hash ^ (octets[i] as number), 0x01000193);
  return hash;
}
