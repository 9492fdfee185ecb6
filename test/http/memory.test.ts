/** A 100 MB message through the real process: its memory stays flat (DESIGN.md §5: streamed). */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBuilt, mainFile } from '../support/built.js';
import { largeMail, streamOf } from './large-mail.js';
import { createWorld, send, type World } from './support.js';

const mebibyte = 1024 * 1024;
let world: World;
let service: ChildProcess;
let url: string;

beforeAll(async () => {
  ensureBuilt();
  world = await createWorld();
  const catalogue = join(world.folder, 'memory.json');
  writeFileSync(catalogue, JSON.stringify(world.standIn.catalogue));
  service = spawn(process.execPath, [mainFile, 'serve', '--port', '0', '--catalogue', catalogue], {
    env: { PATH: process.env.PATH, UNIFY_PKI_DATA: join(world.folder, 'memory'), UNIFY_PKI_REFRESH: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  url = await new Promise((resolve) => {
    service.stdout?.on('data', (chunk) => {
      log += chunk;
      const line = log.split('\n').find((text) => text.includes('"listening"'));
      if (line !== undefined) resolve(JSON.parse(line).url);
    });
  });
});
afterAll(async () => {
  service.kill('SIGTERM');
  await world.close();
});

const ask = (size: number) =>
  send(`${url}/v1/messages/verify?revocation=off`, {
    type: 'message/rfc822',
    body: streamOf(largeMail(world.samples.person, size)),
  });

async function residentMemory(): Promise<number> {
  const { text } = await send(`${url}/metrics`, { method: 'GET' });
  return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]);
}

it('100 MB take at most 60 MB above idle', async () => {
  // The authorities come with the first message's request; what the runtime loads once is loaded then.
  for (const { certificate } of world.standIn.authorities.slice(0, 2)) {
    const answer = await send(`${url}/v1/certificates/verify?revocation=off`, {
      type: 'application/pkix-cert',
      body: certificate,
    });
    expect(answer.status).toBe(200);
  }
  expect((await ask(mebibyte)).json.status).toBe('valid');
  const idle = await residentMemory();
  let peak = idle;
  let done = false;
  const watching = (async () => {
    while (!done) {
      peak = Math.max(peak, await residentMemory());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const answer = await ask(100 * 1000 * 1000);
  done = true;
  await watching;
  expect([answer.status, answer.json.status]).toEqual([200, 'valid']);
  expect(Math.round((peak - idle) / mebibyte)).toBeLessThanOrEqual(60);
});
