/** Octets that arrive in pieces and are kept together up to a limit. */
import { LimitError } from './failure.js';

const none = new Uint8Array(0);

export class GrowingBuffer {
  private store: Uint8Array = none;
  private used = 0;
  private readonly budget: string;
  private readonly limit: number;

  constructor(budget: string, limit: number) {
    this.budget = budget;
    this.limit = limit;
  }

  get length(): number {
    return this.used;
  }

  /** `stable`: the octets stay as they are, so that the first need no copy. */
  append(octets: Uint8Array, stable = false): void {
    const wanted = this.used + octets.length;
    if (wanted > this.limit) throw new LimitError(this.budget, this.limit);
    if (stable && this.used === 0) {
      this.store = octets;
      this.used = wanted;
      return;
    }
    if (wanted > this.store.length) {
      const grown = new Uint8Array(Math.max(wanted, Math.min(this.store.length * 2, this.limit)));
      grown.set(this.store.subarray(0, this.used));
      this.store = grown;
    }
    this.store.set(octets, this.used);
    this.used = wanted;
  }

  /** What was appended, not copied: good until the next append. */
  octets(): Uint8Array {
    return this.store.subarray(0, this.used);
  }
}
