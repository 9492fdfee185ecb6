/** The demo: every case right, and the commands that it prints work when pasted. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.js';
import { haveTool, toolAbsent } from '../support/tools.js';

async function runDemo(args: string[], untilStopped: (out: () => string) => Promise<void>) {
  let out = '';
  let err = '';
  const code = await run(['demo', ...args], {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    stdin: async () => new Uint8Array(),
    env: {},
    now: () => new Date(),
    colours: false,
    untilStopped: () => untilStopped(() => out),
  });
  return { code, out, err };
}

describe('demo', () => {
  it('--once: every verdict is as expected, one line each', async () => {
    const { code, out, err } = await runDemo(['--once'], async () => {});
    expect(err).toBe('');
    expect(out).not.toContain('NOT AS EXPECTED');
    expect(code).toBe(0);
    const verdicts = out.split('\n').filter((line) => /^(VALID|INVALID|INDETERMINATE) /.test(line));
    expect(verdicts).toHaveLength(19);
  });

  const curl = haveTool('curl');
  it.skipIf(!curl)(
    `prints three commands that work when pasted${curl ? '' : ` (skipped: ${toolAbsent('curl')})`}`,
    async () => {
      const answers: { status?: string; authorities?: unknown[] }[] = [];
      const { code } = await runDemo(['--port', '0'], async (out) => {
        const commands = out()
          .split('\n')
          .filter((line) => line.startsWith('  curl '));
        expect(commands).toHaveLength(3);
        for (const command of commands) {
          const { stdout } = await promisify(execFile)('sh', ['-c', command]);
          answers.push(JSON.parse(stdout));
        }
      });
      expect(code).toBe(0);
      expect(answers.map(({ status }) => status)).toEqual(['valid', 'valid', undefined]);
      expect(answers[2]?.authorities?.length).toBeGreaterThan(0);
    },
  );
});
