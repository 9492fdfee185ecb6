/**
 * Asks an outbound proxy for a tunnel (CONNECT, RFC 9110 §9.3.6). The proxy is asked for the address that was checked,
 * unless the operator left names to it. Its answer is read octet by octet up to the empty line and no further, so that
 * what the far end sends first stays on the socket.
 */
import type { Socket } from 'node:net';
import { failure, type NetFailure } from './outcome.js';

/** A proxy's answer head; anything longer is no proxy. */
const maximumHead = 8 * 1024;

/** Calls back once: undefined when the tunnel stands. Timeouts and socket errors are the caller's. */
export function tunnel(
  socket: Socket,
  host: string,
  port: number,
  authorization: string | undefined,
  done: (refusal: NetFailure | undefined) => void,
): void {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`];
  if (authorization !== undefined) lines.push(`Proxy-Authorization: ${authorization}`);
  let head = Buffer.alloc(0);

  const finish = (refusal: NetFailure | undefined): void => {
    socket.off('readable', read);
    socket.off('end', ended);
    done(refusal);
  };
  const ended = (): void => finish(failure('proxy_failed', 'the proxy closed the connection'));
  const read = (): void => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end >= 0) {
        const rest = head.subarray(end + 4);
        if (rest.length > 0) socket.unshift(rest);
        const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1'))?.[1];
        finish(
          status?.startsWith('2') ? undefined : failure('proxy_failed', `the proxy answered ${status ?? 'no HTTP'}`),
        );
        return;
      }
      if (head.length > maximumHead) {
        finish(failure('proxy_failed', 'the answer of the proxy is too long'));
        return;
      }
    }
  };
  socket.on('readable', read);
  socket.once('end', ended);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}
