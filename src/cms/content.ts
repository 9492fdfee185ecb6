/**
 * The signed content as it passes by: hashed under the digests that the message announces, kept only while it is small,
 * and handed on to whoever looks for a signature inside. Content that lies there in one piece is hashed when a signer asks.
 *
 * What was not announced is computed from what was kept. Where the content was too large to keep, the answer is
 * undefined, for streamed and whole messages alike: the verdict must not depend on how the octets arrived.
 */
import type { DigestName } from '../crypto/algorithms.js';
import { createDigest, type Digest, digest } from '../crypto/digest.js';
import { concatOctets } from '../der/octets.js';
import { limits } from './failure.js';

export interface SignedContent {
  readonly length: number;
  /** undefined: not announced, and too large to be hashed a second time. */
  digest(name: DigestName): Uint8Array | undefined;
  /** The octets; undefined where they were too many to keep. */
  octets(): Uint8Array | undefined;
}

/** Content that lies there whole: what a caller gave beside a detached signature. */
export function wholeContent(octets: Uint8Array): SignedContent {
  const values = new Map<DigestName, Uint8Array>();
  return {
    length: octets.length,
    digest: (name) => {
      const value = values.get(name) ?? digest(name, octets);
      values.set(name, value);
      return value;
    },
    octets: () => octets,
  };
}

/** Pieces below this size are put together first: a hostile encoder may send one octet at a time. */
const smallPiece = 2048;
const bufferOctets = 32 * 1024;

export class ContentCollector implements SignedContent {
  length = 0;
  private readonly names: ReadonlySet<DigestName>;
  /** All that came, as long as it is one chunk that stays as it is. */
  private single: Uint8Array | undefined;
  /** From the second chunk on, or the first that is overwritten later. */
  private running: Map<DigestName, Digest> | undefined;
  private readonly values = new Map<DigestName, Uint8Array>();
  private kept: Uint8Array[] | undefined = [];
  private whole: Uint8Array | undefined;
  private buffer: Uint8Array | undefined;
  private buffered = 0;
  private readonly stable: boolean;
  private readonly next: ((chunk: Uint8Array) => void) | undefined;

  /** `stable`: the chunks stay as they are until the end, so that keeping them needs no copy. */
  constructor(names: ReadonlySet<DigestName>, stable: boolean, next?: (chunk: Uint8Array) => void) {
    this.names = names;
    this.stable = stable;
    this.next = next;
  }

  /** At least so many octets are to come: where that is too much to keep, none are copied only to be dropped. */
  expect(octets: number): void {
    if (this.length + this.buffered + octets > limits.keptContent) this.kept = undefined;
  }

  /** `reused`: this chunk is overwritten later, whatever holds for the others. */
  update(chunk: Uint8Array, reused = false): void {
    const stable = this.stable && !reused;
    if (chunk.length >= smallPiece || (stable && this.length + this.buffered === 0)) {
      this.flush();
      this.take(chunk, stable);
      return;
    }
    this.buffer ??= new Uint8Array(bufferOctets);
    if (this.buffered + chunk.length > bufferOctets) this.flush();
    this.buffer.set(chunk, this.buffered);
    this.buffered += chunk.length;
  }

  finish(): void {
    this.flush();
    for (const [name, running] of this.running ?? []) this.values.set(name, running.finish());
  }

  digest(name: DigestName): Uint8Array | undefined {
    const value = this.values.get(name);
    if (value !== undefined) return value;
    const octets = this.names.has(name) ? (this.single ?? this.octets()) : this.octets();
    if (octets === undefined) return undefined;
    const computed = digest(name, octets);
    this.values.set(name, computed);
    return computed;
  }

  octets(): Uint8Array | undefined {
    if (this.kept === undefined) return undefined;
    this.whole ??= this.kept.length === 1 ? this.kept[0] : concatOctets(...this.kept);
    return this.whole;
  }

  private flush(): void {
    if (this.buffer === undefined || this.buffered === 0) return;
    const piece = this.buffer.subarray(0, this.buffered);
    this.buffered = 0;
    this.take(piece, false);
  }

  private take(chunk: Uint8Array, stable: boolean): void {
    if (stable && this.length === 0) this.single = chunk;
    else for (const running of this.started().values()) running.update(chunk);
    this.length += chunk.length;
    if (this.length > limits.keptContent) this.kept = undefined;
    // Not slice(): on a Buffer it copies nothing.
    else this.kept?.push(stable ? chunk : new Uint8Array(chunk));
    this.next?.(chunk);
  }

  /** The running digests, with what came before. */
  private started(): Map<DigestName, Digest> {
    if (this.running === undefined) {
      this.running = new Map();
      for (const name of this.names) {
        const running = createDigest(name);
        if (this.single !== undefined) running.update(this.single);
        this.running.set(name, running);
      }
      this.single = undefined;
    }
    return this.running;
  }
}
