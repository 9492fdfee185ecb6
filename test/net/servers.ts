/** Real servers on loopback for the tests of the guarded connections; each closes with everything it holds. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { createGuard, type Guard, type NetworkRules } from '../../src/net/guard.js';

export interface Running {
  readonly port: number;
  readonly url: string;
  /** Connections that were made to it. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

function track(server: Server | TcpServer): { connections: () => number; close: () => Promise<void> } {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket: Socket) => {
    count += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  return {
    connections: () => count,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function listen(server: Server | TcpServer, host: string, port: number): Promise<Running> {
  const tracked = track(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return { port: bound, url: `http://${host}:${bound}`, ...tracked };
}

export type RunningHttp = Running & {
  /** What it does when it is asked for a tunnel. */
  readonly onConnect: (handler: (request: IncomingMessage, socket: Duplex) => void) => void;
};

export async function httpServer(handler: RequestListener, host = '127.0.0.1', port = 0): Promise<RunningHttp> {
  const server = createServer(handler);
  return {
    ...(await listen(server, host, port)),
    onConnect: (tunnel) => {
      server.on('connect', (request, socket) => {
        socket.on('error', () => {});
        tunnel(request, socket);
      });
    },
  };
}

export const tcpServer = (handler: (socket: Socket) => void, host = '127.0.0.1', port = 0): Promise<Running> =>
  listen(createTcpServer(handler), host, port);

/** A guard under which the given ports of loopback are open. */
export const loopbackGuard = (ports: readonly number[], rules: NetworkRules = {}): Guard =>
  createGuard({ allow: [{ cidr: '127.0.0.0/8', ports }], ...rules });
