/** A real service on an ephemeral port, over a small stand-in PKI with its authorities and CRLs brought in as an operator would. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../../src/cli/io.js';
import { type Running, startService } from '../../src/cli/serve.js';
import type { Log } from '../../src/http/app.js';
import {
  createSampleMessages,
  createSamples,
  createStandIn,
  type DistributionPoint,
  type Samples,
  type StandIn,
  serveDistributionPoint,
} from '../../src/stand-in/index.js';

export const adminToken = 'a-token-for-tests-only';

export interface World {
  readonly now: Date;
  readonly folder: string;
  readonly standIn: StandIn;
  readonly samples: Samples;
  readonly messages: ReturnType<typeof createSampleMessages>;
  readonly point: DistributionPoint;
  /** What the service logged, as one text. */
  logged(): string;
  start(options?: StartOptions): Promise<Running>;
  /** Authorities and CRLs, over HTTP. */
  fill(running: Running): Promise<void>;
  close(): Promise<void>;
}

export interface StartOptions {
  adminToken?: string | undefined;
  rateLimit?: number;
  data?: string;
  catalogues?: string[];
  now?: () => Date;
}

export const silentIo = (now: () => Date): Io => ({
  stdout: () => {},
  stderr: () => {},
  stdin: async () => new Uint8Array(),
  env: {},
  now,
  colours: false,
  untilStopped: () => new Promise(() => {}),
});

export async function createWorld(): Promise<World> {
  const now = new Date();
  const folder = mkdtempSync(join(tmpdir(), 'unify-pki-test-'));
  const point = await serveDistributionPoint();
  const standIn = createStandIn({ now, crlBaseUrl: point.url, algorithm: 'ec-p256' });
  const samples = createSamples({ standIn, now, crlBaseUrl: point.url, algorithm: 'ec-p256' });
  for (const { path, der } of samples.published) point.publish(path, der, now);
  const catalogue = join(folder, 'catalogue.json');
  writeFileSync(catalogue, JSON.stringify(standIn.catalogue));
  const lines: string[] = [];
  const write = (fields: Record<string, unknown>, message: string) => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { info: write, warn: write, error: write };
  const running: Running[] = [];
  let starts = 0;
  return {
    now,
    folder,
    standIn,
    samples,
    messages: createSampleMessages(samples, now),
    point,
    logged: () => lines.join('\n'),
    async start(options = {}) {
      starts += 1;
      const token = 'adminToken' in options ? options.adminToken : adminToken;
      const started = await startService(
        {
          dataFolder: options.data ?? join(folder, `data-${starts}`),
          catalogues: options.catalogues ?? [catalogue],
          timestampAuthorities: [],
          host: '127.0.0.1',
          port: 0,
          logLevel: 'info',
          refresh: false,
          network: { allow: [{ cidr: '127.0.0.1/32', ports: [Number(new URL(point.url).port)] }] },
          ...(token === undefined ? {} : { adminToken: token }),
          ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
        },
        silentIo(options.now ?? (() => new Date())),
        log,
      );
      running.push(started);
      return started;
    },
    async fill({ server }) {
      const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/pkix-cert' };
      for (const { id, certificate } of standIn.authorities) {
        const url = `${server.url}/v1/authorities/${id}/certificate`;
        const response = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(certificate) });
        if (response.status !== 204) throw new Error(`${id}: ${response.status} ${await response.text()}`);
      }
      const response = await fetch(`${server.url}/v1/crls/refresh`, { method: 'POST', headers });
      if (!response.ok) throw new Error(await response.text());
    },
    async close() {
      for (const one of running) await one.stop();
      await point.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Sent {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every route are read here, and each test knows its own
  readonly json: any;
}

export interface Sending {
  method?: string;
  type?: string;
  body?: Uint8Array | string | FormData | ReadableStream;
  headers?: Record<string, string>;
}

export async function send(url: string, { method = 'POST', type, body, headers = {} }: Sending = {}): Promise<Sent> {
  const init = {
    method,
    headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) },
    redirect: 'manual',
    ...(body === undefined ? {} : { body: body instanceof Uint8Array ? new Uint8Array(body) : body, duplex: 'half' }),
  } as RequestInit;
  const response = await fetch(url, init);
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    type: contentType,
    headers: response.headers,
    text,
    json: contentType.includes('json') && text !== '' && !contentType.includes('ndjson') ? JSON.parse(text) : undefined,
  };
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
