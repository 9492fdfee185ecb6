/**
 * The rules under which this process connects anywhere, compiled once from the configuration: addresses and ports,
 * proxy, private roots, time and size limits. Everything here is the operator's word; a mistake in it is a TypeError
 * at the start, so that no rule is silently missing later.
 */
import { lookup } from 'node:dns/promises';
import { rootCertificates } from 'node:tls';
import { type AddressRules, type AllowedNetwork, compileAddressRules } from './address.js';

/** Addresses of a host name. Rejects where there is none. */
export type Resolver = (name: string) => Promise<readonly string[]>;

export interface NetworkRules {
  /** Networks beyond global unicast, each with its ports: `{ cidr: '10.1.0.0/16', ports: [80] }`. */
  readonly allow?: readonly AllowedNetwork[];
  /** Ports for global unicast addresses; default 80, 443, 389, 636. */
  readonly ports?: readonly number[];
  readonly proxy?: ProxyRules;
  /** Further roots for https and ldaps, PEM. They join the system's, and count for transport only. */
  readonly roots?: readonly string[];
  readonly resolve?: Resolver;
  readonly connectTimeoutMs?: number;
  readonly totalTimeoutMs?: number;
  readonly maximumRedirects?: number;
  /** After decompression, in octets. */
  readonly maximumBytes?: number;
}

export interface ProxyRules {
  /** http://[user:password@]host:port. The proxy itself may lie in any network: the operator named it. */
  readonly url: string;
  /**
   * `local` (default): names are resolved and checked here and the proxy is asked for the checked address, so the proxy
   * must allow CONNECT to ports 80 and 389 too. `proxy`: names are left to the proxy, and so is what they may reach;
   * literal addresses and ports are still checked here.
   */
  readonly resolve?: 'local' | 'proxy';
}

export interface Guard {
  readonly addresses: AddressRules;
  readonly proxy?: {
    readonly host: string;
    readonly port: number;
    readonly authorization?: string;
    readonly resolve: 'local' | 'proxy';
  };
  /** Trusted roots for TLS; undefined: the runtime's own list. */
  readonly roots?: readonly string[];
  readonly resolve: Resolver;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maximumRedirects: number;
  readonly maximumBytes: number;
}

const systemResolver: Resolver = async (name) =>
  (await lookup(name, { all: true, order: 'verbatim' })).map((entry) => entry.address);

export function createGuard(rules: NetworkRules = {}): Guard {
  return {
    addresses: compileAddressRules(rules.allow, rules.ports),
    ...(rules.proxy === undefined ? {} : { proxy: compileProxy(rules.proxy) }),
    ...(rules.roots === undefined || rules.roots.length === 0 ? {} : { roots: [...rootCertificates, ...rules.roots] }),
    resolve: rules.resolve ?? systemResolver,
    connectTimeoutMs: rules.connectTimeoutMs ?? 5_000,
    totalTimeoutMs: rules.totalTimeoutMs ?? 30_000,
    maximumRedirects: rules.maximumRedirects ?? 2,
    maximumBytes: rules.maximumBytes ?? 64 * 1024 * 1024,
  };
}

function compileProxy(rules: ProxyRules): NonNullable<Guard['proxy']> {
  const url = URL.canParse(rules.url) ? new URL(rules.url) : undefined;
  // The URL may hold a password: the message does not repeat it.
  if (url === undefined || url.protocol !== 'http:' || url.hostname === '') {
    throw new TypeError('network.proxy: expected http://host:port');
  }
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 80 : Number(url.port),
    resolve: rules.resolve ?? 'local',
    ...(credentials === ':' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}
