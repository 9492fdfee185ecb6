/**
 * SIGKILL at random moments of imports into SQLite: after every restart each CRL that was acknowledged is there, to the octet,
 * and the log is unbroken. With CI set, 50 rounds with CRLs of 1 to 40 MB; otherwise a few with small ones.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createGuard } from '../../src/net/guard.js';
import { importAuthorities } from '../../src/refresh/bring.js';
import { createStandIn, largeCrlSerial } from '../../src/stand-in/index.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { verifyContents, verifyLog } from '../../src/store/verify.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { issueRawCrl, rawEntry } from '../evidence/crl.js';
import { ensureBuilt } from '../support/built.js';
import { startChild } from './child/child.js';

const thorough = process.env.CI !== undefined && process.env.CI !== '';
const rounds = thorough ? 50 : 6;
const smallest = thorough ? 1_000_000 : 20_000;
const largest = thorough ? 40_000_000 : 2_000_000;
const filesPerRound = 3;

/** Entries for the largest CRL; smaller ones take a part. They need not differ from CRL to CRL. */
function entriesOf(octets: number): Uint8Array {
  const template = rawEntry(largeCrlSerial(0), new Date('2026-01-01T00:00:00Z'));
  const all = Buffer.alloc(Math.ceil(octets / template.length) * template.length);
  for (let start = 0; start < all.length; start += template.length) {
    all.set(template, start);
    // Inside the serial number, whose first octet stays as it is.
    all.writeUInt32BE(start / template.length, start + 6);
  }
  return all;
}

it(`keeps every acknowledged CRL over ${rounds} crashes`, { timeout: 900_000 }, async () => {
  ensureBuilt();
  const folder = await mkdtemp(join(tmpdir(), 'unify-pki-crash-'));
  try {
    const now = new Date();
    const pki = createStandIn({ now, crlBaseUrl: 'http://127.0.0.1:9', algorithm: 'ec-p256' });
    const setUp = await openSqliteStore({ folder });
    const deps = { store: setUp, guard: createGuard(), catalogues: [loadCatalogue(pki.catalogue)], now: Date.now };
    for (const { certificate } of pki.authorities) await importAuthorities(deps, certificate, 'imported');
    await setUp.close();

    const entries = entriesOf(largest);
    const entryLength = rawEntry(largeCrlSerial(0), now).length;
    let number = 0;
    const make = async (path: string): Promise<void> => {
      number += 1;
      const count = Math.floor((smallest + Math.random() * (largest - smallest)) / entryLength);
      const thisUpdate = new Date(now.getTime() - 86_400_000 + number * 1_000);
      const der = issueRawCrl({
        issuer: pki.user,
        thisUpdate,
        nextUpdate: new Date(thisUpdate.getTime() + 10 * 86_400_000),
        number,
        entries: entries.subarray(0, count * entryLength),
      });
      await writeFile(path, der);
    };

    const acknowledged = new Set<string>();
    /** What an import took last: kills are spread over that time. */
    let importTime = 300;
    for (let round = 0; round < rounds; round++) {
      const files = Array.from({ length: filesPerRound }, (_, index) => join(folder, `${index}.crl`));
      for (const file of files) await make(file);
      const input = { folder, catalogue: pki.catalogue, files };
      const child = startChild(new URL('./child/importer.mjs', import.meta.url), input, [], false);
      const wanted = Math.floor(Math.random() * filesPerRound);
      await new Promise<void>((resolve, reject) => {
        let seen = 0;
        let before = 0;
        const crashSoon = (): void => {
          setTimeout(() => void child.kill().then(resolve, reject), Math.random() * importTime);
        };
        child.process.on('message', (message: { acknowledged?: string; started?: boolean }) => {
          if (message.acknowledged !== undefined) {
            acknowledged.add(message.acknowledged);
            importTime = performance.now() - before;
            seen += 1;
          }
          before = performance.now();
          if (seen === wanted && (message.started === true || seen > 0)) crashSoon();
        });
        child.process.once('exit', (code) => code !== null && reject(new Error(`the importer ended with ${code}`)));
      });
      const store = await openSqliteStore({ folder });
      try {
        const held = new Set((await store.crls()).map(({ sha256 }) => sha256));
        expect([...acknowledged].filter((sha256) => !held.has(sha256))).toEqual([]);
        // Hashes every CRL that is held, those that were stored and not acknowledged too.
        expect(await verifyContents(store)).toEqual([]);
        expect((await verifyLog(store)).ok).toBe(true);
        expect((await store.crls({ current: true })).length).toBe(held.size === 0 ? 0 : 1);
      } finally {
        await store.close();
      }
    }
    expect(acknowledged.size).toBeGreaterThan(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
