/**
 * The host of a URI, which is what name constraints speak about (RFC 5280 §4.2.1.10). A URI without an authority, or whose
 * host is an address and no name, has none; the caller refuses it where URIs are constrained, as the RFC demands.
 */
import { type HostName, parseHostName } from './host-name.js';

/**
 * RFC 3986 §3, §3.2: scheme, userinfo, host, port. Userinfo is held to its alphabet (§3.2.1): readers differ about where a
 * host begins behind a backslash or a second @.
 */
const authority = /^[a-z][a-z\d+.-]*:\/\/(?:[\w.~!$&'()*+,;=:%-]*@)?([^/?#@:]*)(?::\d*)?(?:[/?#]|$)/i;

export function hostOfUri(uri: string): HostName | undefined {
  const text = authority.exec(uri)?.[1];
  if (text === undefined) return undefined;
  const host = parseHostName(text);
  return host.ok ? host.value : undefined;
}
