/**
 * The configuration: environment variables, read and judged once. Anything that cannot be read is an error that names
 * the variable, and so is an unknown variable with our prefix: a misspelt setting must not be silently without effect.
 * Values are not repeated in errors where they may be secrets.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { NetworkRules } from '../net/guard.js';
import { readScheduleSettings, type ScheduleSettings } from '../refresh/settings.js';
import { reasonOf } from './files.js';
import { usageError } from './io.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface Configuration {
  readonly dataFolder: string;
  /** PostgreSQL in place of the data folder's SQLite. */
  readonly databaseUrl?: string;
  /** Catalogues in place of certs/unify. */
  readonly catalogues: readonly string[];
  /** Certificates of timestamp authorities' anchors, files. */
  readonly timestampAuthorities: readonly string[];
  /** A timestamp authority that stamps the log's head daily. */
  readonly timestampUrl?: string;
  readonly host: string;
  readonly port: number;
  readonly adminToken?: string;
  /** Requests per minute and address; absent: no limit. */
  readonly rateLimit?: number;
  readonly logLevel: string;
  /** False: CRLs are fetched on request only. */
  readonly refresh: boolean;
  /** Numbers of the CRL job; absent: the defaults. */
  readonly schedule?: ScheduleSettings;
  readonly network: NetworkRules;
}

/** Every variable and what it is for; `unify-pki serve --help` shows them. */
export const variables = {
  UNIFY_PKI_DATA: 'data folder (authorities, CRLs, log)',
  DATABASE_URL: 'PostgreSQL in place of the data folder, for replicas',
  UNIFY_PKI_CATALOGUES: `catalogue files in place of the built-in one, separated by "${delimiter}"`,
  UNIFY_PKI_TIMESTAMP_AUTHORITIES: `files with the anchors of timestamp authorities, separated by "${delimiter}"`,
  UNIFY_PKI_TIMESTAMP_URL: 'timestamp authority (RFC 3161 over http) that stamps the head of the log daily',
  UNIFY_PKI_HOST: 'address to listen on (default 127.0.0.1)',
  UNIFY_PKI_PORT: 'port to listen on (default 8080; 0 any free one)',
  UNIFY_PKI_ADMIN_TOKEN:
    'bearer token of the administrator, at least 16 characters; without it administration is closed',
  UNIFY_PKI_ADMIN_TOKEN_FILE: 'file that holds the token',
  UNIFY_PKI_RATE_LIMIT: 'requests per minute and client address (default: no limit)',
  UNIFY_PKI_LOG_LEVEL: 'trace, debug, info (default), warn, error or silent',
  UNIFY_PKI_REFRESH: 'on (default) or off: fetch CRLs by schedule while serving',
  UNIFY_PKI_SCHEDULE: 'JSON file with numbers of the CRL schedule in place of the defaults, times in seconds',
  UNIFY_PKI_ALLOW_NETWORKS: 'private networks to fetch from, with ports: "10.1.0.0/16 80,443; fd00::/8 80"',
  UNIFY_PKI_PROXY: 'http://[user:password@]host:port for fetching',
  UNIFY_PKI_PROXY_RESOLVE: 'local (default) or proxy: who looks up names',
  UNIFY_PKI_ROOTS: `PEM files with private roots for https, separated by "${delimiter}"`,
} as const;

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

export function readConfiguration(env: Env): Configuration {
  for (const name of Object.keys(env)) {
    if (name.startsWith('UNIFY_PKI_') && !(name in variables)) {
      throw usageError(`unknown environment variable ${name}; known are ${Object.keys(variables).join(', ')}`);
    }
  }
  const text = (name: keyof typeof variables): string | undefined => (env[name] === '' ? undefined : env[name]);
  const databaseUrl = text('DATABASE_URL');
  const adminToken = readToken(text('UNIFY_PKI_ADMIN_TOKEN'), text('UNIFY_PKI_ADMIN_TOKEN_FILE'));
  const rateLimit = text('UNIFY_PKI_RATE_LIMIT');
  const timestampUrl = text('UNIFY_PKI_TIMESTAMP_URL');
  const schedule = text('UNIFY_PKI_SCHEDULE');
  return {
    dataFolder: text('UNIFY_PKI_DATA') ?? defaultDataFolder(env),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    catalogues: list(text('UNIFY_PKI_CATALOGUES')),
    timestampAuthorities: list(text('UNIFY_PKI_TIMESTAMP_AUTHORITIES')),
    ...(timestampUrl === undefined ? {} : { timestampUrl: readUrl(timestampUrl, 'UNIFY_PKI_TIMESTAMP_URL') }),
    host: text('UNIFY_PKI_HOST') ?? '127.0.0.1',
    port: readPort(text('UNIFY_PKI_PORT') ?? '8080', 'UNIFY_PKI_PORT'),
    ...(adminToken === undefined ? {} : { adminToken }),
    ...(rateLimit === undefined ? {} : { rateLimit: number(rateLimit, 'UNIFY_PKI_RATE_LIMIT', 1, 1_000_000) }),
    logLevel: choice(text('UNIFY_PKI_LOG_LEVEL') ?? 'info', 'UNIFY_PKI_LOG_LEVEL', logLevels),
    refresh: choice(text('UNIFY_PKI_REFRESH') ?? 'on', 'UNIFY_PKI_REFRESH', ['on', 'off']) === 'on',
    ...(schedule === undefined ? {} : { schedule: readSchedule(schedule) }),
    network: readNetwork(text),
  };
}

export const readPort = (value: string, name: string): number => number(value, name, 0, 65_535);

function readNetwork(text: (name: keyof typeof variables) => string | undefined): NetworkRules {
  const proxy = text('UNIFY_PKI_PROXY');
  const resolve = choice(text('UNIFY_PKI_PROXY_RESOLVE') ?? 'local', 'UNIFY_PKI_PROXY_RESOLVE', ['local', 'proxy']);
  const allow = (text('UNIFY_PKI_ALLOW_NETWORKS') ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [cidr = '', ports = ''] = part.split(/\s+/);
      if (!/^[0-9a-f.:]+\/\d+$/i.test(cidr) || !/^\d+(,\d+)*$/.test(ports)) {
        throw usageError(`UNIFY_PKI_ALLOW_NETWORKS: expected "10.1.0.0/16 80,443; fd00::/8 80", found "${part}"`);
      }
      return { cidr, ports: ports.split(',').map((port) => number(port, 'UNIFY_PKI_ALLOW_NETWORKS', 1, 65_535)) };
    });
  return {
    allow,
    roots: list(text('UNIFY_PKI_ROOTS')).map((path) => readText(path, 'UNIFY_PKI_ROOTS')),
    ...(proxy === undefined ? {} : { proxy: { url: proxy, resolve: resolve as 'local' | 'proxy' } }),
  };
}

/** XDG base directories; a container sets UNIFY_PKI_DATA. */
function defaultDataFolder(env: Env): string {
  const base = env.XDG_DATA_HOME;
  return join(base === undefined || base === '' ? join(homedir(), '.local', 'share') : base, 'unify-pki');
}

function readToken(value: string | undefined, file: string | undefined): string | undefined {
  const token = value ?? (file === undefined ? undefined : readText(file, 'UNIFY_PKI_ADMIN_TOKEN_FILE').trim());
  if (token === undefined) return undefined;
  if (!/^[\x21-\x7e]{16,1024}$/.test(token)) {
    throw usageError('UNIFY_PKI_ADMIN_TOKEN: expected at least 16 visible ASCII characters without spaces');
  }
  return token;
}

function readSchedule(path: string): ScheduleSettings {
  const json = readText(path, 'UNIFY_PKI_SCHEDULE');
  try {
    return readScheduleSettings(JSON.parse(json));
  } catch (error) {
    throw usageError(`UNIFY_PKI_SCHEDULE: ${error instanceof TypeError ? error.message : 'the file is no JSON'}`);
  }
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`${name}: the file ${path} cannot be read (${reasonOf(error)})`);
  }
}

function readUrl(value: string, name: string): string {
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return value;
  throw usageError(`${name}: expected a URL with http or https`);
}

const list = (value: string | undefined): string[] => (value ?? '').split(delimiter).filter((part) => part !== '');

function number(value: string, name: string, minimum: number, maximum: number): number {
  if (/^\d{1,9}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum) return Number(value);
  throw usageError(`${name}: expected a whole number from ${minimum} to ${maximum}, found "${value}"`);
}

function choice(value: string, name: string, choices: readonly string[]): string {
  if (choices.includes(value)) return value;
  throw usageError(`${name}: expected one of ${choices.join(', ')}; found "${value}"`);
}
