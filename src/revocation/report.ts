/**
 * What is said about one certificate's status: the report of the contract, the findings, what is missing. Words only; the
 * status itself is status.ts' and is not judged again here.
 */

import { formatTime } from '../der/time.js';
import { append, type Finding, finding } from '../findings/finding.js';
import { formatName } from '../names/format-name.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { type GeneralName, generalNameTag } from '../x509/name.js';
import { dutyFindings } from './crl-conformance.js';
import type { CrlSummary } from './held-crl.js';
import { type Judge, type Judgement, subjectOf } from './judge.js';
import type { CertificateStatus, Revocation } from './status.js';
import { clockTolerance, publishedValidityFindings } from './validity.js';

/** The contract's report about one certificate (0-based index in the path, 0 = end entity). Times are RFC 3339. */
export interface RevocationReport {
  certificate: number;
  status: 'good' | 'revoked' | 'unknown';
  why?: string;
  reason?: string;
  revocationDate?: string;
  invalidityDate?: string;
  /** A combination of base and delta CRL is named by the delta. */
  evidence?: CrlSummary;
}

export interface MissingCrl {
  kind: 'crl';
  /** The issuer whose CRL is wanted. */
  name: string;
  urls: string[];
  /** When to ask again; absent where no later CRL can help. */
  retryAfter?: string;
}

const hour = 3_600_000;
/** An authority that expired this long ago publishes no last CRL any more (REVOCATION.md, "When to fetch"). */
const retirement = 90 * 24 * hour;
/** Reasons named in one sentence. */
const maximumReasons = 3;

export function reportOf(index: number, status: CertificateStatus, why: string | undefined): RevocationReport {
  const { revocation, hold, evidence } = status;
  const report: RevocationReport = { certificate: index, status: status.status };
  if (why !== undefined) report.why = why;
  const entry = hold?.entry ?? revocation?.entry;
  if (entry !== undefined) {
    report.reason = entry.reason;
    report.revocationDate = formatTime(entry.revocationDate);
  }
  const invalidityDate = hold === undefined ? revocation?.invalidityDate : undefined;
  if (invalidityDate !== undefined) report.invalidityDate = formatTime(invalidityDate);
  if (evidence !== undefined) report.evidence = { ...evidence.crl.summary };
  return report;
}

/** Why the status is unknown, as the end of a sentence. */
export function whyUnknown(status: CertificateStatus, judgement: Judgement): string {
  switch (status.because) {
    case 'hold':
      return 'it was on hold';
    case 'invalidity':
      return 'it was revoked later, and its key is said to be compromised before';
    case 'stale':
      return `the latest CRL was in force until ${formatTime(status.evidence?.until ?? 0)}`;
    case 'expired':
      return 'it had expired when the CRLs that are held were issued, so that its absence there says nothing';
    case 'reasons':
      return 'the CRLs that are held do not cover all reasons';
    case 'unusable':
      return `the CRL that is held proves no goodness: ${status.evidence?.noGoodness ?? 'another one is wanted'}`;
    default:
      if (judgement.observations.length > 0) return 'only delta CRLs are held, and no base that they fit';
      return judgement.refused.length === 0
        ? 'no CRL of its issuer is held'
        : `no CRL that is held can be used: ${judgement.refused.slice(0, maximumReasons).join('; ')}`;
  }
}

/** All findings about one certificate but those of its issuer's compromise. */
export function findingsOf(
  index: number,
  at: number,
  status: CertificateStatus,
  judgement: Judgement,
  judge: Judge,
  mode: 'require' | 'known',
): Finding[] {
  const options = { certificate: index };
  const findings: Finding[] = judgement.warnings.map((warning) => ({ ...warning, certificate: index }));
  const { revocation, evidence } = status;
  const dates = datesOf(revocation);
  if (status.status === 'revoked') {
    findings.push(finding(index === 0 ? 'certificate_revoked' : 'issuer_revoked', dates, options));
  } else if (status.because === 'invalidity') {
    findings.push(finding('revoked_invalidity_date', dates, options));
  } else if (status.because === 'hold') {
    findings.push(finding('on_hold', { at: formatTime(at) }, options));
  } else if (status.status === 'unknown') {
    append(findings, unknownFindings(index, at, status, judgement, mode));
  }
  if (status.status === 'good' && revocation !== undefined)
    findings.push(finding('revoked_after', { ...dates, at: formatTime(at) }, options));
  if (evidence !== undefined) {
    const published = judge.context.source.authorityOf(evidence.signer.known)?.authority.crlValidity;
    for (const found of publishedValidityFindings(evidence.crl.list, published))
      findings.push({ ...found, certificate: index });
    append(findings, dutyFindings(evidence.crl.duties, judge.context.conformance === 'strict', index));
    if (evidence.signer.selfAsserted) findings.push(finding('delegated_crl_self_asserted', {}, options));
  }
  return findings;
}

export function datesOf(revocation: Revocation | undefined) {
  if (revocation === undefined) return {};
  const { entry, reason, invalidityDate } = revocation;
  return {
    revocationDate: formatTime(entry.revocationDate),
    reason,
    invalidityDate: invalidityDate === undefined ? undefined : formatTime(invalidityDate),
  };
}

function unknownFindings(
  index: number,
  at: number,
  status: CertificateStatus,
  judgement: Judgement,
  mode: 'require' | 'known',
): Finding[] {
  const options = { certificate: index };
  const code = mode === 'require' ? 'revocation_unknown' : 'revocation_missing';
  const findings = [finding(code, { at: formatTime(at), why: whyUnknown(status, judgement) }, options)];
  if (status.because === 'stale' && status.evidence !== undefined)
    findings.push(finding('crl_stale', { nextUpdate: formatTime(status.evidence.until) }, options));
  const reasons = new Set(judgement.refused);
  for (const { noGoodness } of judgement.observations) if (noGoodness !== undefined) reasons.add(noGoodness);
  for (const why of [...reasons].slice(0, maximumReasons)) findings.push(finding('crl_not_usable', { why }, options));
  return findings;
}

/** What would help. Nothing for a question that no CRL can answer any more. */
export function missingFor(judgement: Judgement, status: CertificateStatus, judge: Judge): MissingCrl | undefined {
  if (status.status !== 'unknown' || status.because === 'invalidity') return undefined;
  if (status.hold !== undefined && status.hold.until !== Number.POSITIVE_INFINITY) return undefined;
  const subject = subjectOf(judgement.place);
  const { certificate } = subject;
  const retryAfter = retryTime(judgement, judge);
  return {
    kind: 'crl',
    name: formatName(certificate.issuer),
    urls: urlsOf(judgement, judge),
    ...(retryAfter === undefined ? {} : { retryAfter: formatTime(retryAfter) }),
  };
}

/** Rule 10: when the next CRL is due, or in an hour; never where a later CRL would not cover the certificate. */
function retryTime(judgement: Judgement, { context }: Judge): number | undefined {
  const { path, index } = judgement.place;
  const { notAfter } = subjectOf(judgement.place).certificate;
  const issuer = path[index + 1];
  const retired = issuer === undefined || issuer.certificate.notAfter + retirement < context.now;
  if (retired || notAfter < context.now) return undefined;
  const latest = judgement.observations[judgement.observations.length - 1]?.crl.list.nextUpdate;
  return latest !== undefined && latest > context.now + clockTolerance ? latest : context.now + hour;
}

/** URLs of one certificate that are named: enough to try, and never a page of them. */
const maximumUrls = 8;

/** The catalogue's, then those of the certificate's distribution points, for complete and for delta CRLs. */
function urlsOf(judgement: Judgement, { context }: Judge): string[] {
  const { path, index } = judgement.place;
  const subject = subjectOf(judgement.place);
  const issuer: KnownCertificate | undefined = path[index + 1];
  const published = issuer === undefined ? [] : (context.source.authorityOf(issuer)?.authority.crlUrls ?? []);
  const { cRLDistributionPoints, freshestCRL } = subject.certificate;
  const points = [...(cRLDistributionPoints ?? []), ...(freshestCRL ?? [])];
  const named = points.flatMap(({ fullName }) => fullName ?? []).flatMap(urlOf);
  return [...new Set([...published, ...named])].slice(0, maximumUrls);
}

function urlOf(name: GeneralName): string[] {
  if (name.tag !== generalNameTag.uniformResourceIdentifier || name.value.length > 2048) return [];
  const url = String.fromCharCode(...name.value);
  // Printable ASCII only: these are shown to people and given to fetchers.
  return /^(https?|ldaps?):\/\/[\x21-\x7e]+$/i.test(url) ? [url] : [];
}
