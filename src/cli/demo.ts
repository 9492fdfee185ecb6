/**
 * `demo`: makes the stand-in PKI in a temporary folder, publishes its CRLs on loopback, starts the real service with it
 * as trust, and sends it every case over HTTP. The guarded connection refuses loopback; the demo opens exactly its own
 * distribution point by configuration. Nothing of it reaches the data folder or the trust of `serve`.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../http/app.js';
import type { Verdict } from '../verify/types.js';
import { readPort } from './configuration.js';
import { certificateCases, type DemoCase, messageCases } from './demo-cases.js';
import { exitCode, type Io } from './io.js';
import { type Paint, paint } from './paint.js';
import { headline } from './render-verdict.js';
import { type Running, startService } from './serve.js';

export interface DemoOptions {
  once?: boolean;
  port?: string;
}

/** The PKI with everything that the cases need. */
async function createWorld(now: Date) {
  const standIns = await import('../stand-in/index.js');
  const point = await standIns.serveDistributionPoint();
  const standIn = standIns.createStandIn({ now, crlBaseUrl: point.url });
  const samples = standIns.createSamples({ standIn, now, crlBaseUrl: point.url });
  const messages = standIns.createSampleMessages(samples, now);
  for (const { path, der } of samples.published) point.publish(path, der, now);
  // What an archive would have kept: the CRLs of the times that the cases ask about.
  const kept = [
    standIn.issueCrl(standIn.infrastructure, standIns.addDays(samples.expiredServerGoodAt, 1)),
    ...samples.archivedCrls.map(({ der }) => der),
  ];
  const pkis = [standIn, samples.former, samples.neglected];
  const cases = [...certificateCases(standIn, samples), ...messageCases(samples, messages)];
  return { point, pkis, kept, cases };
}

type World = Awaited<ReturnType<typeof createWorld>>;

export async function demo(options: DemoOptions, io: Io): Promise<number> {
  const once = options.once === true;
  const port = readPort(options.port ?? (once ? '0' : '8080'), '--port');
  io.stdout('Making the stand-in PKI (not Unify) …\n');
  const folder = await mkdtemp(join(tmpdir(), 'unify-pki-demo-'));
  const world = await createWorld(io.now());
  let running: Running | undefined;
  try {
    const token = randomBytes(24).toString('base64url');
    running = await startService(await configuration(world, folder, port, token), io, errorsOnly(io));
    await fillService(world, running.server.url, token);
    const samples = join(folder, 'samples');
    await mkdir(samples);
    for (const { file, body } of world.cases) await writeFile(join(samples, file), body);
    const failures = await runCases(world.cases, running.server.url, io);
    if (!once) {
      io.stdout(invitation(running.server.url, samples, world.cases));
      await io.untilStopped();
    }
    return failures === 0 ? exitCode.valid : exitCode.invalid;
  } finally {
    await running?.stop();
    await world.point.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function configuration({ point, pkis }: World, folder: string, port: number, adminToken: string) {
  const catalogues = pkis.map(({ catalogue }) => join(folder, `${catalogue.id}.json`));
  await Promise.all(catalogues.map((path, index) => writeFile(path, JSON.stringify(pkis[index]?.catalogue))));
  return {
    dataFolder: join(folder, 'data'),
    catalogues,
    timestampAuthorities: [],
    host: '127.0.0.1',
    port,
    adminToken,
    logLevel: 'error',
    refresh: true,
    network: { allow: [{ cidr: '127.0.0.1/32', ports: [Number(new URL(point.url).port)] }] },
  };
}

const errorsOnly = (io: Io): Log => ({
  info: () => {},
  warn: () => {},
  error: (fields, message) => io.stderr(`${message} ${JSON.stringify(fields)}\n`),
});

/** As an operator would: the authorities' certificates, the CRLs that were kept, and a refresh. */
async function fillService({ pkis, kept }: World, url: string, token: string): Promise<void> {
  const authorization = `Bearer ${token}`;
  const send = async (method: string, path: string, type?: string, body?: Uint8Array): Promise<void> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  };
  for (const { id, certificate } of pkis.flatMap(({ authorities }) => authorities)) {
    await send('PUT', `/v1/authorities/${id}/certificate`, 'application/pkix-cert', certificate);
  }
  for (const crl of kept) await send('POST', '/v1/crls', 'application/pkix-crl', crl);
  await send('POST', '/v1/crls/refresh');
}

async function runCases(cases: readonly DemoCase[], url: string, io: Io): Promise<number> {
  const colours = paint(io.colours);
  let failures = 0;
  for (const one of cases) {
    const verdict = await ask(one, url);
    const [first] = verdict.findings;
    const right = verdict.status === one.expected && (one.code === undefined || first?.code === one.code);
    if (!right) failures += 1;
    io.stdout(caseLine(one, verdict, colours));
    if (!right) {
      const expected = `${one.expected}${one.code === undefined ? '' : ` (${one.code})`}`;
      io.stdout(
        `    NOT AS EXPECTED: expected ${expected}, found ${verdict.status} (${first?.code ?? 'no finding'})\n`,
      );
    }
  }
  io.stdout(failures === 0 ? `\nAll ${cases.length} verdicts are as expected.\n` : `\n${failures} verdicts are not.\n`);
  return failures;
}

function caseLine({ what }: DemoCase, { status, findings }: Verdict, colours: Paint): string {
  const label = status.toUpperCase().padEnd(13);
  return `${colours.status(status, label)} ${what}: ${headline(status, findings)}\n`;
}

function target(one: DemoCase): string {
  const route = one.contentType === 'message/rfc822' ? '/v1/messages/verify' : '/v1/certificates/verify';
  const query = new URLSearchParams(one.query).toString();
  return query === '' ? route : `${route}?${query}`;
}

async function ask(one: DemoCase, url: string): Promise<Verdict> {
  const response = await fetch(`${url}${target(one)}`, {
    method: 'POST',
    headers: { 'content-type': one.contentType },
    body: new Uint8Array(one.body),
  });
  if (response.status !== 200) throw new Error(`${one.what}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Verdict;
}

/** What to paste next. */
function invitation(url: string, samples: string, cases: readonly DemoCase[]): string {
  const curl = (file: string): string => {
    const one = cases.find((candidate) => candidate.file === file);
    if (one === undefined) return '';
    const data = `--data-binary '@${join(samples, file)}'`;
    return `  curl -s -H 'Content-Type: ${one.contentType}' ${data} '${url}${target(one)}'`;
  };
  const commands = [curl('server.pem'), curl('mail.eml'), `  curl -s '${url}/v1/authorities'`].filter((c) => c !== '');
  return `\nThe service stays at ${url} until Ctrl-C. The samples are in ${samples}\n\nTry:\n\n${commands.join('\n')}\n\n`;
}
