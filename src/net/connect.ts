/**
 * Opens a TCP connection to a checked address. The name is resolved once, every answer is checked, and the socket is
 * opened to that very address, so that a second answer of a hostile name server (DNS rebinding) is never asked for.
 * Used for http, https, ldap, ldaps and live probes alike; what is spoken on the socket is the caller's business.
 */
import { connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { addressRefusal, literalAddress } from './address.js';
import type { Guard } from './guard.js';
import { errorCode, failure, type NetFailure } from './outcome.js';
import { tunnel } from './proxy.js';

export type Connected = { readonly ok: true; readonly socket: Socket; readonly address: string };
export type ConnectResult = Connected | { readonly ok: false; readonly failure: NetFailure };

/** More addresses than this of one name are not tried: the connect timeout would be spent on slivers. */
const maximumAddresses = 6;

const refuse = (reason: NetFailure['reason'], message: string): ConnectResult => ({
  ok: false,
  failure: failure(reason, message),
});

/**
 * Connects to a host name or literal address within the guard's connect timeout. Never rejects.
 * With a proxy the socket is a tunnel to the target; `forward` gives the bare connection to the proxy instead.
 * The socket has an error listener already, so a late reset cannot end the process.
 */
export async function connectGuarded(
  host: string,
  port: number,
  guard: Guard,
  through: 'tunnel' | 'forward' = 'tunnel',
): Promise<ConnectResult> {
  const deadline = performance.now() + guard.connectTimeoutMs;
  const literal = literalAddress(host);
  if (literal === undefined && guard.proxy?.resolve === 'proxy') {
    if (!guard.addresses.ports.has(port)) {
      return refuse('port_forbidden', `port ${port} is not among the allowed ones`);
    }
    return dial(host, port, guard, deadline, through);
  }
  const addresses = literal === undefined ? await resolveWithin(host, guard, deadline) : [literal];
  if (!Array.isArray(addresses)) return { ok: false, failure: addresses };

  let refused: NetFailure | undefined;
  const allowed: string[] = [];
  for (const address of addresses.slice(0, maximumAddresses)) {
    const refusal = addressRefusal(address, port, guard.addresses);
    if (refusal === undefined) allowed.push(address);
    else refused ??= refusal;
  }
  let last: ConnectResult | undefined;
  for (const [index, address] of allowed.entries()) {
    // A share of what is left for each, so that one address that swallows packets does not use up the others' time.
    const share = (deadline - performance.now()) / (allowed.length - index);
    last = await dial(address, port, guard, performance.now() + share, through);
    if (last.ok) return last;
  }
  return last ?? { ok: false, failure: refused ?? failure('name_not_found', `${host} has no address`) };
}

/** Lays TLS over a connected socket: system roots and the operator's, the host's name checked by the runtime. */
export function secure(connected: Connected, host: string, guard: Guard): Promise<ConnectResult> {
  const { socket, address } = connected;
  const name = literalAddress(host) === undefined ? { servername: host } : { host: literalAddress(host) ?? host };
  return new Promise((resolve) => {
    const secured = tlsConnect({
      socket,
      ...name,
      ...(guard.roots === undefined ? {} : { ca: [...guard.roots] }),
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
    });
    const timer = setTimeout(
      () => finish(refuse('connect_timeout', `no TLS with ${host} in time`)),
      guard.connectTimeoutMs,
    );
    const finish = (result: ConnectResult): void => {
      clearTimeout(timer);
      if (!result.ok) secured.destroy();
      resolve(result);
    };
    secured.on('error', (error) => finish(refuse('tls_failed', `TLS with ${host} failed: ${errorCode(error)}`)));
    secured.once('close', () => finish(refuse('tls_failed', `${host} closed the connection during TLS`)));
    secured.once('secureConnect', () => finish({ ok: true, socket: secured, address }));
  });
}

async function resolveWithin(host: string, guard: Guard, deadline: number): Promise<string[] | NetFailure> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<NetFailure>((resolve) => {
    timer = setTimeout(
      () => resolve(failure('connect_timeout', `${host} was not resolved in time`)),
      deadline - performance.now(),
    );
  });
  const answer = guard.resolve(host).then(
    (addresses) => [...addresses],
    (error: unknown) => failure('name_not_found', `${host} cannot be resolved: ${errorCode(error)}`),
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function dial(
  host: string,
  port: number,
  guard: Guard,
  deadline: number,
  through: 'tunnel' | 'forward',
): Promise<ConnectResult> {
  const proxy = guard.proxy;
  return new Promise((resolve) => {
    const socket = netConnect({ host: proxy?.host ?? host, port: proxy?.port ?? port, autoSelectFamily: false });
    socket.setNoDelay(true);
    const finish = (result: ConnectResult): void => {
      clearTimeout(timer);
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(
      () => finish(refuse('connect_timeout', `${host}:${port} did not answer in time`)),
      Math.max(1, deadline - performance.now()),
    );
    socket.on('error', (error) =>
      finish(refuse(proxy === undefined ? 'connect_failed' : 'proxy_failed', `${host}:${port}: ${errorCode(error)}`)),
    );
    socket.once('connect', () => {
      if (proxy === undefined || through === 'forward') finish({ ok: true, socket, address: host });
      else
        tunnel(socket, host, port, proxy.authorization, (refusal) =>
          finish(refusal === undefined ? { ok: true, socket, address: host } : { ok: false, failure: refusal }),
        );
    });
  });
}
