/**
 * The socket: listening, and a shutdown that ends in-flight work and nothing else. Closing waits for requests under way;
 * connections that are kept alive are closed when idle, and again whenever one falls idle, since close() alone would
 * wait for clients to hang up.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly fetch: (request: Request, env: object) => Response | Promise<Response>;
  readonly host: string;
  readonly port: number;
  /** How long requests under way may still take after close(). */
  readonly graceMs?: number;
}

/** On every answer, whoever made it; a route's own header of the same name takes their place. */
const securityHeaders = Object.entries({
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
});

/** A body may take this long in all, and headers this long: slow senders do not hold connections for ever. */
const requestTimeout = 300_000;
const headersTimeout = 20_000;

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const answer = getRequestListener((request, env) => options.fetch(request, env));
  const listener: RequestListener = (incoming, outgoing) => {
    for (const [name, value] of securityHeaders) outgoing.setHeader(name, value);
    answer(incoming, outgoing);
  };
  const server = createServer({ requestTimeout, headersTimeout, keepAliveTimeout: 5_000 }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { address, family, port } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return { url: `http://${host}:${port}`, port, close: () => closeGently(server, options.graceMs ?? 10_000) };
}

function closeGently(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.prependListener('request', (_, response) => response.setHeader('connection', 'close'));
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    server.once('close', () => clearInterval(idle));
  });
}
