/** Real service processes, a slow distribution point that counts, and what stands between: proxies that tell who asks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { mainFile } from '../support/built.js';

export const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Polls until the condition holds; gives the milliseconds that it took. */
export async function until(what: string, within: number, holds: () => boolean | Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > within) throw new Error(`not within ${within} ms: ${what}`);
    await pause(50);
  }
  return performance.now() - start;
}

const listening = async (server: Pick<Server, 'listen' | 'once' | 'address'>, port = 0): Promise<number> => {
  server.listen(port, '127.0.0.1');
  await once(server as Server, 'listening');
  return (server.address() as AddressInfo).port;
};

export interface SlowPoint {
  readonly url: string;
  readonly port: number;
  publish(path: string, der: Uint8Array): void;
  /** Answers with the whole CRL, by its hash. */
  readonly given: Map<string, number>;
  /** The most requests for one path that were under way together. */
  atOnce(): number;
  requests(): number;
  close(): Promise<void>;
}

/** Serves CRLs with validators, in two pieces, so that whoever fetches can be killed at any point of it. */
export async function startSlowPoint(delay: number): Promise<SlowPoint> {
  const published = new Map<string, Uint8Array>();
  const here = new Map<string, number>();
  const given = new Map<string, number>();
  let most = 0;
  let requests = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const der = published.get(path);
    requests += 1;
    here.set(path, (here.get(path) ?? 0) + 1);
    most = Math.max(most, here.get(path) ?? 0);
    response.once('close', () => here.set(path, (here.get(path) ?? 0) - 1));
    const answer = async (): Promise<void> => {
      await pause(delay);
      if (der === undefined) return void response.writeHead(404).end();
      const etag = `"${sha256(der)}"`;
      if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
      given.set(sha256(der), (given.get(sha256(der)) ?? 0) + 1);
      response.writeHead(200, { etag, 'content-type': 'application/pkix-crl', 'content-length': der.length });
      response.write(der.subarray(0, der.length / 2));
      await pause(delay);
      response.end(der.subarray(der.length / 2));
    };
    void answer();
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    publish: (path, der) => void published.set(path, der),
    given,
    atOnce: () => most,
    requests: () => requests,
    close: () => closeAll(server, () => server.closeAllConnections()),
  };
}

const closeAll = (server: { close(done: () => void): unknown }, cut: () => void): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    cut();
  });

export interface Service {
  readonly process: ChildProcess;
  readonly url: string;
  kill(): Promise<void>;
}

/** Starts `serve` as users do and waits until it listens. */
export async function startService(env: Record<string, string>, args: readonly string[] = []): Promise<Service> {
  const child = spawn(process.execPath, [mainFile, 'serve', '--port', '0', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}: ${log.slice(-2000)}`)));
    child.stdout.on('data', (chunk) => {
      log = `${log}${chunk}`.slice(-100_000);
      const line = log.split('\n').find((text) => text.includes('"listening"') && text.endsWith('}'));
      if (line !== undefined) resolve(JSON.parse(line).url);
    });
  });
  return {
    process: child,
    url,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

export interface Verdict {
  readonly status: string;
  readonly revocation: { readonly evidence?: { readonly sha256: string } }[];
}

export async function verify(service: Service, certificate: Uint8Array): Promise<Verdict> {
  const headers = { 'content-type': 'application/pkix-cert' };
  const body = new Uint8Array(certificate);
  const response = await fetch(`${service.url}/v1/certificates/verify`, { method: 'POST', headers, body });
  return (await response.json()) as Verdict;
}

/** A CONNECT proxy that calls back when it is asked: each replica has its own, which tells them apart. */
export async function startProxy(onAsked: () => void): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connect', (request, client: Socket) => {
    onAsked();
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const far = connect({ host, port: Number(port) }, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(far).pipe(client);
    });
    join(client, far, sockets);
  });
  const port = await listening(server);
  return { url: `http://127.0.0.1:${port}`, close: () => closeAll(server, () => destroyAll(sockets)) };
}

function destroyAll(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.destroy();
}

/** Where one ends the other does. */
function join(a: Socket, b: Socket, sockets: Set<Socket>): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    sockets.add(one);
    one.on('error', () => {});
    one.once('close', () => {
      sockets.delete(one);
      other.destroy();
    });
  }
}

/** A line to a server that can be cut and mended: how a database goes away and comes back. */
export async function startLine(host: string, port: number) {
  const sockets = new Set<Socket>();
  const make = () =>
    createTcpServer((client) => {
      const far = connect({ host, port }, () => client.pipe(far).pipe(client));
      join(client, far, sockets);
    });
  let server = make();
  const own = await listening(server as unknown as Server);
  const cut = (): Promise<void> => closeAll(server, () => destroyAll(sockets));
  return {
    port: own,
    cut,
    mend: async () => {
      server = make();
      await listening(server as unknown as Server, own);
    },
  };
}
