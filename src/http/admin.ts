/**
 * The administrator's bearer token (RFC 6750). Without a configured token the routes are closed: an open default would be
 * found before it is noticed. Compared by digest, in constant time.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The check for one configured token; it throws a Problem where the request may not pass. */
export function adminCheck(token: string | undefined): (request: Request) => void {
  if (token === undefined) {
    return () => {
      throw new Problem('admin_closed', 'no administrator token is configured (UNIFY_PKI_ADMIN_TOKEN)');
    };
  }
  const expected = digest(token);
  return (request) => {
    const given = /^Bearer +([\x21-\x7e]+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
    throw new Problem('unauthorized', `expected a bearer token, found ${given === undefined ? 'none' : 'another'}`, {
      headers: { 'www-authenticate': 'Bearer realm="unify-pki"' },
    });
  };
}
