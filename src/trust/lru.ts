/**
 * A bounded cache in two generations: what is used moves to the young one; when that is full the old one is forgotten. It
 * holds at most twice its capacity, and a hit costs one look-up.
 */
export class Lru<V, K = string> {
  #young = new Map<K, V>();
  #old: Map<K, V> | undefined;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#young.size + (this.#old?.size ?? 0);
  }

  get(key: K): V | undefined {
    const value = this.#young.get(key);
    if (value !== undefined || this.#old === undefined) return value;
    const old = this.#old.get(key);
    if (old !== undefined) {
      this.#old.delete(key);
      this.set(key, old);
    }
    return old;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
