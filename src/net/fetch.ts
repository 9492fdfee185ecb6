/**
 * Fetches what a URL names, under the guard: http, https, ldap and ldaps, at most so many redirects, one limit of time
 * over all of it. Every redirect is a new request to a new host and passes every check again. Never rejects.
 */
import type { Guard } from './guard.js';
import { type HttpAnswer, httpExchange } from './http.js';
import { ldapGet } from './ldap.js';
import { type FetchOutcome, failure, type NetFailureReason } from './outcome.js';

export interface FetchOptions {
  readonly guard: Guard;
  /** Validators of the copy that is held, for a conditional request (RFC 9110 §13.1). */
  readonly validators?: { readonly etag?: string; readonly lastModified?: string };
  /** Ask caches on the way to look at the origin (RFC 9111 §5.2.1.4). */
  readonly noCache?: boolean;
  readonly accept?: string;
  readonly acceptsType?: (type: string) => boolean;
  /** Sent by POST; a redirect of it is an error, as is a scheme that knows no POST. */
  readonly post?: { readonly body: Uint8Array; readonly contentType: string };
  /** Ends the fetch early, for a shutdown; the outcome is then `timeout`. */
  readonly signal?: AbortSignal;
}

/** A URL longer than this is not a distribution point. */
const maximumUrl = 2_048;
const schemes = new Set(['http:', 'https:', 'ldap:', 'ldaps:']);

export async function fetchGuarded(text: string, options: FetchOptions): Promise<FetchOutcome> {
  const { guard } = options;
  const timeout = AbortSignal.timeout(guard.totalTimeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  const hops: string[] = [];
  const failed = (reason: NetFailureReason, message: string): FetchOutcome => ({
    kind: 'failed',
    url: hops.at(-1) ?? text,
    hops,
    ...failure(reason, message),
  });

  let url = readUrl(text);
  if (url === undefined) return failed('url_invalid', 'the URL cannot be read');
  for (;;) {
    const known = options.post === undefined ? schemes.has(url.protocol) : url.protocol.startsWith('http');
    if (!known) return failed('scheme_not_allowed', `the scheme ${url.protocol} is not fetched`);
    if (url.username !== '' || url.password !== '') return failed('url_invalid', 'the URL carries credentials');
    hops.push(url.href);
    const answer = await ask(url, options, signal);
    if (answer.kind !== 'redirect') return outcomeOf(answer, url.href, hops);
    if (options.post !== undefined) return failed('redirect_invalid', 'the answer to a POST is a redirect');
    if (hops.length > guard.maximumRedirects) return failed('too_many_redirects', 'the server redirects too often');
    const next = readUrl(answer.location, url);
    // Only the web redirects; a hop to a directory would take an http server's word for where a directory is.
    if (next === undefined || !next.protocol.startsWith('http')) {
      return failed('redirect_invalid', 'the server redirects to something that is not http or https');
    }
    url = next;
  }
}

function ask(url: URL, options: FetchOptions, signal: AbortSignal): Promise<HttpAnswer> {
  if (url.protocol.startsWith('ldap') && options.post === undefined) return ldapGet(url, options.guard, signal);
  const { etag, lastModified } = options.validators ?? {};
  const { post } = options;
  const headers = {
    ...(post === undefined ? {} : { 'content-type': post.contentType }),
    ...(options.accept === undefined ? {} : { accept: options.accept }),
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
    ...(options.noCache === true ? { 'cache-control': 'no-cache', pragma: 'no-cache' } : {}),
  };
  const acceptsType = options.acceptsType ?? (() => true);
  const body = post === undefined ? {} : { body: post.body };
  const { maximumBytes } = options.guard;
  return httpExchange({ url, headers, maximumBytes, signal, acceptsType, ...body }, options.guard);
}

function outcomeOf(
  answer: Exclude<HttpAnswer, { kind: 'redirect' }>,
  url: string,
  hops: readonly string[],
): FetchOutcome {
  return answer.kind === 'ok' ? { ...answer, kind: 'fetched', url, hops } : { ...answer, url, hops };
}

function readUrl(text: string, base?: URL): URL | undefined {
  if (text.length > maximumUrl || !URL.canParse(text, base?.href)) return undefined;
  const url = new URL(text, base?.href);
  return url.hostname === '' ? undefined : url;
}
