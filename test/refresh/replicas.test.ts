/**
 * Several service processes on one PostgreSQL, each killed with SIGKILL now and then: exactly one refreshes at a time,
 * all use a new CRL at their next look, nothing is lost or fetched twice, the log stays whole.
 */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuard } from '../../src/net/guard.js';
import { importAuthorities } from '../../src/refresh/bring.js';
import { createStandIn, serveDistributionPoint } from '../../src/stand-in/index.js';
import { verifyContents, verifyLog } from '../../src/store/verify.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { type Child, startChild } from '../store/child/child.js';
import { engines } from '../store/engines.js';
import type { ReplicaInput } from './replica.js';
import { day, hour, start } from './world.js';

const rounds = Number(process.env.REPLICA_ROUNDS ?? 2);
const replicas = 4;
/** Six simulated hours, the regular poll, pass in three seconds. */
const speed = (6 * hour) / 3_000;
const leaseMs = 1_500;

const postgres = (await engines()).find(({ name }) => name === 'postgres');
const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

describe.skipIf(postgres?.absent !== undefined)(`replicas${postgres?.absent ? `: ${postgres.absent}` : ''}`, () => {
  it(`refresh one at a time and lose nothing over ${rounds} kills`, {
    timeout: 120_000 + rounds * 60_000,
  }, async () => {
    const place = await postgres?.place();
    if (place?.location.databaseUrl === undefined) throw new Error('no place');
    const store = await place.open();
    cleanup.push(async () => {
      await store.close();
      await place.drop();
    });
    const point = await serveDistributionPoint();
    cleanup.push(() => point.close());
    const pki = createStandIn({ now: new Date(start), crlBaseUrl: point.url, algorithm: 'ec-p256' });
    const catalogue = loadCatalogue(pki.catalogue);
    const deps = { store, guard: createGuard(), catalogues: [catalogue], now: () => start };
    for (const { certificate } of pki.authorities) await importAuthorities(deps, certificate, 'imported');

    // The distribution point answers slowly, so that kills meet fetches under way, and counts who is there at once.
    const published = new Map<string, Buffer>();
    let atOnce = 0;
    let requests = 0;
    for (const { crlPath } of pki.authorities) {
      let here = 0;
      point.handle(crlPath, (_, response) => {
        requests += 1;
        here += 1;
        atOnce = Math.max(atOnce, here);
        response.on('close', () => {
          here -= 1;
        });
        setTimeout(() => response.end(published.get(crlPath)), 150);
      });
    }
    const zero = Date.now();
    const simulated = (): number => start + (Date.now() - zero) * speed;
    const all: string[] = [];
    const publish = (): string[] => {
      // The root's CRL is asked for daily only: it is published once, so that rounds are short.
      const crls = pki
        .issueCrls(new Date(simulated()))
        .filter(({ path }) => path !== pki.root.crlPath || !published.has(path));
      for (const { path, der } of crls) published.set(path, Buffer.from(der));
      return crls.map(({ der }) => createHash('sha256').update(der).digest('hex'));
    };

    const input: ReplicaInput = {
      databaseUrl: place.location.databaseUrl,
      catalogue: pki.catalogue,
      port: Number(new URL(point.url).port),
      from: start,
      zero,
      speed,
      leaseMs,
    };
    const uses = new Map<Child, Set<string>>();
    const add = (): Child => {
      const child = startChild(new URL('./replica.ts', import.meta.url), input);
      const seen = new Set<string>();
      uses.set(child, seen);
      child.process.on('message', (message: { uses?: string }) => {
        if (message.uses !== undefined) seen.add(message.uses);
      });
      return child;
    };
    cleanup.push(async () => {
      for (const child of uses.keys()) await child.kill();
    });
    const until = async (what: string, condition: () => boolean | Promise<boolean>, within: number): Promise<void> => {
      const end = performance.now() + within;
      while (!(await condition())) {
        if (performance.now() > end) throw new Error(`not in time: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await Promise.all(
      Array.from({ length: replicas }, add).map((child) => child.message((m) => (m as { ready?: boolean }).ready)),
    );

    for (let round = 0; round < rounds; round++) {
      const hashes = publish();
      all.push(...hashes);
      const before = requests;
      await until('a request', () => requests > before, 60_000);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
      const victim = [...uses.keys()][Math.floor(Math.random() * replicas)];
      if (victim === undefined) throw new Error('no replica');
      await victim.kill();
      uses.delete(victim);
      // At most a lease until another takes over.
      const held = async (): Promise<Set<string>> => new Set((await store.crls()).map(({ sha256 }) => sha256));
      await until(
        'all publications stored',
        async () =>
          hashes.every(
            (
              (set) => (hash: string) =>
                set.has(hash)
            )(await held()),
          ),
        60_000,
      );
      const everyone = (): boolean => [...uses.values()].every((seen) => hashes.every((hash) => seen.has(hash)));
      await until('all replicas use them', everyone, 30_000);
      const replacement = add();
      await replacement.message((m) => (m as { ready?: boolean }).ready);
      await until('the new replica uses them', everyone, 30_000);
    }
    expect(atOnce).toBe(1);
    expect((await store.crls()).map(({ sha256 }) => sha256)).toEqual(expect.arrayContaining(all));
    expect(await store.crls()).toHaveLength(all.length);
    expect(await verifyContents(store)).toEqual([]);
    expect((await verifyLog(store)).ok).toBe(true);
    // One request per poll and URL, not one per replica: three authorities every 6 hours, the root daily; more only
    // inside the lead, which these CRLs do not reach, and after each kill.
    const polls = ((simulated() - start) / (6 * hour) + 1) * 3 + (simulated() - start) / day + 1;
    expect(requests).toBeLessThanOrEqual(polls + rounds * 8 + 8);
  });
});
