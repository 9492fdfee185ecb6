/**
 * Checks a store against itself: the log's chain from the first entry to the counter, and every CRL's octets against
 * their hash. What it cannot see is a log that was rewritten from some point on together with the counter; a head that
 * was stamped or noted elsewhere shows that.
 */
import { entryHash, genesis } from './log.js';
import { isCorrupt, type Store } from './port.js';

export interface LogCheck {
  readonly ok: boolean;
  readonly entries: number;
  readonly head: string;
  readonly broken?: { readonly seq: number; readonly why: 'missing' | 'chain' | 'content' };
}

export async function verifyLog(store: Store, onProgress?: (seq: number) => void): Promise<LogCheck> {
  const { seq: last } = await store.logHead();
  let previous = genesis;
  let expected = 1;
  for (;;) {
    const page = await store.log(expected - 1, 1_000);
    for (const entry of page) {
      const broken = (why: 'missing' | 'chain' | 'content'): LogCheck => ({
        ok: false,
        entries: expected - 1,
        head: previous,
        broken: { seq: expected, why },
      });
      if (entry.seq !== expected) return broken('missing');
      if (entry.previous !== previous) return broken('chain');
      if (entryHash(entry) !== entry.hash) return broken('content');
      previous = entry.hash;
      expected += 1;
    }
    if (page.length === 0) break;
    onProgress?.(expected - 1);
  }
  if (expected - 1 < last)
    return { ok: false, entries: expected - 1, head: previous, broken: { seq: expected, why: 'missing' } };
  return { ok: true, entries: expected - 1, head: previous };
}

/** The hashes of CRLs whose octets are gone or altered. */
export async function verifyContents(store: Store): Promise<string[]> {
  const bad: string[] = [];
  for (const { sha256 } of await store.crls()) {
    try {
      await store.crlBytes(sha256);
    } catch (error) {
      // A store that is away says nothing about what it holds.
      if (!isCorrupt(error)) throw error;
      bad.push(sha256);
    }
  }
  return bad;
}
