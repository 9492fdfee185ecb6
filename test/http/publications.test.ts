/** A service and its job over 30 simulated days of publications: always fresh, each publication stored once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Running } from '../../src/cli/serve.js';
import { adminToken, createWorld, send, type World } from './support.js';

const hour = 3_600_000;
const day = 24 * hour;
let world: World;
let running: Running;
let now: number;

beforeAll(async () => {
  world = await createWorld();
  now = world.now.getTime();
  running = await world.start({ now: () => new Date(now) });
  await world.fill(running);
});
afterAll(() => world.close());

it('stays fresh, stores each publication once, and asks no more than the plan says', async () => {
  const { standIn, samples, point } = world;
  const headers = { authorization: `Bearer ${adminToken}` };
  const { url } = running.server;
  const start = now;
  let published = 0;
  for (; now < start + 30 * day; now += 3 * hour) {
    if ((now - start) % (4 * day) === 0 && now > start) {
      published += 1;
      for (const { path, der } of standIn.issueCrls(new Date(now))) point.publish(path, der, new Date(now));
    }
    const refreshed = await send(`${url}/v1/crls/refresh`, { headers });
    expect([now - start, refreshed.json.fresh]).toEqual([now - start, true]);
    const verdict = await send(`${url}/v1/certificates/verify?profile=tls-server&dns=uc.stand-in.example`, {
      type: 'application/pkix-cert',
      body: samples.server.certificate,
    });
    expect([now - start, verdict.json.status]).toEqual([now - start, 'valid']);
  }
  const metrics = (await send(`${url}/metrics`, { method: 'GET' })).text;
  const history = await send(`${url}/v1/crls?authority=stand-in-infrastructure&history=true`, { method: 'GET' });
  expect(history.json.crls).toHaveLength(1 + published);
  expect(metrics).toMatch(/^x509_crl_stale\{authority="stand-in-infrastructure"\} 0$/m);
  // Every 6 hours in 30 days, hourly only inside the lead, which publications every 4 days never reach.
  const { total, notModified } = point.requests(standIn.infrastructure.crlPath);
  expect(total).toBeLessThanOrEqual(1 + (30 * day) / (6 * hour));
  expect(total).toBeGreaterThan(50);
  // One full answer for each publication, one more for each week.
  expect(total - notModified).toBeLessThanOrEqual(1 + published + 5);
});
