/**
 * How things stand, authority by authority: whether a fresh CRL is held, and if not, why not. Every authority of every
 * catalogue is named; one without a known URL or without an installed certificate is a line that says so.
 */
import type { CrlRecord } from '../store/port.js';
import { type NeededAuthority, readAuthorities } from './authorities.js';
import type { RefreshDeps } from './deps.js';
import { defaultPlan, endOf } from './plan.js';

/**
 * `retired`: expired for so long that no CRL is expected any more. `not_installed`: its certificate is wanted, without
 * which no CRL of it can be checked. `disputed`: installed, but its facts differ from the published ones.
 */
export type FreshnessState = 'fresh' | 'stale' | 'missing' | 'retired' | 'not_installed' | 'disputed';

export interface AuthorityStatus {
  readonly catalogue: string;
  readonly authority: string;
  readonly name: string;
  readonly state: FreshnessState;
  /** Known URLs of its CRLs. Empty: nothing will be fetched; CRLs must be imported. */
  readonly urls: readonly string[];
  /** The complete CRL that lasts longest. */
  readonly current?: CrlRecord;
  /** Until when that proves goodness: nextUpdate, capped at the published validity. */
  readonly until?: number;
}

export async function crlStatus(
  deps: Pick<RefreshDeps, 'store' | 'catalogues' | 'now' | 'plan'>,
): Promise<AuthorityStatus[]> {
  const authorities = await readAuthorities(deps.store, deps.catalogues);
  const crls = await deps.store.crls({ current: true });
  return authorities.map((authority) => statusOf(authority, crls, deps.now(), deps.plan?.expiredFor));
}

/** True when every authority that is not retired has a fresh CRL. */
export const allFresh = (statuses: readonly AuthorityStatus[]): boolean =>
  statuses.every(({ state }) => state === 'fresh' || state === 'retired');

function statusOf(
  needed: NeededAuthority,
  crls: readonly CrlRecord[],
  now: number,
  expiredFor: number = defaultPlan.expiredFor,
): AuthorityStatus {
  const { catalogue, authority, notAfter, urls } = needed;
  const own = crls
    .filter((crl) => isCrlOf(crl, needed))
    .filter((crl) => crl.kind === 'base' && crl.state === 'accepted' && !crl.revocationOnly)
    .map((crl) => ({ current: crl, until: endOf(crl, authority.crlValidity) }))
    .sort((a, b) => b.until - a.until);
  const best = own[0];
  const base = { catalogue: catalogue.id, authority: authority.id, name: authority.name, urls, ...best };
  if (isRetired(notAfter, now, expiredFor)) return { ...base, state: 'retired' };
  if (needed.disputed) return { ...base, state: 'disputed' };
  if (needed.certificate === undefined) return { ...base, state: 'not_installed' };
  if (best === undefined) return { ...base, state: 'missing' };
  return { ...base, state: best.until >= now ? 'fresh' : 'stale' };
}

export type CrlIssuer = Pick<NeededAuthority, 'catalogue' | 'authority' | 'certificate'>;

/** Taken in as a CRL of this authority, or made under its name with its key, which a renewed certificate may share. */
export function isCrlOf(crl: CrlRecord, { catalogue, authority, certificate }: CrlIssuer): boolean {
  if (crl.catalogue === catalogue.id && crl.authority === authority.id) return true;
  return crl.issuerKey === certificate?.publicKeyId && crl.issuer === certificate.subjectText;
}

export const isRetired = (notAfter: number | undefined, now: number, expiredFor: number): boolean =>
  notAfter !== undefined && now > notAfter + expiredFor;
