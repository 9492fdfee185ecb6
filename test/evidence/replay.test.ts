/**
 * A bundle made by the service replays in another folder, by a process that has no store and asks nobody: to the byte. The
 * service has a history that is compacted in its memory; the bundle carries its CRLs whole.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Running } from '../../src/cli/serve.js';
import { adminToken, createWorld, send, type World } from '../http/support.js';
import { ensureBuilt, mainFile } from '../support/built.js';

const day = 86_400_000;
const formerCrls = 12;
let world: World;
let running: Running;
beforeAll(async () => {
  ensureBuilt();
  world = await createWorld();
  running = await world.start();
  await world.fill(running);
  const headers = { authorization: `Bearer ${adminToken}` };
  for (let index = formerCrls; index > 0; index--) {
    const body = world.standIn.issueCrl(world.standIn.infrastructure, new Date(world.now.getTime() - index * 5 * day));
    const url = `${running.server.url}/v1/crls`;
    expect((await send(url, { type: 'application/pkix-crl', body, headers })).status).toBe(200);
  }
});
afterAll(() => world.close());

/** Another machine: an empty folder, no data, a proxy that is not there for whoever would ask the network. */
function replay(name: string, bundle: object) {
  const folder = join(world.folder, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'bundle.json'), JSON.stringify(bundle));
  const ran = spawnSync(process.execPath, [mainFile, 'replay', 'bundle.json', '--json'], {
    cwd: folder,
    env: { PATH: process.env.PATH, UNIFY_PKI_DATA: join(folder, 'data'), UNIFY_PKI_PROXY: 'http://127.0.0.1:1' },
    encoding: 'utf8',
  });
  expect(readdirSync(folder)).toEqual(['bundle.json']);
  return { code: ran.status, err: ran.stderr, answer: JSON.parse(ran.stdout) };
}

it.each([
  ['certificate', 'certificates', 'application/pkix-cert', () => world.samples.server.certificate, 'valid', 0],
  ['revoked', 'certificates', 'application/pkix-cert', () => world.samples.revokedServer.certificate, 'invalid', 1],
  ['mail', 'messages', 'message/rfc822', () => world.messages.goodMultipart, 'valid', 0],
] as const)('%s', async (name, path, type, body, status, code) => {
  const url = `${running.server.url}/v1/${path}/verify?evidence=true`;
  const { evidence, ...verdict } = (await send(url, { type, body: body() })).json;
  expect(verdict.status).toBe(status);
  expect(running.service.material().history?.length).toBeGreaterThanOrEqual(formerCrls - 4);
  expect(evidence.trust.crls).toHaveLength(4 + formerCrls);
  const same = replay(name, evidence);
  expect([same.code, same.err, same.answer.same, same.answer.runtimeDiffers]).toEqual([code, '', true, false]);
  expect(JSON.stringify(same.answer.verdict)).toBe(JSON.stringify(verdict));
});

it('an engine that judges otherwise shows both verdicts and what differs', async () => {
  const url = `${running.server.url}/v1/certificates/verify?evidence=true`;
  const { evidence } = (await send(url, { type: 'application/pkix-cert', body: world.samples.server.certificate }))
    .json;
  const older = structuredClone(evidence);
  older.engineVersion = older.verdict.engineVersion = '0.0.1';
  older.verdict.status = 'indeterminate';
  const { code, answer } = replay('older', older);
  expect(code).toBe(2);
  expect(answer).toMatchObject({
    same: false,
    differing: ['status', 'engineVersion'],
    engine: { recorded: '0.0.1', now: evidence.engineVersion },
    verdict: { status: 'valid' },
    recorded: { status: 'indeterminate' },
  });
});
