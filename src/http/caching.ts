/** Conditional answers (RFC 9110 §13.1): If-None-Match counts before If-Modified-Since. */

export interface Cacheable {
  readonly etag: string;
  readonly lastModified?: Date;
  readonly headers: Record<string, string>;
}

export function conditional(request: Request, body: Uint8Array, answer: Cacheable): Response {
  const { etag, lastModified } = answer;
  const headers = {
    ...answer.headers,
    etag,
    ...(lastModified === undefined ? {} : { 'last-modified': lastModified.toUTCString() }),
  };
  if (isUnchanged(request, etag, lastModified)) return new Response(null, { status: 304, headers });
  return new Response(new Uint8Array(body), { headers });
}

function isUnchanged(request: Request, etag: string, lastModified: Date | undefined): boolean {
  const etags = request.headers.get('if-none-match');
  if (etags !== null) {
    return etags.split(',').some((given) => given.trim() === '*' || given.trim().replace(/^W\//, '') === etag);
  }
  const since = Date.parse(request.headers.get('if-modified-since') ?? '');
  return lastModified !== undefined && !Number.isNaN(since) && lastModified.getTime() <= since;
}
