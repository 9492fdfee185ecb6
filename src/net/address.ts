/**
 * Decides whether an address and port may be connected to. URLs of CRLs come from certificates, so whoever issues one
 * chooses where this machine connects: without this check a certificate could reach the cloud's metadata service or a
 * neighbour behind the firewall. Allowed is global unicast on a few ports, and what the operator names.
 *
 * An address that carries an IPv4 address inside (mapped, NAT64) is judged by the inner one, which is where the packets
 * end; 6to4 and Teredo are refused whole, since both are withdrawn from use (RFC 7526, RFC 4380 by practice).
 */
import ipaddr from 'ipaddr.js';
import { failure, type NetFailure } from './outcome.js';

/** A network that the operator opens, with the ports that are open in it. */
export interface AllowedNetwork {
  readonly cidr: string;
  readonly ports: readonly number[];
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

export interface AddressRules {
  readonly ports: ReadonlySet<number>;
  readonly networks: readonly { readonly network: Network; readonly ports: ReadonlySet<number> }[];
}

/** http, https, ldap, ldaps. */
export const defaultPorts: readonly number[] = [80, 443, 389, 636];

/** Global unicast space of IPv6 is 2000::/3 (RFC 4291 §2.4); all else is special, unassigned or translated. */
const ipv6GlobalUnicast = ipaddr.parseCIDR('2000::/3');
/** The well-known NAT64 prefix (RFC 6052 §2.1): the last 32 bits are the IPv4 address. */
const nat64 = ipaddr.parseCIDR('64:ff9b::/96');
/** Azure's platform endpoint: formally global, in fact the host's own agent, reachable from every guest. */
const platformEndpoints = new Set(['168.63.129.16']);

/** Compiles the operator's rules. A network that cannot be read is a mistake of the configuration: TypeError. */
export function compileAddressRules(
  allow: readonly AllowedNetwork[] = [],
  ports: readonly number[] = defaultPorts,
): AddressRules {
  const networks = allow.map((entry) => {
    if (!ipaddr.isValidCIDR(entry.cidr)) throw new TypeError(`network.allow: "${entry.cidr}" is no CIDR network`);
    return { network: ipaddr.parseCIDR(entry.cidr), ports: portSet(entry.ports) };
  });
  return { ports: portSet(ports), networks };
}

function portSet(ports: readonly number[]): ReadonlySet<number> {
  for (const port of ports) {
    if (!Number.isInteger(port) || port < 1 || port > 65535) throw new TypeError(`network: ${port} is no port`);
  }
  return new Set(ports);
}

/** Undefined where the address may be connected to on that port; otherwise why not. */
export function addressRefusal(text: string, port: number, rules: AddressRules): NetFailure | undefined {
  const address = parseAddress(text);
  if (address === undefined) return failure('address_forbidden', `${text} is no address`);
  const inner = innerAddress(address);
  if (isOpened(address, port, rules) || isOpened(inner, port, rules)) return undefined;
  if (!isGlobalUnicast(inner)) {
    return failure('address_forbidden', `${text} is not a global unicast address and not in an allowed network`);
  }
  if (!rules.ports.has(port)) return failure('port_forbidden', `port ${port} is not among the allowed ones`);
  return undefined;
}

/** The literal address in a URL's host, without brackets; undefined for a name. */
export function literalAddress(host: string): string | undefined {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return parseAddress(bare) === undefined ? undefined : bare;
}

/**
 * Only the full forms: `0x7f.1` or `2130706433` are names here. What the resolver makes of them is checked like any
 * other answer. Addresses with a zone ("%eth0") are link-local by nature and never global.
 */
function parseAddress(text: string): Address | undefined {
  if (text.includes('%')) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

function innerAddress(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (within(address, nat64)) return new ipaddr.IPv4(address.toByteArray().slice(12));
  return address;
}

function isOpened(address: Address, port: number, rules: AddressRules): boolean {
  return rules.networks.some((entry) => entry.ports.has(port) && within(address, entry.network));
}

function isGlobalUnicast(address: Address): boolean {
  if (address.range() !== 'unicast' || platformEndpoints.has(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || within(address, ipv6GlobalUnicast);
}

function within(address: Address, [network, bits]: Network): boolean {
  if (address instanceof ipaddr.IPv4 && network instanceof ipaddr.IPv4) return address.match(network, bits);
  if (address instanceof ipaddr.IPv6 && network instanceof ipaddr.IPv6) return address.match(network, bits);
  return false;
}
