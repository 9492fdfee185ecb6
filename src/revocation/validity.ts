/**
 * How long a CRL is in force: to nextUpdate, but no longer than its authority published (REVOCATION.md, "Accept or
 * refuse", rule 5). Without nextUpdate for the published validity, else 7 days: RFC 5280 §5.1.2.5 demands nextUpdate, so
 * such a CRL says nothing about how long it may be believed.
 */
import { type Finding, finding } from '../findings/finding.js';
import { addDuration, type Duration, parseDuration } from '../trust/duration.js';
import type { CertificateList } from '../x509/crl.js';

const hour = 3_600_000;
const day = 24 * hour;
const withoutNextUpdate = 7 * day;

/** A clock that differs by this much is no news (REVOCATION.md, "Accept or refuse", rule 2). */
export const clockTolerance = 5 * 60_000;

/** The last moment (milliseconds) at which the absence of an entry counts; `published` is an ISO 8601 duration. */
export function inForceUntil(
  list: Pick<CertificateList, 'thisUpdate' | 'nextUpdate'>,
  published: string | undefined,
): number {
  const duration = published === undefined ? undefined : parseDuration(published);
  if (duration === undefined) return list.nextUpdate ?? list.thisUpdate + withoutNextUpdate;
  const end = addDuration(list.thisUpdate, duration);
  return list.nextUpdate === undefined || list.nextUpdate > end + tolerance(duration) ? end : list.nextUpdate;
}

/** 10 days ± 2 hours, 6 calendar months ± 1 day. */
const tolerance = (duration: Duration): number => (duration.months > 0 ? day : 2 * hour);

/** A finding where a CRL runs longer or shorter than published; never a refusal, since that would lose its revocations. */
export function publishedValidityFindings(
  list: Pick<CertificateList, 'thisUpdate' | 'nextUpdate' | 'deltaCRLIndicator'>,
  published: string | undefined,
): Finding[] {
  const duration = published === undefined ? undefined : parseDuration(published);
  if (duration === undefined || list.deltaCRLIndicator !== undefined) return [];
  const expected = addDuration(list.thisUpdate, duration);
  if (list.nextUpdate !== undefined && Math.abs(list.nextUpdate - expected) <= tolerance(duration)) return [];
  return [
    finding('crl_validity_not_as_published', {
      found: list.nextUpdate === undefined ? 'no end' : `${roundDays(list.nextUpdate - list.thisUpdate)} days`,
      published,
    }),
  ];
}

const roundDays = (milliseconds: number): number => Math.round((milliseconds / day) * 100) / 100;
