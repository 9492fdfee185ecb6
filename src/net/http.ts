/**
 * One request (GET, or POST with a body) over http or https through the guarded connector, redirects not followed. Each request has its own
 * connection: pooled sockets would let one name's check stand for another's. undici frames HTTP; addresses, TLS roots,
 * caps and time are decided here and in connect.ts.
 */
import { Agent } from 'undici';
import { readBody } from './body.js';
import { type ConnectResult, connectGuarded, secure } from './connect.js';
import type { Guard } from './guard.js';
import { errorCode, failure, failureIn, NetError, type NetFailure, type ResponseFacts } from './outcome.js';

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: Uint8Array;
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
  /** Content types that cannot be what is asked for are refused before the body is read. */
  readonly acceptsType: (type: string) => boolean;
}

export type HttpAnswer = { readonly address?: string } & (
  | { readonly kind: 'ok'; readonly bytes: Uint8Array; readonly facts: ResponseFacts }
  | { readonly kind: 'not_modified'; readonly facts: ResponseFacts }
  | { readonly kind: 'redirect'; readonly location: string }
  | (NetFailure & { readonly kind: 'failed'; readonly status?: number })
);

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

export async function httpExchange(asked: HttpRequest, guard: Guard): Promise<HttpAnswer> {
  let address: string | undefined;
  const agent = new Agent({
    connect: (target, callback) => {
      connectFor(asked.url, guard).then(
        (result) => {
          if (!result.ok) return callback(new NetError(result.failure), null);
          address = result.address;
          return callback(null, result.socket);
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error(target.hostname), null),
      );
    },
    maxHeaderSize: 16 * 1024,
    // The signal bounds the whole; undici's own timers would only name the same thing differently.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  });
  try {
    const answer = await exchange(asked, agent, guard);
    return address === undefined ? answer : { ...answer, address };
  } finally {
    await agent.destroy();
  }
}

/** Plain http with names left to a proxy: the proxy itself is asked, by the absolute form (RFC 9112 §3.2.2). */
const asksProxy = (url: URL, guard: Guard): boolean => guard.proxy?.resolve === 'proxy' && url.protocol === 'http:';

async function connectFor(url: URL, guard: Guard): Promise<ConnectResult> {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const connected = await connectGuarded(url.hostname, port, guard, asksProxy(url, guard) ? 'forward' : 'tunnel');
  return connected.ok && url.protocol === 'https:' ? secure(connected, url.hostname, guard) : connected;
}

async function exchange(asked: HttpRequest, agent: Agent, guard: Guard): Promise<HttpAnswer> {
  const { url } = asked;
  const forward = asksProxy(url, guard);
  const authorization = forward ? guard.proxy?.authorization : undefined;
  try {
    const response = await agent.request({
      origin: url.origin,
      path: forward ? url.origin + url.pathname + url.search : url.pathname + url.search,
      method: asked.body === undefined ? 'GET' : 'POST',
      body: asked.body ?? null,
      signal: asked.signal,
      headers: {
        'user-agent': 'unify-pki',
        'accept-encoding': 'gzip, deflate, br',
        ...asked.headers,
        ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
      },
    });
    const { statusCode: status, body } = response;
    // A body that is not read is torn down with the agent; nobody else listens then.
    body.on('error', () => {});
    const header = (name: string): string | undefined => single(response.headers[name]);
    const location = header('location');
    if (redirectStatuses.has(status) && location !== undefined) return { kind: 'redirect', location };
    if (status === 304 && ('if-none-match' in asked.headers || 'if-modified-since' in asked.headers)) {
      return { kind: 'not_modified', facts: factsOf(header) };
    }
    if (status !== 200) return { kind: 'failed', status, ...failure('http_status', `the server answered ${status}`) };
    const type = (header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (type !== '' && !asked.acceptsType(type)) {
      return { kind: 'failed', status, ...failure('content_type', 'the server sent another type of content') };
    }
    if (Number(header('content-length') ?? 0) > asked.maximumBytes) {
      return { kind: 'failed', status, ...failure('too_large', `more than ${asked.maximumBytes} octets`) };
    }
    const read = await readBody(body, header('content-encoding'), asked.maximumBytes);
    if (!('bytes' in read)) return { kind: 'failed', status, ...read };
    return { kind: 'ok', bytes: read.bytes, facts: factsOf(header) };
  } catch (error) {
    return { kind: 'failed', ...exchangeFailure(error) };
  }
}

function exchangeFailure(error: unknown): NetFailure {
  const known = failureIn(error);
  if (known !== undefined) return known;
  const code = errorCode(error);
  if (code === 'TimeoutError' || code === 'AbortError' || code === 'UND_ERR_ABORTED') {
    return failure('timeout', 'no answer in time');
  }
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') {
    return failure('cut_off', `the connection was cut: ${code}`);
  }
  return failure('protocol_error', `the answer is no proper HTTP: ${code}`);
}

/** A header that comes several times is not one that can be relied on. */
function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Validators are stored and sent back: what is longer than any real one is dropped. */
const maximumHeader = 512;

function factsOf(header: (name: string) => string | undefined): ResponseFacts {
  const short = (name: string): string | undefined => {
    const value = header(name);
    return value === undefined || value.length > maximumHeader ? undefined : value;
  };
  const facts = {
    etag: short('etag'),
    lastModified: short('last-modified'),
    contentType: short('content-type'),
    date: short('date'),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
