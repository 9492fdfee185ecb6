/**
 * The status of one certificate at one time, from all that was observed (REVOCATION.md, "Status at time T", rules 1 to
 * 5). Pure: the same observations and time give the same answer.
 *
 * Departures from RFC 5280 §6.3, which knows only the present: an entry counts from its revocationDate, and no later than
 * the CRL that first shows it, so that a date in the future cannot postpone what is already listed. An entry that vanishes
 * from later CRLs stays evidence; only a hold can be lifted.
 */
import type { CrlEntry, CrlReason } from './entry.js';
import { type Judgement, type Observation, subjectOf } from './judge.js';
import { allReasons, holdReason } from './scope.js';

export type StatusReason = 'revoked' | 'invalidity' | 'hold' | 'stale' | 'expired' | 'reasons' | 'unusable' | 'nothing';

export interface Revocation {
  readonly from: number;
  readonly entry: CrlEntry;
  readonly reason: CrlReason;
  /** The earliest that any entry names. */
  readonly invalidityDate: number | undefined;
  readonly observation: Observation;
}

export interface CertificateStatus {
  readonly status: 'good' | 'revoked' | 'unknown';
  /** Why it is not good. */
  readonly because: StatusReason | undefined;
  /** What the status rests on; of a stale one the latest CRL. */
  readonly evidence: Observation | undefined;
  /** The revocation for good that is known by now, before or after the time asked about. */
  readonly revocation: Revocation | undefined;
  /** The hold in force at the time asked about. */
  readonly hold: Hold | undefined;
}

export interface Hold {
  readonly from: number;
  /** The thisUpdate that first shows it lifted; Infinity: the latest CRL still holds. */
  readonly until: number;
  readonly entry: CrlEntry;
  readonly observation: Observation;
}

export function evaluate(judgement: Judgement, at: number): CertificateStatus {
  const { observations } = judgement;
  const revocation = revocationOf(observations);
  if (revocation !== undefined && revocation.from <= at) {
    const evidence = revocation.observation;
    return { status: 'revoked', because: 'revoked', evidence, revocation, hold: undefined };
  }
  if (revocation?.invalidityDate !== undefined && revocation.invalidityDate <= at) {
    return unknown('invalidity', revocation.observation, revocation);
  }
  const notAfter = subjectOf(judgement.place).certificate.notAfter;
  const hold = holdAt(observations, notAfter, at);
  if (hold !== undefined) return unknown('hold', hold.observation, revocation, hold);
  const proof = proofOfGoodness(observations, notAfter, at);
  if (proof.complete) {
    return { status: 'good', because: undefined, evidence: proof.evidence, revocation, hold: undefined };
  }
  if (proof.evidence !== undefined) return unknown('reasons', undefined, revocation);
  const { because, evidence } = whyNot(observations, notAfter, at);
  return unknown(because, evidence, revocation);
}

const unknown = (
  because: StatusReason,
  evidence: Observation | undefined,
  revocation: Revocation | undefined,
  hold?: Hold,
): CertificateStatus => ({ status: 'unknown', because, evidence, revocation, hold });

/** Listed at thisUpdate is revoked at thisUpdate, whatever date the entry gives. */
const effectiveFrom = (entry: CrlEntry, { crl }: Observation): number =>
  Math.min(entry.revocationDate, crl.list.thisUpdate);

/** Rule 3: the earliest revocation for good. Partitions and reissued lists may date it differently. */
function revocationOf(observations: readonly Observation[]): Revocation | undefined {
  let earliest: Omit<Revocation, 'invalidityDate'> | undefined;
  let invalidityDate: number | undefined;
  for (const observation of observations) {
    for (const entry of observation.listed) {
      if (entry.reason === 'certificateHold' || entry.reason === 'removeFromCRL') continue;
      const from = effectiveFrom(entry, observation);
      if (earliest === undefined || from < earliest.from) earliest = { from, entry, reason: entry.reason, observation };
      if (entry.invalidityDate !== undefined)
        invalidityDate = Math.min(invalidityDate ?? Number.POSITIVE_INFINITY, entry.invalidityDate);
    }
  }
  return earliest === undefined ? undefined : { ...earliest, invalidityDate };
}

/** Rule 4: a hold lasts until a CRL that would still show it does not. */
function holdAt(observations: readonly Observation[], notAfter: number, at: number): Hold | undefined {
  for (let index = 0; index < observations.length; index++) {
    const observation = observations[index] as Observation;
    for (const entry of observation.listed) {
      // removeFromCRL in a complete CRL means nothing (§5.3.1) and is taken for what it may have been meant to lift.
      const held = entry.reason === 'certificateHold' || (entry.reason === 'removeFromCRL' && !observation.partial);
      const from = effectiveFrom(entry, observation);
      if (!held || from > at) continue;
      const lifting = observations.slice(index + 1).find((later) => lifts(later, notAfter));
      const until = lifting?.crl.list.thisUpdate ?? Number.POSITIVE_INFINITY;
      if (at < until) return { from, until, entry, observation };
    }
  }
  return undefined;
}

const lifts = (later: Observation, notAfter: number): boolean =>
  later.listed.length === 0 && (later.reasons & holdReason) !== 0 && provesAbsence(later, notAfter);

/** Rule 2: an expired certificate may have been dropped from the list, so its absence says nothing. */
function provesAbsence({ crl, partial, noGoodness }: Observation, notAfter: number): boolean {
  if (partial || noGoodness !== undefined) return false;
  return covers(crl.list, notAfter);
}

const covers = (list: { thisUpdate: number; expiredCertsOnCRL: number | undefined }, notAfter: number): boolean =>
  notAfter >= list.thisUpdate || (list.expiredCertsOnCRL !== undefined && notAfter >= list.expiredCertsOnCRL);

/** Rule 5: what was issued at or after the time asked about first, then what was in force then; all reasons together. */
function proofOfGoodness(
  observations: readonly Observation[],
  notAfter: number,
  at: number,
): { readonly complete: boolean; readonly evidence: Observation | undefined } {
  let reasons = 0;
  let evidence: Observation | undefined;
  // Latest first: all that is dated at or after `at` comes before all that was in force then.
  for (let index = observations.length - 1; index >= 0 && reasons !== allReasons; index--) {
    const observation = observations[index] as Observation;
    if ((observation.reasons & ~reasons) === 0) continue;
    if (!speaksAt(observation, at) || !showsGood(observation, notAfter, at)) continue;
    evidence ??= observation;
    reasons |= observation.reasons;
  }
  return { complete: reasons === allReasons, evidence };
}

const speaksAt = ({ crl, until }: Observation, at: number): boolean => crl.list.thisUpdate >= at || at <= until;

/** Absent and covered; or listed with a date after the time asked about, which says that it was good until then. */
function showsGood(observation: Observation, notAfter: number, at: number): boolean {
  if (observation.noGoodness !== undefined || observation.partial) return false;
  if (observation.listed.length === 0) return provesAbsence(observation, notAfter);
  return observation.listed.every((entry) => effectiveFrom(entry, observation) > at);
}

function whyNot(
  observations: readonly Observation[],
  notAfter: number,
  at: number,
): { readonly because: StatusReason; readonly evidence: Observation | undefined } {
  const complete = observations.filter(({ partial }) => !partial);
  const latest = complete[complete.length - 1];
  if (latest === undefined) return { because: 'nothing', evidence: undefined };
  const willing = complete.filter(({ noGoodness }) => noGoodness === undefined);
  if (willing.length === 0) return { because: 'unusable', evidence: latest };
  const current = willing.filter((observation) => speaksAt(observation, at));
  if (current.length === 0) return { because: 'stale', evidence: willing[willing.length - 1] };
  return { because: current.some(({ crl }) => covers(crl.list, notAfter)) ? 'unusable' : 'expired', evidence: latest };
}
