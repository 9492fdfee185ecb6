/** Runs the command line inside the test, with files of a small stand-in PKI in a temporary folder. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/run.js';
import {
  createSampleMessages,
  createSamples,
  createStandIn,
  type Samples,
  type StandIn,
} from '../../src/stand-in/index.js';
import { writePem } from '../../src/x509/pem.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface World {
  readonly now: Date;
  readonly folder: string;
  readonly standIn: StandIn;
  readonly samples: Samples;
  readonly messages: ReturnType<typeof createSampleMessages>;
  /** Writes a file and gives its path. */
  file(name: string, content: Uint8Array | string): string;
  pem(name: string, ...certificates: { certificate: Uint8Array }[]): string;
  /** Data folder of its own; `env` over it. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  close(): void;
}

export interface RunOptions {
  env?: Record<string, string>;
  stdin?: Uint8Array;
  now?: Date;
}

export function createWorld(crlBaseUrl = 'http://127.0.0.1:9'): World {
  const now = new Date();
  const folder = mkdtempSync(join(tmpdir(), 'unify-pki-cli-'));
  const standIn = createStandIn({ now, crlBaseUrl, algorithm: 'ec-p256' });
  const samples = createSamples({ standIn, now, crlBaseUrl, algorithm: 'ec-p256' });
  const file: World['file'] = (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  return {
    now,
    folder,
    standIn,
    samples,
    messages: createSampleMessages(samples, now),
    file,
    pem: (name, ...certificates) =>
      file(name, certificates.map(({ certificate }) => writePem('CERTIFICATE', certificate)).join('')),
    async run(args, options = {}) {
      let out = '';
      let err = '';
      const code = await run(args, {
        stdout: (text) => {
          out += text;
        },
        stderr: (text) => {
          err += text;
        },
        stdin: async () => options.stdin ?? new Uint8Array(),
        env: { UNIFY_PKI_DATA: join(folder, 'data'), ...options.env },
        now: () => options.now ?? new Date(),
        colours: false,
        untilStopped: async () => {},
      });
      return { code, out, err };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
