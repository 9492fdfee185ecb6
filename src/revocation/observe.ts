/**
 * What the evidence says about one certificate: every CRL in scope whose signer stands, with the entries about it, and
 * each delta CRL combined with its base (RFC 5280 §5.2.4, §6.3.3 (c), (h) to (k)). Nothing here looks at the time asked
 * about; status.ts does.
 */
import { equalOctets } from '../der/octets.js';
import { formatTime } from '../der/time.js';
import { type Finding, finding } from '../findings/finding.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { extensionOid } from '../x509/extensions.js';
import type { CrlEntry } from './entry.js';
import type { HeldCrl, ListedEntry } from './held-crl.js';
import { type CrlSigner, type Judge, type Judgement, type Observation, type Place, subjectOf } from './judge.js';
import { scopeOf } from './scope.js';
import { signerOf } from './signer.js';
import { clockTolerance, inForceUntil } from './validity.js';

/** Warnings about CRLs that one certificate gives rise to: a history of bad ones is said a few times, not hundreds. */
const maximumWarnings = 8;

export function observe(place: Place, judge: Judge): Judgement {
  const subject = subjectOf(place);
  const warnings: Finding[] = [];
  const observations: Observation[] = [];
  const scope = scopeOf(subject, judge.source);
  const refused = [...scope.refused];
  for (const { crl, reasons } of scope.applicable) {
    if (crl.list.thisUpdate > judge.context.now + clockTolerance) {
      warnings.push(finding('crl_from_future', { thisUpdate: formatTime(crl.list.thisUpdate) }));
      continue;
    }
    const answer = signerOf(crl, place, judge);
    if (answer.ok) {
      observations.push(observation(crl, reasons, answer.signer, subject, judge));
      continue;
    }
    if (!refused.includes(answer.why)) refused.push(answer.why);
    if (answer.bad) warnings.push(finding('crl_signature_invalid'));
  }
  if (observations.length > 1) {
    observations.push(...combineDeltas(observations));
    observations.sort(earliestFirst);
  }
  return {
    place,
    observations,
    refused,
    warnings: warnings.length > maximumWarnings ? warnings.slice(0, maximumWarnings) : warnings,
    compromisedFrom: compromisedFrom(observations),
  };
}

function observation(
  crl: HeldCrl,
  reasons: number,
  signer: CrlSigner,
  subject: KnownCertificate,
  judge: Judge,
): Observation {
  const unknown = crl.unknownCritical;
  const found = crl.entries.find(subject.certificate.serialNumber);
  const noGoodness =
    unknown === undefined
      ? (signer.noGoodness ?? absenceProblem(crl, subject, found))
      : `it has a critical extension that is not understood (${unknown})`;
  const published = judge.context.source.authorityOf(signer.known)?.authority.crlValidity;
  return {
    crl,
    base: undefined,
    signer,
    reasons,
    listed: entriesAbout(found, crl, subject),
    partial: crl.base !== undefined,
    noGoodness,
    until: inForceUntil(crl.list, crl.base === undefined ? published : undefined),
  };
}

const nothing: readonly CrlEntry[] = [];

/** Why this certificate's absence from the list says nothing, although the signer's word counts. */
function absenceProblem(
  { list }: HeldCrl,
  { certificate }: KnownCertificate,
  found: readonly ListedEntry[],
): string | undefined {
  const scope = list.issuingDistributionPoint;
  // §5.2.5: without extensions a certificate is neither of the two, and such a list holds none of them.
  if (certificate.version !== 3 && (scope?.onlyContainsUserCerts || scope?.onlyContainsCACerts))
    return 'its scope holds certificates of version 3 only';
  if (found.some(({ issuerKeys }) => issuerKeys?.length === 0))
    return 'an entry with the serial number of the certificate does not name its issuer';
  return undefined;
}

/** (i), (j): entries with this serial number that speak of this issuer (§5.3.3). */
function entriesAbout(found: readonly ListedEntry[], crl: HeldCrl, subject: KnownCertificate): readonly CrlEntry[] {
  if (found.length === 0) return nothing;
  return found
    .filter(({ issuerKeys }) => (issuerKeys ?? [crl.issuerKey]).includes(subject.issuerKey))
    .map(({ entry }) => entry);
}

/** Each delta on the latest base that it fits: one more observation, dated as the delta. */
function combineDeltas(observations: readonly Observation[]): Observation[] {
  const combined: Observation[] = [];
  for (const delta of observations) {
    if (!delta.partial) continue;
    let best: Observation | undefined;
    for (const base of observations) {
      if (base.partial || !fits(delta, base)) continue;
      if (best === undefined || earliestFirst(best, base) < 0) best = base;
    }
    if (best !== undefined) combined.push(combine(delta, best));
  }
  return combined;
}

/** §5.2.4 and §6.3.3 (c), (h): issuer, scope, key identifier and key the same, and the numbers meet. */
function fits(delta: Observation, base: Observation): boolean {
  const from = delta.crl.base;
  const number = base.crl.number;
  if (from === undefined || number === undefined || delta.crl.number === undefined) return false;
  return (
    from <= number &&
    number < delta.crl.number &&
    base.crl.list.thisUpdate <= delta.crl.list.thisUpdate &&
    base.crl.issuerKey === delta.crl.issuerKey &&
    base.crl.scopeKey === delta.crl.scopeKey &&
    base.signer.known.publicKeyId === delta.signer.known.publicKeyId &&
    sameKeyIdentifier(base.crl, delta.crl)
  );
}

function sameKeyIdentifier(a: HeldCrl, b: HeldCrl): boolean {
  const value = ({ list }: HeldCrl) =>
    list.extensions.find(({ oid }) => oid === extensionOid.authorityKeyIdentifier)?.value ?? new Uint8Array(0);
  return equalOctets(value(a), value(b));
}

/** (i) to (k): the delta's word first, removeFromCRL means absent, else the base's. */
function combine(delta: Observation, base: Observation): Observation {
  const removed = delta.listed.some(({ reason }) => reason === 'removeFromCRL');
  const listed = delta.listed.length === 0 ? base.listed : removed ? nothing : delta.listed;
  return {
    ...delta,
    base: base.crl,
    reasons: delta.reasons & base.reasons,
    listed,
    partial: false,
    noGoodness: delta.noGoodness ?? base.noGoodness,
  };
}

/** By thisUpdate; what is combined comes after what it was combined from. */
function earliestFirst(a: Observation, b: Observation): number {
  if (a.crl.list.thisUpdate !== b.crl.list.thisUpdate) return a.crl.list.thisUpdate - b.crl.list.thisUpdate;
  const [left, right] = [a.crl.number ?? -1n, b.crl.number ?? -1n];
  if (left !== right) return left < right ? -1 : 1;
  if (a.partial !== b.partial) return a.partial ? -1 : 1;
  if ((a.base === undefined) !== (b.base === undefined)) return a.base === undefined ? -1 : 1;
  return a.crl.sha256 < b.crl.sha256 ? -1 : 1;
}

/** When a thief may have had the key at the earliest: revoked for good, or said to be compromised since. */
function compromisedFrom(observations: readonly Observation[]): number | undefined {
  let from: number | undefined;
  for (const { listed, crl } of observations) {
    for (const { reason, revocationDate, invalidityDate } of listed) {
      if (reason === 'certificateHold' || reason === 'removeFromCRL') continue;
      const entryFrom = Math.min(revocationDate, crl.list.thisUpdate, invalidityDate ?? Number.POSITIVE_INFINITY);
      from = Math.min(from ?? Number.POSITIVE_INFINITY, entryFrom);
    }
  }
  return from;
}
