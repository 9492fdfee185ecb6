/**
 * What a connection or a fetch can come to. The network fails in known ways and every one of them is an answer with
 * a stable reason, never an exception: the refresh log keeps the reason, and metrics count by it.
 * Messages name hosts and addresses of distribution points; they never carry bytes that a server sent.
 */

/** Why nothing was connected to, or nothing accepted. */
export type NetFailureReason =
  | 'url_invalid'
  | 'scheme_not_allowed'
  | 'port_forbidden'
  | 'address_forbidden'
  | 'name_not_found'
  | 'connect_failed'
  | 'connect_timeout'
  | 'proxy_failed'
  | 'tls_failed'
  | 'timeout'
  | 'cut_off'
  | 'too_large'
  | 'http_status'
  | 'redirect_invalid'
  | 'too_many_redirects'
  | 'content_type'
  | 'encoding_invalid'
  | 'ldap_failed'
  | 'protocol_error';

export interface NetFailure {
  readonly reason: NetFailureReason;
  readonly message: string;
}

/** What a server said about what it sent; kept in the log and used for the next conditional request (RFC 9110 §8.8). */
export interface ResponseFacts {
  readonly etag?: string;
  readonly lastModified?: string;
  readonly contentType?: string;
  readonly date?: string;
}

interface FetchTrace {
  /** The URL that answered, after redirects. */
  readonly url: string;
  /** Every URL that was asked, in order. */
  readonly hops: readonly string[];
  /** The address that was connected to last. */
  readonly address?: string;
}

export type FetchOutcome =
  | (FetchTrace & { readonly kind: 'fetched'; readonly bytes: Uint8Array; readonly facts: ResponseFacts })
  | (FetchTrace & { readonly kind: 'not_modified'; readonly facts: ResponseFacts })
  | (FetchTrace & NetFailure & { readonly kind: 'failed'; readonly status?: number });

export const failure = (reason: NetFailureReason, message: string): NetFailure => ({ reason, message });

/** Carries a typed failure through code that only knows exceptions (undici's connector, streams). */
export class NetError extends Error {
  readonly failure: NetFailure;
  constructor(cause: NetFailure) {
    super(cause.message);
    this.name = 'NetError';
    this.failure = cause;
  }
}

/** The typed failure inside an exception, wherever a library wrapped it; undefined where there is none. */
export function failureIn(error: unknown): NetFailure | undefined {
  let current = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth++) {
    if (current instanceof NetError) return current.failure;
    current = current.cause;
  }
  return undefined;
}

/** The system's or library's code of an error ("ECONNREFUSED"), or its name: never its text, which may quote the peer. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
