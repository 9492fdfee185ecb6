/**
 * `serve` with its CRL schedule over a month of simulated time: a real distribution point, a real store, the whole service; only
 * the clock is moved by hand. Beside it the job as cron would run it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Configuration } from '../../src/cli/configuration.js';
import { type Running, startService } from '../../src/cli/serve.js';
import { defaultPlan } from '../../src/refresh/plan.js';
import { createStandIn, serveDistributionPoint } from '../../src/stand-in/index.js';
import { silentIo } from '../http/support.js';

const hour = 3_600_000;
const day = 24 * hour;
const folder = mkdtempSync(join(tmpdir(), 'unify-pki-schedule-'));
const stops: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('serve over 30 days of publications', () => {
  it('is always fresh, stores each publication once, and asks no more than the plan says', async () => {
    const begin = Date.UTC(2026, 5, 1, 12);
    let now = begin;
    const point = await serveDistributionPoint();
    stops.push(() => point.close());
    const pki = createStandIn({ now: new Date(now), crlBaseUrl: point.url, algorithm: 'ec-p256' });
    const publish = () => {
      for (const authority of pki.authorities) {
        point.publish(authority.crlPath, pki.issueCrl(authority, new Date(now)), new Date(now));
      }
    };
    publish();
    const catalogue = join(folder, 'catalogue.json');
    writeFileSync(catalogue, JSON.stringify(pki.catalogue));
    const configuration: Configuration = {
      dataFolder: join(folder, 'data'),
      catalogues: [catalogue],
      timestampAuthorities: [],
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      refresh: true,
      schedule: { plan: defaultPlan, options: { tickMs: 2 } },
      network: { allow: [{ cidr: '127.0.0.1/32', ports: [Number(new URL(point.url).port)] }] },
    };
    const log = { info() {}, warn() {}, error() {} };
    const running: Running = await startService(
      configuration,
      silentIo(() => new Date(now)),
      log,
    );
    stops.push(() => running.stop());
    for (const { id, certificate } of pki.authorities) {
      expect(await running.service.install(certificate, id)).toMatchObject({ ok: true });
    }

    const current = () => running.service.crls({ current: true });
    const settle = async (condition: () => Promise<boolean>) => {
      for (let i = 0; i < 2000 && !(await condition()); i++) await new Promise((done) => setTimeout(done, 2));
      expect(await condition()).toBe(true);
    };
    // The first fetches are spread over a minute.
    for (let i = 0; i < 12; i++) {
      now += 10_000;
      await new Promise((done) => setTimeout(done, 10));
    }
    await settle(async () => (await current()).length === 4);

    let publications = 1;
    let nextPublication = begin + 9 * day;
    const end = begin + 30 * day;
    while (now < end) {
      if (now >= nextPublication) {
        publish();
        publications += 1;
        nextPublication += 9 * day;
      }
      now += hour;
      // Time for the schedule to look, ask, and store.
      await new Promise((done) => setTimeout(done, 8));
      // A slow machine may need longer than that; the simulated time stands still meanwhile.
      await settle(async () => (await current()).every(({ nextUpdate }) => (nextUpdate ?? 0) > now));
    }
    await settle(async () => (await running.service.crls()).length === 4 * publications);

    for (const { id, crlPath } of pki.authorities) {
      const stored = await running.service.crls({ authority: id });
      expect(stored, id).toHaveLength(publications);
      expect(new Set(stored.map(({ sha256 }) => sha256)).size, id).toBe(publications);
      const { total, notModified } = point.requests(crlPath);
      // Every six hours, an hour apart within two days of nextUpdate, of which each publication spends one.
      expect(total, id).toBeLessThanOrEqual((30 * 24) / 6 + publications * 24 + 2);
      // In full: each publication, and once a week.
      expect(total - notModified, id).toBeLessThanOrEqual(publications + Math.ceil(30 / 7) + 1);
      expect(notModified, id).toBeGreaterThan(0);
    }
  });
});
