/** SIGKILL at random moments of imports into SQLite: what was acknowledged is there, hashes right, the log unbroken. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { verifyContents, verifyLog } from '../../src/store/verify.js';
import { startChild } from './child/child.js';
import type { ImporterInput } from './child/importer.js';

const rounds = Number(process.env.CRASH_ROUNDS ?? 5);
/** Octets of the largest CRL. The full test: CRASH_ROUNDS=50 CRASH_LARGEST=40000000. */
const largest = Number(process.env.CRASH_LARGEST ?? 3_000_000);

it(`keeps every acknowledged CRL over ${rounds} crashes`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unify-pki-crash-'));
  try {
    const acknowledged = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const input: ImporterInput = { folder, seed: round + 1, count: 400, largest };
      const child = startChild(new URL('./child/importer.ts', import.meta.url), input);
      const seen = await new Promise<string[]>((resolve, reject) => {
        const hashes: string[] = [];
        const crash = (): void => void child.kill().then(() => resolve(hashes), reject);
        child.process.on('message', (message: { acknowledged?: string }) => {
          if (message.acknowledged === undefined) return;
          hashes.push(message.acknowledged);
          // From the first acknowledgement on, anywhere within the next few imports.
          if (hashes.length === 1) setTimeout(crash, Math.random() * 150);
        });
        child.process.once('error', reject);
      });
      for (const sha256 of seen) acknowledged.add(sha256);
      const store = await openSqliteStore({ folder });
      try {
        for (const sha256 of acknowledged) expect(await store.crlBytes(sha256), sha256).toBeDefined();
        const records = new Set((await store.crls()).map(({ sha256 }) => sha256));
        for (const sha256 of acknowledged) expect(records.has(sha256)).toBe(true);
        expect(await verifyContents(store)).toEqual([]);
        expect((await verifyLog(store)).ok).toBe(true);
        expect(await store.crls({ current: true })).toHaveLength(1);
      } finally {
        await store.close();
      }
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(rounds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
