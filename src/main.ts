#!/usr/bin/env node
/** The only executable: hands the real clock, streams, environment and signals to the command line. */
import { run } from './cli/run.js';

const { stdout, stderr, env } = process;

// A reader that hangs up (| head) ends the output, not the process with a trace.
for (const stream of [stdout, stderr]) stream.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), {
  stdout: (text) => stdout.write(text),
  stderr: (text) => stderr.write(text),
  stdin: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return new Uint8Array(Buffer.concat(chunks));
  },
  env,
  now: () => new Date(),
  colours: stdout.isTTY === true && env.NO_COLOR === undefined && env.TERM !== 'dumb',
  untilStopped: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
});
