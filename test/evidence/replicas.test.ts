/**
 * Four real services on one PostgreSQL (REVOCATION.md, "One fetch in flight per URL, over all replicas"): one refreshes, all use
 * what it brings, and whoever refreshes is killed with SIGKILL at random points. 20 rounds with CI set, 3 otherwise. And a
 * database that goes away and comes back. The plan is the real one, with seconds in place of hours.
 *
 * A new CRL shall be used by all within 5 s; machines that run tests are busy, so 20 s are allowed here.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGuard } from '../../src/net/guard.js';
import { importAuthorities, importCrl } from '../../src/refresh/bring.js';
import { createStandIn, issueServer, type StandIn } from '../../src/stand-in/index.js';
import type { Store } from '../../src/store/port.js';
import { verifyContents, verifyLog } from '../../src/store/verify.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { engines } from '../store/engines.js';
import { ensureBuilt } from '../support/built.js';
import {
  pause,
  type Service,
  type SlowPoint,
  sha256,
  startLine,
  startProxy,
  startService,
  startSlowPoint,
  until,
  verify,
} from './service.js';

const thorough = process.env.CI !== undefined && process.env.CI !== '';
const rounds = thorough ? 20 : 3;
const replicas = 4;
const usedWithin = 20_000;
const schedule = {
  firstSpread: 0,
  longestPoll: 1,
  shortestPause: 0.5,
  backoffFrom: 0.5,
  backoffTo: 1,
  jitter: 0,
  look: 0.2,
  lease: 2,
};

const postgres = (await engines()).find(({ name }) => name === 'postgres');
const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

interface Setting {
  readonly store: Store;
  readonly point: SlowPoint;
  readonly pki: StandIn;
  readonly databaseUrl: string;
  readonly env: Record<string, string>;
  readonly server: Uint8Array;
}

async function setUp(): Promise<Setting> {
  const place = await postgres?.place();
  if (place?.location.databaseUrl === undefined) throw new Error('no place');
  const store = await place.open();
  cleanup.push(async () => {
    await store.close();
    await place.drop();
  });
  const folder = await mkdtemp(join(tmpdir(), 'unify-pki-replicas-'));
  cleanup.push(() => rm(folder, { recursive: true, force: true }));
  const point = await startSlowPoint(100);
  cleanup.push(() => point.close());
  const now = new Date();
  const pki = createStandIn({ now, crlBaseUrl: point.url, algorithm: 'ec-p256' });
  const deps = { store, guard: createGuard(), catalogues: [loadCatalogue(pki.catalogue)], now: Date.now };
  for (const { certificate } of pki.authorities) await importAuthorities(deps, certificate, 'imported');
  const dates = { notBefore: new Date(now.getTime() - 86_400_000), notAfter: new Date(now.getTime() + 86_400_000) };
  const { certificate: server } = issueServer({ issuer: pki.infrastructure, hosts: ['a.example'], ...dates });
  const [catalogue, settings] = [join(folder, 'catalogue.json'), join(folder, 'schedule.json')];
  await writeFile(catalogue, JSON.stringify(pki.catalogue));
  await writeFile(settings, JSON.stringify(schedule));
  const env = {
    DATABASE_URL: place.location.databaseUrl,
    UNIFY_PKI_CATALOGUES: catalogue,
    UNIFY_PKI_SCHEDULE: settings,
    UNIFY_PKI_ALLOW_NETWORKS: `127.0.0.1/32 ${point.port}`,
  };
  return { store, point, pki, databaseUrl: place.location.databaseUrl, env, server };
}

/** True where the verdict of the service rests on this CRL. */
const uses = async (service: Service, server: Uint8Array, hash: string): Promise<boolean> => {
  const { status, revocation } = await verify(service, server);
  return status === 'valid' && revocation.some(({ evidence }) => evidence?.sha256 === hash);
};

describe.skipIf(postgres?.absent !== undefined)(
  `services on PostgreSQL${postgres?.absent ? `: ${postgres.absent}` : ''}`,
  () => {
    beforeAll(ensureBuilt);

    it(`share the work and lose nothing over ${rounds} kills of whoever refreshes`, {
      timeout: 120_000 + rounds * 60_000,
    }, async () => {
      const { store, point, pki, env, server } = await setUp();
      const running = new Set<Service>();
      cleanup.push(async () => {
        for (const service of running) await service.kill();
      });
      let asking: Service | undefined;
      const add = async (): Promise<Service> => {
        let self: Service | undefined;
        const proxy = await startProxy(() => {
          asking = self ?? asking;
        });
        cleanup.push(() => proxy.close());
        self = await startService({ ...env, UNIFY_PKI_PROXY: proxy.url });
        running.add(self);
        return self;
      };
      const published: string[] = [];
      const publish = (number: number): string => {
        const at = new Date(Date.now() - 60_000 + number * 1_000);
        for (const authority of number === 0 ? pki.authorities : [pki.user, pki.infrastructure]) {
          const der = pki.issueCrl(authority, at, { crlNumber: number + 1 });
          point.publish(authority.crlPath, der);
          published.push(sha256(der));
        }
        return published.at(-1) ?? '';
      };
      const held = async (): Promise<string[]> => (await store.crls()).map((crl) => crl.sha256);
      const allUse = async (hash: string): Promise<boolean> =>
        (await Promise.all([...running].map((service) => uses(service, server, hash)))).every(Boolean);

      publish(0);
      await Promise.all(Array.from({ length: replicas }, add));
      await until('everyone is fresh', 60_000, async () => (await held()).length === published.length);
      const spread: number[] = [];
      for (let round = 1; round <= rounds; round++) {
        asking = undefined;
        const hash = publish(round);
        await until('somebody asks', 60_000, () => asking !== undefined);
        // Anywhere from the connection to the store's last transaction.
        await pause(Math.random() * 500);
        const victim = asking as Service | undefined;
        if (victim === undefined) throw new Error('nobody asked');
        await victim.kill();
        running.delete(victim);
        await until('another has taken over and stored all', 60_000, async () => {
          const stored = new Set(await held());
          return published.every((one) => stored.has(one));
        });
        spread.push(await until('all use the new CRL', usedWithin, () => allUse(hash)));
        const replacement = await add();
        await until('the replacement uses it', usedWithin, () => uses(replacement, server, hash));
      }
      expect(running.size).toBe(replicas);
      expect(point.atOnce()).toBe(1);
      // Twice only where the first to fetch was killed before it had stored it.
      for (const hash of published) expect(point.given.get(hash)).toBeLessThanOrEqual(2);
      const twice = published.filter((hash) => (point.given.get(hash) ?? 0) > 1).length;
      expect(twice).toBeLessThanOrEqual(2 * rounds);
      expect((await held()).sort()).toEqual([...published].sort());
      expect(await verifyContents(store)).toEqual([]);
      expect(await verifyLog(store)).toMatchObject({ ok: true });
      expect(Math.max(...spread)).toBeLessThan(usedWithin);
      process.stdout.write(`used by all after ${spread.map(Math.round).join(', ')} ms\n`);
    });

    it('go on with the last snapshot while the database is away, say so, and need no restart', {
      timeout: 180_000,
    }, async () => {
      const { store, point, pki, env, databaseUrl, server } = await setUp();
      for (const authority of pki.authorities)
        point.publish(authority.crlPath, pki.issueCrl(authority, new Date(Date.now() - 60_000)));
      const url = new URL(databaseUrl);
      const line = await startLine(url.hostname, Number(url.port || 5432));
      cleanup.push(line.cut);
      url.port = String(line.port);
      url.hostname = '127.0.0.1';
      const service = await startService({ ...env, DATABASE_URL: url.href });
      cleanup.push(() => service.kill());
      const notes = async (): Promise<string[]> => {
        const response = await fetch(`${service.url}/readyz`);
        return ((await response.json()) as { notes: string[] }).notes;
      };
      await until('a first verdict', 60_000, async () => (await verify(service, server)).status === 'valid');
      expect(await notes()).toEqual([]);
      await line.cut();
      await until('it says so', 30_000, async () =>
        (await notes()).some((note) => note.includes('store cannot be reached')),
      );
      expect((await verify(service, server)).status).toBe('valid');
      // Meanwhile another replica brings something new.
      const der = pki.issueCrl(pki.infrastructure, new Date());
      const deps = { store, guard: createGuard(), catalogues: [loadCatalogue(pki.catalogue)], now: Date.now };
      expect(await importCrl(deps, der, 'imported')).toMatchObject([{ ok: true, change: 'added' }]);
      await line.mend();
      await until('it is back', 30_000, async () => (await notes()).length === 0);
      await until('it uses what is new', usedWithin, () => uses(service, server, sha256(der)));
    });
  },
);
