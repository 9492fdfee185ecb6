/**
 * When a URL is asked next (REVOCATION.md, "When to fetch"): a pure function of what is needed, what is held, the
 * attempts so far, and now. All replicas compute the same times from the shared store, so none asks sooner because
 * another came or went. Jitter is therefore drawn from the URL and the last attempt, not from a generator.
 */
import { inForceUntil } from '../revocation/validity.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export interface PlanSettings {
  /** A regular poll is this part of the CRL's validity: 10 days give 6 hours. */
  readonly pollPart: number;
  readonly longestPoll: number;
  /** The lead before nextUpdate is this part of the validity: 10 days give 48 hours. */
  readonly leadPart: number;
  readonly longestLead: number;
  /** Within the lead a poll is divided by this. */
  readonly leadHaste: number;
  readonly jitter: number;
  readonly shortestPause: number;
  readonly backoffFrom: number;
  readonly backoffTo: number;
  readonly unconditionalEvery: number;
  /** After an authority's notAfter: once in this time … */
  readonly expiredPoll: number;
  /** … for so long, then never again. */
  readonly expiredFor: number;
  /** URLs that were never asked are spread over this time after the start. */
  readonly firstSpread: number;
}

export const defaultPlan: PlanSettings = {
  pollPart: 1 / 40,
  longestPoll: day,
  leadPart: 1 / 5,
  longestLead: 30 * day,
  leadHaste: 6,
  jitter: 0.1,
  shortestPause: minute,
  backoffFrom: minute,
  backoffTo: hour,
  unconditionalEvery: 7 * day,
  expiredPoll: day,
  expiredFor: 90 * day,
  firstSpread: minute,
};

/** When a CRL that is held was issued, and when its successor is promised. */
export interface CrlDates {
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
}

export interface PlanNeed {
  readonly url: string;
  /** The authority's published CRL validity, ISO 8601. */
  readonly published?: string;
  /** The authority's notAfter. */
  readonly notAfter?: number;
}

export interface PlanHistory {
  readonly lastAttempt?: number;
  readonly lastSuccess?: number;
  readonly lastFull?: number;
  readonly failures: number;
}

export interface PlanInput {
  readonly need: PlanNeed;
  readonly history?: PlanHistory;
  /** The CRL that the URL last gave. */
  readonly held?: CrlDates;
  readonly now: number;
  /** When this process started: what was never asked is spread from here. */
  readonly startedAt: number;
  readonly settings?: PlanSettings;
}

export type PlanPhase = 'first' | 'regular' | 'lead' | 'backoff' | 'expired' | 'retired';

export interface PlannedFetch {
  readonly phase: PlanPhase;
  /** Undefined: never. At or before now: at once. */
  readonly due?: number;
  /** Ask without validators: a server or cache that answers 304 for ever would otherwise never be found out. */
  readonly unconditional: boolean;
  /** Ask caches on the way to look at the origin. */
  readonly noCache: boolean;
}

/** A stored time so far ahead was written under a wrong clock; less is what replicas' clocks differ by. */
const clockTolerance = 5 * minute;
const assumedValidity = 7 * day;

export function planFetch(input: PlanInput): PlannedFetch {
  const { need, held, now, settings = defaultPlan } = input;
  const history = trusted(input.history, now);
  const until = held === undefined ? undefined : endOf(held, need.published);
  const validity =
    held === undefined || until === undefined ? assumedValidity : Math.max(until - held.thisUpdate, minute);
  const leadStart =
    until === undefined ? undefined : until - Math.min(settings.longestLead, validity * settings.leadPart);
  const result = (phase: PlanPhase, due: number): PlannedFetch => ({
    phase,
    due: history.lastAttempt === undefined ? due : Math.max(due, history.lastAttempt + settings.shortestPause),
    unconditional: history.lastFull === undefined || now - history.lastFull >= settings.unconditionalEvery,
    noCache: leadStart !== undefined && now >= leadStart,
  });

  const { notAfter } = need;
  if (notAfter !== undefined && now > notAfter + settings.expiredFor) {
    return { phase: 'retired', unconditional: false, noCache: false };
  }
  const { lastAttempt, lastSuccess, failures } = history;
  if (lastAttempt === undefined) {
    // A start that lies ahead was read from a wrong clock: nothing is spread then.
    const spread = fraction(need.url, 'first') * settings.firstSpread;
    return result('first', input.startedAt > now + clockTolerance ? now : input.startedAt + spread);
  }
  const r = fraction(need.url, String(lastAttempt));
  if (notAfter !== undefined && now > notAfter) {
    return result('expired', lastAttempt + settings.expiredPoll * (1 + settings.jitter * r));
  }
  if (failures > 0 || lastSuccess === undefined) {
    const ceiling = Math.min(settings.backoffTo, settings.backoffFrom * 2 ** Math.min(failures, 20));
    return result('backoff', lastAttempt + r * ceiling);
  }
  const poll = Math.max(Math.min(settings.longestPoll, validity * settings.pollPart), settings.shortestPause);
  const regular = lastSuccess + poll * (1 + settings.jitter * r);
  const haste = (poll / settings.leadHaste) * (1 + settings.jitter * r);
  if (leadStart === undefined || regular <= leadStart) return result('regular', regular);
  return result('lead', Math.min(regular, Math.max(leadStart, lastSuccess + haste)));
}

/** Until when a CRL proves goodness: nextUpdate, capped at the published validity. */
export const endOf = ({ thisUpdate, nextUpdate }: CrlDates, published: string | undefined): number =>
  inForceUntil({ thisUpdate, nextUpdate }, published);

/** The history without what only a wrong clock can have written. */
function trusted(history: PlanHistory | undefined, now: number): PlanHistory {
  if (history === undefined) return { failures: 0 };
  const past = (time: number | undefined): boolean => time !== undefined && time <= now + clockTolerance;
  if (!past(history.lastAttempt)) return { failures: 0 };
  return {
    failures: history.failures,
    ...(history.lastAttempt === undefined ? {} : { lastAttempt: history.lastAttempt }),
    ...(past(history.lastSuccess) && history.lastSuccess !== undefined ? { lastSuccess: history.lastSuccess } : {}),
    ...(past(history.lastFull) && history.lastFull !== undefined ? { lastFull: history.lastFull } : {}),
  };
}

/** A number in [0, 1) that looks random and is the same wherever it is computed (FNV-1a with a final mix). */
function fraction(...parts: string[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('\n')) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
