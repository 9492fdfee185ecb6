/**
 * A history of CRLs with tens of thousands of entries: compacted as the small ones are, in steps between which requests get their
 * turn. Steps are counted here; how long they take is measured by the benches.
 */
import { expect, it } from 'vitest';
import { importCrl } from '../../src/refresh/bring.js';
import { createEvidenceReader } from '../../src/refresh/evidence.js';
import type { HeldCrl } from '../../src/revocation/held-crl.js';
import { createWorld } from '../refresh/world.js';
import { issueRawCrl, rawEntry } from './crl.js';

const day = 86_400_000;
const crlCount = 9;
const entryCount = 40_000;

it('keeps of large CRLs the latest whole, answers as before, and lets others have their turn', async () => {
  const w = await createWorld();
  try {
    // Entry `index` leaves the list after CRL `index`, and those behind it are the same in all.
    const serials = Array.from({ length: entryCount }, (_, index) => 2n ** 120n + BigInt(index) * 7_919n);
    const entries = serials.map((serial) => rawEntry(serial, new Date(w.now - 100 * day)));
    for (let index = 0; index < crlCount; index++) {
      const thisUpdate = new Date(w.now - (crlCount - index) * day);
      const octets = Buffer.concat(entries.slice(index));
      expect(octets.length).toBeGreaterThan(1024 * 1024);
      const nextUpdate = new Date(w.now + 10 * day);
      const der = issueRawCrl({ issuer: w.pki.user, thisUpdate, nextUpdate, number: index + 1, entries: octets });
      expect(await importCrl(w.deps, der, 'imported')).toMatchObject([{ ok: true, change: 'added' }]);
    }
    // From memory, so that no turn is owed to a disk.
    const octets = new Map<string, Uint8Array | undefined>();
    for (const { sha256 } of await w.store.crls()) octets.set(sha256, await w.store.crlBytes(sha256));
    const store = { ...w.store, crlBytes: async (sha256: string) => octets.get(sha256)?.slice() };
    const { result, turns } = await turnsOf(createEvidenceReader(store));
    const { crls, history } = result;
    expect(turns).toBeGreaterThan(((crlCount - 1) * entryCount) / 5_000);
    expect(crls.map(({ entryCount }) => entryCount)).toEqual([entryCount - crlCount + 1]);
    const octetsOf = (serial: bigint) => new Uint8Array(Buffer.from(serial.toString(16).padStart(32, '0'), 'hex'));
    const lists = (crl: HeldCrl, serial: bigint) => crl.entries.find(octetsOf(serial)).length;
    expect(history.map(({ number }) => number)).toEqual(Array.from({ length: crlCount - 1 }, (_, i) => BigInt(i + 1)));
    for (const [index, crl] of history.entries()) {
      expect(crl.entries.entryCount).toBe(entryCount - index);
      expect(serials.slice(0, crlCount).map((serial) => lists(crl, serial))).toEqual(
        serials.slice(0, crlCount).map((_, entry) => Number(entry >= index)),
      );
      expect(lists(crl, serials.at(-1) ?? 0n)).toBe(1);
      expect(lists(crl, 1n)).toBe(0);
    }
    const whole = await createEvidenceReader(store, { largest: 1024 * 1024 })();
    expect([whole.crls.length, whole.history.length]).toEqual([crlCount, 0]);
  } finally {
    await w.close();
  }
});

/** How often the event loop went round meanwhile. */
async function turnsOf<T>(work: () => Promise<T>): Promise<{ result: T; turns: number }> {
  let turns = 0;
  let running = true;
  const count = (): void => {
    turns += 1;
    if (running) setImmediate(count);
  };
  setImmediate(count);
  const result = await work();
  running = false;
  return { result, turns };
}
