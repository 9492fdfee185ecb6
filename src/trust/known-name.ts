/**
 * A name together with what is worked out about it once: its comparison key and its text. All certificates of one issuer
 * carry the same octets as issuer, so a store keeps recent names, found by a hash of the octets and compared with them.
 */
import { isAt } from '../der/octets.js';
import { nameKey } from '../names/distinguished-name.js';
import { formatName } from '../names/format-name.js';
import type { Name, NameSource } from '../x509/name.js';
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

export class KnownNames implements NameSource {
  readonly #byHash = new Lru<KnownName, number>(capacity);
  /** What was found last: who reads a name and finds it here asks for its known form next. */
  #found: KnownName | undefined;

  find(bytes: Uint8Array, start: number, end: number): Name | undefined {
    const held = this.#byHash.get(hashOf(bytes, start, end));
    if (held === undefined || !isAt(held.name.der, bytes, start, end)) return undefined;
    this.#found = held;
    return held.name;
  }

  /**
   * The known form of a name, kept where `keep` says that its octets may be: those of a certificate that was read once and will be
   * forgotten are the caller's. Names that collide displace each other, which costs time and changes nothing.
   */
  know(name: Name, keep: boolean): KnownName {
    if (this.#found?.name === name) return this.#found;
    const { der } = name;
    if (this.find(der, 0, der.length) !== undefined) return this.#found as KnownName;
    const known = new KnownName(name);
    if (keep) this.#byHash.set(hashOf(der, 0, der.length), known);
    return known;
  }
}

/** FNV-1a over the last octets, where names under one authority differ, and the length. */
function hashOf(octets: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  for (let i = Math.max(start, end - 24); i < end; i++) hash = Math.imul(hash ^ (octets[i] as number), 0x01000193);
  return hash;
}
