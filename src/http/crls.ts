/**
 * `/v1/crls` and the mirror: what the store holds, served so that it can stand in for a distribution point that is gone.
 * The current CRL may be cached until its nextUpdate; a historic one never changes.
 */

import { sha256Hex } from '../crypto/digest.js';
import { formatTime } from '../der/time.js';
import { type CrlIssuer, isCrlOf } from '../refresh/status.js';
import type { CrlRecord } from '../store/port.js';
import { KnownCertificate } from '../trust/known-certificate.js';
import { parseCertificate } from '../x509/certificate.js';
import { jsonResponse } from './answer.js';
import { findAuthority } from './authorities.js';
import { limits, requireContentType, withBody } from './body.js';
import { conditional } from './caching.js';
import { queryOf } from './certificates.js';
import { Problem } from './problem.js';
import { inWords, recognise } from './recognise.js';
import type { AuthorityState, Service } from './service.js';

/** A CRL as the API and `crl list --json` show it. */
export function crlReport(record: CrlRecord, now: number) {
  const { sha256, issuer, authority, catalogue, number, kind, state, current, entries, size, provenance, notes } =
    record;
  return {
    sha256,
    issuer,
    ...(authority === undefined ? {} : { authority }),
    ...(catalogue === undefined ? {} : { catalogue }),
    ...(number === undefined ? {} : { number }),
    kind,
    state,
    current,
    stale: record.nextUpdate !== undefined && record.nextUpdate < now,
    thisUpdate: formatTime(record.thisUpdate),
    ...(record.nextUpdate === undefined ? {} : { nextUpdate: formatTime(record.nextUpdate) }),
    entries,
    size,
    provenance,
    addedAt: formatTime(record.addedAt),
    notes,
  };
}

export async function listCrls(request: Request, service: Service): Promise<Response> {
  const query = readQuery(request, ['authority', 'history']);
  const { authority, history = 'false' } = query;
  if (history !== 'true' && history !== 'false') {
    throw new Problem('request_malformed', 'expected true or false', { field: 'history' });
  }
  if (authority !== undefined) findAuthority(service, authority);
  const records = await service.crls({
    ...(authority === undefined ? {} : { authority }),
    ...(history === 'true' ? {} : { current: true }),
  });
  const now = service.now().getTime();
  return jsonResponse(JSON.stringify({ crls: records.map((record) => crlReport(record, now)) }));
}

/** Whose CRLs: an authority with its certificate, where that is held. */
export function issuerOf({ catalogue, authority, der }: AuthorityState): CrlIssuer {
  const parsed = der === undefined ? undefined : parseCertificate(der);
  if (der === undefined || parsed?.ok !== true) return { catalogue, authority };
  return { catalogue, authority, certificate: new KnownCertificate(parsed.value, sha256Hex(der)) };
}

/** Oldest first; by two questions, since the whole store may hold the CRLs of many years. */
async function historyOf(state: AuthorityState, service: Service): Promise<CrlRecord[]> {
  const issuer = issuerOf(state);
  const own = await service.crls({ authority: issuer.authority.id });
  const ofKey = issuer.certificate ? await service.crls({ issuerKey: issuer.certificate.publicKeyId }) : [];
  return [...own, ...ofKey].filter((crl) => isCrlOf(crl, issuer)).sort((a, b) => a.thisUpdate - b.thisUpdate);
}

export async function mirror(request: Request, service: Service, id: string): Promise<Response> {
  const state = findAuthority(service, id);
  const { number, sha256, kind = 'base' } = readQuery(request, ['number', 'sha256', 'kind']);
  if (kind !== 'base' && kind !== 'delta') {
    throw new Problem('request_malformed', 'expected base or delta', { field: 'kind' });
  }
  const records = (await historyOf(state, service)).filter((record) => record.state !== 'quarantined');
  const historic = number !== undefined || sha256 !== undefined;
  const now = service.now().getTime();
  const record = historic
    ? records.findLast(
        (r) => r.sha256 === sha256?.toLowerCase() || (number !== undefined && sameNumber(r, number, kind)),
      )
    : currentOf(records, kind, now);
  const bytes = record === undefined ? undefined : await service.crlBytes(record.sha256);
  if (record === undefined || bytes === undefined)
    throw new Problem('not_found', 'no such CRL of this authority is held');
  const seconds = Math.floor(((record.nextUpdate ?? 0) - now) / 1000);
  const cache =
    historic && number === undefined
      ? 'public, max-age=31536000, immutable'
      : `public, max-age=${Math.max(0, seconds)}`;
  return conditional(request, bytes, {
    etag: `"${record.sha256}"`,
    lastModified: new Date(record.thisUpdate),
    headers: {
      'content-type': 'application/pkix-crl',
      'cache-control': historic ? cache : `${cache}, must-revalidate`,
      ...(record.nextUpdate === undefined ? {} : { expires: new Date(record.nextUpdate).toUTCString() }),
    },
  });
}

const sameNumber = (record: CrlRecord, number: string, kind: string): boolean =>
  record.kind === kind &&
  record.number !== undefined &&
  /^\d{1,64}$/.test(number) &&
  BigInt(record.number) === BigInt(number);

/**
 * The authority's own complete CRL goes before one with an issuing distribution point, which may be of a part of it; but not
 * when it is stale: the authority may have gone over to the other.
 */
function currentOf(records: readonly CrlRecord[], kind: string, now: number): CrlRecord | undefined {
  const current = records.filter((record) => record.current && record.kind === kind);
  const fresh = current.filter(({ nextUpdate }) => nextUpdate === undefined || nextUpdate >= now);
  const offered = fresh.length > 0 ? fresh : current;
  return offered.findLast((record) => record.scope === '') ?? offered.at(-1);
}

export const crlTypes = ['application/pkix-crl', 'application/x-pem-file', 'application/octet-stream'];

export async function postCrl(request: Request, service: Service): Promise<Response> {
  requireContentType(request, crlTypes);
  // PEM is a third larger than the 64 MiB of DER.
  return withBody(request, 90 * 1024 * 1024, async (body) => {
    if (body.length === 0) throw new Problem('crl_malformed', 'expected a CRL as DER or PEM, found nothing (0 octets)');
    if (body[0] === 0x30 && body.length > limits.crl) {
      throw new Problem('too_large', `expected at most ${limits.crl} octets, found ${body.length}`);
    }
    const outcomes = await service.importCrl(body);
    const failed = outcomes.find((outcome) => !outcome.ok);
    if (failed !== undefined && !failed.ok) {
      const what = recognise(body);
      const detail = what === 'crl' || what === 'unknown' ? failed.detail : `expected a CRL, found ${inWords[what]}`;
      throw new Problem(failed.problem === 'malformed' ? 'crl_malformed' : 'crl_refused', detail);
    }
    const crls = outcomes.map((outcome) => (outcome.ok ? { sha256: outcome.id, change: outcome.change } : {}));
    return jsonResponse(JSON.stringify({ crls }));
  });
}

export async function refreshCrls(service: Service): Promise<Response> {
  return jsonResponse(JSON.stringify(await service.refresh()));
}

function readQuery<K extends string>(request: Request, known: readonly K[]): Partial<Record<K, string>> {
  const fields: Partial<Record<K, string>> = {};
  for (const [name, value] of queryOf(request)) {
    const field = known.find((candidate) => candidate === name);
    if (field === undefined || fields[field] !== undefined) {
      throw new Problem('request_malformed', `expected ${known.join(', ')}, each once; found another or one twice`, {
        field: name.replace(/[^\w-]/g, '?').slice(0, 40),
      });
    }
    fields[field] = value;
  }
  return fields;
}
