/** The executable as users start it: real processes, signals, pipes. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, mainFile } from '../support/built.js';
import { createWorld, type World } from './support.js';

let world: World;
beforeAll(() => {
  ensureBuilt();
  world = createWorld();
});
afterAll(() => world.close());

const start = (args: string[], input?: Uint8Array) =>
  spawnSync(process.execPath, [mainFile, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, UNIFY_PKI_DATA: join(world.folder, 'data') },
    ...(input === undefined ? {} : { input }),
  });

describe('the executable', () => {
  it('gives the exit codes of the contract and writes errors to stderr', () => {
    const root = world.pem('root.pem', world.standIn.root);
    const rest = ['--anchor', root, '--revocation', 'off'];
    expect(start(['verify', root, ...rest]).status).toBe(0);
    expect(start(['verify', root, '--dns', 'a.example', ...rest]).status).toBe(1);
    const leaf = world.file('leaf.cer', world.samples.server.certificate);
    const indeterminate = start(['verify', leaf, ...rest]);
    expect([indeterminate.status, indeterminate.stderr]).toEqual([2, '']);
    const usage = start(['verify', leaf, '--at', 'then']);
    expect([usage.status, usage.stdout]).toEqual([64, '']);
    const unreadable = start(['verify', '-'], Buffer.from('nothing of use'));
    expect([unreadable.status, unreadable.stdout]).toEqual([65, '']);
    expect(unreadable.stderr).toContain('certificate_malformed');
  });

  it('serves until it is asked to stop, and then ends with 0', async () => {
    const serving = spawn(process.execPath, [mainFile, 'serve', '--port', '0'], {
      env: { PATH: process.env.PATH, UNIFY_PKI_DATA: join(world.folder, 'serving') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      let log = '';
      for await (const chunk of serving.stdout) {
        log += chunk;
        if (log.includes('listening')) break;
      }
      const { url } = JSON.parse(log.split('\n').find((line) => line.includes('listening')) as string);
      const response = await fetch(`${url}/v1/authorities`);
      const { authorities } = (await response.json()) as { authorities: { id: string }[] };
      expect(authorities.map(({ id }) => id)).toContain('unify-root');
      const exited = once(serving, 'exit');
      serving.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
    } finally {
      serving.kill('SIGKILL');
    }
  });

  it('says in a sentence that a port is taken', async () => {
    const { createServer } = await import('node:net');
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    // Not spawnSync: the other server lives in this process.
    const second = spawn(process.execPath, [mainFile, 'serve', '--port', String(port)], {
      env: { PATH: process.env.PATH, UNIFY_PKI_DATA: join(world.folder, 'second') },
    });
    let err = '';
    second.stderr.on('data', (chunk) => {
      err += chunk;
    });
    const [code] = await once(second, 'exit');
    taken.close();
    expect([code, err]).toEqual([69, expect.stringContaining('EADDRINUSE')]);
  });
});
