/**
 * Reads a CRL from a directory (RFC 4516 URL, RFC 4523 §4.4 attribute `certificateRevocationList;binary`) over a
 * guarded connection; ldapts speaks the protocol, anonymously, and follows no referral.
 * Between the socket and ldapts stands ldap-messages.ts, which bounds what a hostile directory can do to it.
 */
import { Client } from 'ldapts';
import { connectGuarded, secure } from './connect.js';
import type { Guard } from './guard.js';
import type { HttpAnswer } from './http.js';
import { LdapMessages } from './ldap-messages.js';
import { failure, failureIn, NetError, type NetFailure } from './outcome.js';

/** Attributes that hold what verification needs, without the `;binary` option. */
const readable = new Set(['certificaterevocationlist', 'authorityrevocationlist', 'deltarevocationlist']);
const defaultAttribute = 'certificateRevocationList;binary';

export interface LdapTarget {
  readonly host: string;
  readonly port: number;
  readonly dn: string;
  readonly attribute: string;
}

/** Host, DN and attribute of an RFC 4516 URL. Scope and filter must be what a distribution point has: the entry itself. */
export function readLdapUrl(url: URL): LdapTarget | NetFailure {
  const [attributes = '', scope = '', , extensions = ''] = url.search.slice(1).split('?');
  let dn: string;
  let asked: string;
  try {
    dn = decodeURIComponent(url.pathname.slice(1));
    asked = attributes === '' ? defaultAttribute : decodeURIComponent(attributes);
  } catch {
    return failure('url_invalid', 'the LDAP URL is not properly encoded');
  }
  if (dn === '') return failure('url_invalid', 'the LDAP URL names no entry');
  if (extensions.includes('!')) return failure('url_invalid', 'the LDAP URL has a critical extension');
  if (scope !== '' && scope.toLowerCase() !== 'base')
    return failure('url_invalid', 'the LDAP URL does not name one entry');
  if (!readable.has(asked.split(';', 1)[0]?.toLowerCase() ?? '')) {
    return failure('url_invalid', 'the LDAP URL names no revocation list attribute');
  }
  return {
    host: url.hostname,
    port: url.port === '' ? (url.protocol === 'ldaps:' ? 636 : 389) : Number(url.port),
    dn,
    attribute: asked.includes(';') ? asked : `${asked};binary`,
  };
}

export async function ldapGet(url: URL, guard: Guard, signal: AbortSignal): Promise<HttpAnswer> {
  const target = readLdapUrl(url);
  if ('reason' in target) return { kind: 'failed', ...target };
  let connected = await connectGuarded(target.host, target.port, guard);
  if (connected.ok && url.protocol === 'ldaps:') connected = await secure(connected, target.host, guard);
  if (!connected.ok) return { kind: 'failed', ...connected.failure };
  const { socket, address } = connected;

  const framed = new LdapMessages(socket, guard.maximumBytes);
  const abort = (): void => {
    framed.destroy(new NetError(failure('timeout', 'the directory did not answer in time')));
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  // The connection stands and is secured already, so the client is told of plain ldap and a name it never resolves.
  const client = new Client({ url: 'ldap://connected', strictDN: false, createConnection: () => framed.asSocket() });
  try {
    const found = await client.search(target.dn, {
      scope: 'base',
      filter: '(objectClass=*)',
      attributes: [target.attribute],
      explicitBufferAttributes: [target.attribute],
      sizeLimit: 1,
    });
    const bytes = attributeOf(found.searchEntries[0] ?? {}, target.attribute);
    if (bytes === undefined) return { kind: 'failed', address, ...failure('ldap_failed', 'the entry holds no CRL') };
    return { kind: 'ok', bytes, facts: {}, address };
  } catch (error) {
    const cause = framed.refusal ?? failureIn(error) ?? failure('ldap_failed', `the search failed: ${nameOf(error)}`);
    return { kind: 'failed', address, ...cause };
  } finally {
    signal.removeEventListener('abort', abort);
    framed.destroy();
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');

function attributeOf(entry: Readonly<Record<string, unknown>>, attribute: string): Uint8Array | undefined {
  const wanted = attribute.toLowerCase();
  for (const [name, value] of Object.entries(entry)) {
    if (name.toLowerCase() !== wanted) continue;
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (Buffer.isBuffer(first) && first.length > 0) return new Uint8Array(first);
  }
  return undefined;
}
