/**
 * A CRL distribution point: a real HTTP server on loopback that serves what is published to it, with
 * validators (ETag, Last-Modified) and 304, and counts what it was asked. A path can also be given a handler
 * of its own, for the behaviour of captive portals and attackers.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DistributionPointOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
}

export interface RequestCounts {
  total: number;
  /** Answered with 304. */
  notModified: number;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface DistributionPoint {
  /** Base URL without a slash at its end. */
  readonly url: string;
  /** Serves these bytes from now on; `at` becomes Last-Modified. */
  publish(path: string, body: Uint8Array, at: Date, contentType?: string): void;
  /** 404 from now on. */
  remove(path: string): void;
  /** Lets `handler` answer this path in place of what is published; undefined ends that. */
  handle(path: string, handler: RequestHandler | undefined): void;
  requests(path: string): RequestCounts;
  close(): Promise<void>;
}

interface Published {
  body: Uint8Array;
  etag: string;
  lastModified: Date;
  contentType: string;
}

/** RFC 9110 §13.1.3: If-Modified-Since counts only where there is no If-None-Match. */
function unchanged(request: IncomingMessage, file: Published): boolean {
  const etags = request.headers['if-none-match'];
  if (etags !== undefined) return etags.split(',').some((etag) => etag.trim().replace(/^W\//, '') === file.etag);
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && file.lastModified.getTime() <= since;
}

/** Starts the server and resolves when it listens. */
export async function serveDistributionPoint(input: DistributionPointOptions = {}): Promise<DistributionPoint> {
  const { host = '127.0.0.1', port = 0 } = input;
  const files = new Map<string, Published>();
  const handlers = new Map<string, RequestHandler>();
  const counts = new Map<string, RequestCounts>();

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const count = counts.get(path) ?? { total: 0, notModified: 0 };
    counts.set(path, count);
    count.total += 1;
    const handler = handlers.get(path);
    if (handler !== undefined) {
      handler(request, response);
      return;
    }
    const file = files.get(path);
    if (file === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing is published here\n');
      return;
    }
    const headers = { etag: file.etag, 'last-modified': file.lastModified.toUTCString() };
    if (unchanged(request, file)) {
      count.notModified += 1;
      response.writeHead(304, headers).end();
      return;
    }
    const length = { 'content-type': file.contentType, 'content-length': file.body.length };
    response.writeHead(200, { ...headers, ...length });
    response.end(request.method === 'HEAD' ? undefined : file.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;

  return {
    url: `http://${shown}:${address.port}`,
    publish(path, body, at, contentType = 'application/pkix-crl') {
      const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`;
      const lastModified = new Date(Math.floor(at.getTime() / 1000) * 1000);
      files.set(path, { body, etag, lastModified, contentType });
    },
    remove: (path) => void files.delete(path),
    handle: (path, handler) => void (handler === undefined ? handlers.delete(path) : handlers.set(path, handler)),
    requests: (path) => ({ ...(counts.get(path) ?? { total: 0, notModified: 0 }) }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
