/** Runs the openssl command on files in a temporary folder: the second opinion on what the stand-in issues. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { haveTool, toolAbsent } from '../support/tools.js';

export const haveOpenssl = haveTool('openssl', 'version');
export const opensslAbsent = toolAbsent('openssl');

export interface OpensslResult {
  ok: boolean;
  output: string;
  stdout: Uint8Array;
}

/** Arguments of the form "@name" become the path of that file. */
export function openssl(files: Record<string, Uint8Array | string>, ...args: string[]): OpensslResult {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const resolved = args.map((arg) => (arg.startsWith('@') ? join(folder, arg.slice(1)) : arg));
    const result = spawnSync('openssl', resolved, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
    return {
      ok: result.status === 0,
      output: `${result.stdout.toString('utf8')}${result.stderr.toString('utf8')}`,
      stdout: new Uint8Array(result.stdout),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
