/**
 * A bounded cache in two generations: what is used moves to the young one; when that is full the old one is forgotten. It
 * holds at most twice its capacity, and a hit costs one look-up.
 */
export class Lru<V, K = string> {
  /** Made with the first value: most stores of a single verification keep nothing. */
  #young: Map<K, V> | undefined;
  #old: Map<K, V> | undefined;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return (this.#young?.size ?? 0) + (this.#old?.size ?? 0);
  }

  get(key: K): V | undefined {
    const value = this.#young?.get(key);
    if (value !== undefined || this.#old === undefined) return value;
    const old = this.#old.get(key);
    if (old !== undefined) {
      this.#old.delete(key);
      this.set(key, old);
    }
    return old;
  }

  set(key: K, value: V): void {
    if (this.#young === undefined || this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}

/** Slots for hashes that were met; a newer one takes the place of an older one. */
const slots = 16 ** 3;
/** Hashes that are kept as they are before the table is made: most stores of a single verification never need it. */
const firstHashes = 8;

/**
 * Which hashes were met lately, about: 32 bits of each, in a table that never grows and holds nothing that a garbage collector
 * would have to look at. A wrong answer, which chance gives once in 2^32, keeps in a cache what is not worth it.
 */
export class SeenHashes {
  #first: string[] = [];
  #table: Uint32Array | undefined;

  /** Whether this hash (hexadecimal) was met before; from now on it was. */
  meet(sha256: string): boolean {
    if (this.#table !== undefined) return meetIn(this.#table, sha256);
    if (this.#first.includes(sha256)) return true;
    this.#first.push(sha256);
    if (this.#first.length === firstHashes) {
      this.#table = new Uint32Array(slots);
      for (const hash of this.#first) meetIn(this.#table, hash);
      this.#first = [];
    }
    return false;
  }
}

function meetIn(table: Uint32Array, sha256: string): boolean {
  let slot = 0;
  let rest = 0;
  for (let i = 0; i < 3; i++) slot = (slot << 4) | digitAt(sha256, i);
  for (let i = 3; i < 11; i++) rest = (rest << 4) | digitAt(sha256, i);
  rest >>>= 0;
  const again = table[slot] === rest;
  table[slot] = rest;
  return again;
}

/** Of lower-case hexadecimal. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 0x3a ? code - 0x30 : code - 0x57;
}
