/** Compiles openssl.c where a compiler and libcrypto's headers are there, and makes contenders of its commands. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const folder = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const program = join(folder, 'openssl-peer');
const source = new URL('openssl.c', import.meta.url).pathname;
const compiled = spawnSync('cc', ['-O2', '-o', program, source, '-lcrypto'], { encoding: 'utf8' });

export const haveOpenssl = compiled.status === 0;
export const opensslVersion = haveOpenssl
  ? execFileSync(program, ['version'], { encoding: 'utf8' }).trim()
  : 'absent: no compiler, or no headers of libcrypto (Debian: gcc and libssl-dev)';

/** One run of the program: its line, parsed. A wrong verdict makes it exit with 3, which throws here. */
export function openssl(...commands) {
  return JSON.parse(execFileSync(program, commands.map(String), { encoding: 'utf8' }));
}

/** Empty where the program could not be compiled, so that a row goes on without it. */
export function opensslContender(name, ...commands) {
  return haveOpenssl ? [{ name, round: () => openssl(...commands).us }] : [];
}
