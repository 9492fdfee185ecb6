/**
 * Large CRLs are indexed, and their signatures looked at, in a thread of their own: from the built program, where that thread's
 * file is. What the thread takes in time and memory is measured by the benches.
 */
import { beforeAll, expect, it } from 'vitest';
import type { threadIndexer } from '../../src/cli/crl-indexer.js';
import { importCrl } from '../../src/refresh/bring.js';
import { indexHere } from '../../src/refresh/deps.js';
import { createEvidenceReader } from '../../src/refresh/evidence.js';
import { largeCrlSerial } from '../../src/stand-in/index.js';
import { createWorld } from '../refresh/world.js';
import { ensureBuilt } from '../support/built.js';
import { issueRawCrl, rawEntry } from './crl.js';

let indexer: typeof threadIndexer;
beforeAll(async () => {
  ensureBuilt();
  const file = new URL('../../dist/cli/crl-indexer.js', import.meta.url).href;
  indexer = ((await import(/* @vite-ignore */ file)) as { threadIndexer: typeof threadIndexer }).threadIndexer;
});

/** How many threads were started while `work` ran. */
async function threads(work: () => Promise<unknown>): Promise<number> {
  let started = 0;
  const count = (): void => {
    started += 1;
  };
  process.on('worker', count);
  try {
    await work();
  } finally {
    process.off('worker', count);
  }
  return started;
}

it('gives the same index as this thread does, and leaves or takes the octets as told', async () => {
  const w = await createWorld();
  try {
    const large = largeCrl(w, 40_000);
    const signers = w.pki.authorities.map(({ certificate }) => certificate);
    const here = await indexHere(large, signers);
    expect(here.verifiedKeys).toHaveLength(1);
    expect(await threads(async () => expect(await indexer(large, signers)).toEqual(here))).toBe(1);
    expect(large.length).toBeGreaterThan(1_000_000);
    const given = new Uint8Array(large);
    expect((await indexer(given, signers, 'given')).sha256).toBe(here.sha256);
    expect(given.length).toBe(0);
    // The copy of what is not read is wasted: small ones stay here.
    expect(await threads(() => indexer(largeCrl(w, 100), signers))).toBe(0);
  } finally {
    await w.close();
  }
});

it('is asked by acceptance and by the snapshot, once each, and nobody checks the signature again', async () => {
  const w = await createWorld();
  try {
    const der = largeCrl(w, 40_000);
    const started = await threads(async () => {
      const [answer] = await importCrl({ ...w.deps, indexer }, der, 'imported');
      expect(answer).toMatchObject({
        ok: true,
        change: 'added',
        record: { entries: 40_000, authority: w.pki.user.id },
      });
    });
    expect(started).toBe(1);
    const read = createEvidenceReader(w.store, { indexer });
    expect(await threads(read)).toBe(1);
    const again = await read();
    expect(await threads(read)).toBe(0);
    // With these keys settled, signatureFits (revocation/signer.ts) computes nothing.
    expect(again.crls.map(({ verifiedKeys }) => verifiedKeys?.length)).toEqual([1]);
    const spoilt = der.slice();
    spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
    expect(await importCrl({ ...w.deps, indexer }, spoilt, 'imported')).toMatchObject([
      { ok: false, code: 'crl_signature_invalid' },
    ]);
  } finally {
    await w.close();
  }
});

function largeCrl(w: Awaited<ReturnType<typeof createWorld>>, count: number): Uint8Array {
  const template = rawEntry(largeCrlSerial(0), new Date(w.now));
  const entries = Buffer.alloc(template.length * count);
  for (let index = 0; index < count; index++) {
    entries.set(template, index * template.length);
    entries.writeUInt32BE(index, index * template.length + 6);
  }
  const nextUpdate = new Date(w.now + 10 * 86_400_000);
  return issueRawCrl({ issuer: w.pki.user, thisUpdate: new Date(w.now), nextUpdate, number: count, entries });
}
