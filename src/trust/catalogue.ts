/**
 * The catalogue: what a publisher says of its authorities, as data (DESIGN.md's certs/…/catalogue.json). Reading it is
 * strict: an unknown or misspelt field is an error that names the field, since a constraint that is not read is
 * silently not checked. An entry must give SHA-256, or SHA-1 and MD5, so that none can match everything.
 */
import { normalizeHex } from '../der/octets.js';
import { parseDuration } from './duration.js';

/** Profiles that `issuesFor` may name; rfc5280 never looks at it. */
export const issuableProfiles = ['tls-server', 'tls-client', 'smime', 'document', 'device', 'webpki-server'] as const;
export type IssuableProfile = (typeof issuableProfiles)[number];

/** One authority as published. */
export interface Authority {
  readonly id: string;
  readonly name: string;
  readonly role: 'root' | 'issuing';
  /** Profiles that it issues for; for a root empty unless stated. */
  readonly issuesFor: readonly IssuableProfile[];
  /** Published days, YYYY-MM-DD, without a time zone. */
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly key?: { readonly type: string; readonly size: number };
  /** Lower-case hexadecimal. */
  readonly fingerprints: { readonly md5?: string; readonly sha1?: string; readonly sha256?: string };
  /** ISO 8601 duration, such as P10D. */
  readonly crlValidity?: string;
  readonly crlUrls: readonly string[];
  /** Milliseconds; trust ends after it. */
  readonly distrustAfter?: number;
  /** The operator has seen that the certificate's facts differ from the published ones, and takes it all the same. */
  readonly confirmed: boolean;
}

/** A private PKI: its authorities and where the facts come from. */
export interface Catalogue {
  readonly id: string;
  readonly name: string;
  readonly source?: string;
  readonly authorities: readonly Authority[];
}

type Fields = Record<string, unknown>;

/**
 * Reads a catalogue from parsed JSON.
 *
 * @throws TypeError that names the field, what was expected there and what came.
 * @example
 * ```ts
 * import { loadCatalogue } from 'unify-pki';
 * const catalogue = loadCatalogue({
 *   id: 'example', name: 'Example PKI',
 *   authorities: [{ id: 'example-root', name: 'Example Root', role: 'root', fingerprints: { sha256: '00'.repeat(32) } }],
 * });
 * console.log(catalogue.authorities.length); // 1
 * ```
 */
export function loadCatalogue(json: unknown): Catalogue {
  const fields = object(json, 'catalogue');
  onlyKnown(fields, ['$schema', 'schema', 'id', 'name', 'source', 'authorities'], 'catalogue');
  if (fields.schema !== undefined && fields.schema !== 1) fail('schema', '1', fields.schema);
  const list = fields.authorities;
  if (!Array.isArray(list) || list.length === 0) fail('authorities', 'a list with at least one authority', list);
  const authorities = (list as unknown[]).map((entry, index) => readAuthority(entry, `authorities[${index}]`));
  const ids = new Set<string>();
  for (const [index, { id }] of authorities.entries()) {
    if (ids.has(id)) fail(`authorities[${index}].id`, 'an id that no other authority has', id);
    ids.add(id);
  }
  const source = optional(fields.source, (value) => text(value, 'source'));
  return {
    id: identifier(fields.id, 'id'),
    name: text(fields.name, 'name'),
    ...(source === undefined ? {} : { source }),
    authorities,
  };
}

const authorityFields = [
  'id',
  'name',
  'role',
  'issuesFor',
  'validFrom',
  'validTo',
  'key',
  'fingerprints',
  'crlValidity',
  'crlUrls',
  'distrustAfter',
  'confirmed',
];

function readAuthority(json: unknown, at: string): Authority {
  const fields = object(json, at);
  onlyKnown(fields, authorityFields, at);
  const { role } = fields;
  if (role !== 'root' && role !== 'issuing') fail(`${at}.role`, '"root" or "issuing"', role);
  const issuesFor = list(fields.issuesFor === undefined ? [] : fields.issuesFor, `${at}.issuesFor`).map(
    (profile, index) => {
      const known = issuableProfiles.find((name) => name === profile);
      return known ?? fail(`${at}.issuesFor[${index}]`, `one of ${issuableProfiles.join(', ')}`, profile);
    },
  );
  const crlUrls = list(fields.crlUrls === undefined ? [] : fields.crlUrls, `${at}.crlUrls`).map((url, index) =>
    readUrl(url, `${at}.crlUrls[${index}]`),
  );
  if (fields.confirmed !== undefined && typeof fields.confirmed !== 'boolean') {
    fail(`${at}.confirmed`, 'true or false', fields.confirmed);
  }
  const validFrom = optional(fields.validFrom, (value) => day(value, `${at}.validFrom`));
  const validTo = optional(fields.validTo, (value) => day(value, `${at}.validTo`));
  const key = optional(fields.key, (value) => readKey(value, `${at}.key`));
  const crlValidity = optional(fields.crlValidity, (value) => {
    const duration = text(value, `${at}.crlValidity`);
    return parseDuration(duration) === undefined
      ? fail(`${at}.crlValidity`, 'an ISO 8601 duration such as P10D', value)
      : duration;
  });
  const distrustAfter = optional(fields.distrustAfter, (value) => moment(value, `${at}.distrustAfter`));
  return {
    id: identifier(fields.id, `${at}.id`),
    name: text(fields.name, `${at}.name`),
    role: role as 'root' | 'issuing',
    issuesFor,
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validTo === undefined ? {} : { validTo }),
    ...(key === undefined ? {} : { key }),
    fingerprints: readFingerprints(fields.fingerprints, `${at}.fingerprints`),
    ...(crlValidity === undefined ? {} : { crlValidity }),
    crlUrls,
    ...(distrustAfter === undefined ? {} : { distrustAfter }),
    confirmed: fields.confirmed === true,
  };
}

const fingerprintOctets = { md5: 16, sha1: 20, sha256: 32 } as const;

function readFingerprints(json: unknown, at: string): Authority['fingerprints'] {
  const fields = object(json, at);
  onlyKnown(fields, Object.keys(fingerprintOctets), at);
  const fingerprints: { md5?: string; sha1?: string; sha256?: string } = {};
  for (const [name, octets] of Object.entries(fingerprintOctets) as ['md5' | 'sha1' | 'sha256', number][]) {
    if (fields[name] === undefined) continue;
    const hex = typeof fields[name] === 'string' ? normalizeHex(fields[name]) : undefined;
    if (hex === undefined || hex.length !== octets * 2)
      fail(`${at}.${name}`, `${octets} octets in hexadecimal`, fields[name]);
    fingerprints[name] = hex as string;
  }
  const enough =
    fingerprints.sha256 !== undefined || (fingerprints.sha1 !== undefined && fingerprints.md5 !== undefined);
  if (!enough) fail(at, 'sha256, or sha1 and md5 together', Object.keys(fingerprints).join(', ') || 'none');
  return fingerprints;
}

function readKey(json: unknown, at: string): { type: string; size: number } {
  const fields = object(json, at);
  onlyKnown(fields, ['type', 'size'], at);
  const { size } = fields;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1) fail(`${at}.size`, 'a number of bits', size);
  return { type: text(fields.type, `${at}.type`), size: size as number };
}

function readUrl(value: unknown, at: string): string {
  const url = text(value, at);
  if (!/^(https?|ldaps?):\/\//i.test(url) || !URL.canParse(url))
    fail(at, 'a URL with http, https, ldap or ldaps', value);
  return url;
}

function day(value: unknown, at: string): string {
  const written = text(value, at);
  const exact = /^\d{4}-\d{2}-\d{2}$/.test(written) && isoDay(Date.parse(`${written}T00:00:00Z`)) === written;
  return exact ? written : fail(at, 'a day as YYYY-MM-DD', value);
}

/** A day means its last second in UTC, as everywhere in the product. */
function moment(value: unknown, at: string): number {
  const written = text(value, at);
  const dayOnly = /^\d{4}-\d{2}-\d{2}$/.test(written);
  const milliseconds = Date.parse(dayOnly ? `${written}T23:59:59Z` : written);
  const zoned = dayOnly || /T.*(Z|[+-]\d{2}:\d{2})$/i.test(written);
  if (!zoned || Number.isNaN(milliseconds)) return fail(at, 'a day, or an RFC 3339 time with a zone', value);
  return milliseconds;
}

function isoDay(milliseconds: number): string {
  return Number.isNaN(milliseconds) ? '' : new Date(milliseconds).toISOString().slice(0, 10);
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function object(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(at, 'an object', value);
  return value as Fields;
}

function list(value: unknown, at: string): unknown[] {
  return Array.isArray(value) ? value : fail(at, 'a list', value);
}

function text(value: unknown, at: string): string {
  return typeof value === 'string' && value.trim() !== '' ? value : fail(at, 'a text', value);
}

function identifier(value: unknown, at: string): string {
  const id = text(value, at);
  return /^[a-z0-9][a-z0-9._-]{0,63}$/i.test(id) ? id : fail(at, 'letters, digits, dot, hyphen and underscore', value);
}

function onlyKnown(fields: Fields, known: readonly string[], at: string): void {
  for (const name of Object.keys(fields)) {
    if (!known.includes(name)) fail(`${at}.${name}`, `one of the fields ${known.join(', ')}`, 'an unknown field');
  }
}

function fail(field: string, expected: string, found: unknown): never {
  const shown = typeof found === 'string' ? `"${found.slice(0, 80)}"` : Array.isArray(found) ? 'a list' : String(found);
  throw new TypeError(`catalogue error at ${field}: expected ${expected}, found ${shown}`);
}
