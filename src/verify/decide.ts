/** From the paths that were tried to the verdict: their order, the status, the report. It judges no path. */

import { formatTime } from '../der/time.js';
import { etsiIndication } from '../findings/etsi.js';
import {
  compareFindings,
  type Finding,
  rankFindings,
  type Status,
  statusOf,
  uniqueFindings,
} from '../findings/finding.js';
import type { ProspectivePath } from '../path/context.js';
import { verifyCrl } from '../revocation/accept.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { CertificateSource } from '../trust/trust-store.js';
import type { Evaluation, Question } from './question.js';
import type { Times } from './request.js';
import type { Snapshot } from './snapshot.js';
import { summarize } from './summary.js';
import type { Missing, PathReport, Verdict } from './types.js';
import { engineVersion } from './version.js';

/**
 * The order of paths: clean before indeterminate before invalid among those that reach an end that is trusted, since one
 * that lacks only evidence may still be good; those that end nowhere come last (DESIGN.md §3, Status).
 */
function pathRank({ evaluation: { path }, findings }: Ranked): number {
  const statusRank: Record<Status, number> = { valid: 0, indeterminate: 1, invalid: 2 };
  return (path.ending === undefined ? 3 : 0) + statusRank[statusOf(findings)];
}

interface Ranked {
  readonly evaluation: Evaluation;
  /** Without repetitions, most telling first. */
  readonly findings: Finding[];
}

/** The verdict over all paths that were tried; `common` are the findings of no path. */
export function decide(evaluations: readonly Evaluation[], common: readonly Finding[], question: Question): Verdict {
  const { snapshot, overlay, times } = question;
  const ordered = order(evaluations);
  const [best] = ordered;
  const findings = uniqueFindings(best === undefined ? common : best.findings.concat(common));
  const verdict = verdictWithoutPath(findings, snapshot, times);
  verdict.paths = ordered.map((ranked) => reportPath(ranked.evaluation.path, ranked.findings, overlay));
  if (best !== undefined) {
    verdict.revocation = best.evaluation.revocation;
    verdict.missing = uniqueMissing(best.evaluation.missing);
  }
  // Copies: what was read may stand on the caller's buffer, and a verdict is kept longer.
  for (const { certificate } of overlay.discovered) {
    verdict.discovered.authorities.push(new Uint8Array(certificate.der));
  }
  verdict.discovered.crls = discoveredCrls(evaluations, question);
  return verdict;
}

function order(evaluations: readonly Evaluation[]): Ranked[] {
  const ranked: Ranked[] = evaluations.map((evaluation) => ({
    evaluation,
    findings: rankFindings(uniqueFindings(evaluation.findings)),
  }));
  if (ranked.length < 2) return ranked;
  return ranked.sort((a, b) => pathRank(a) - pathRank(b) || compareHeads(a.findings, b.findings));
}

/** CRLs of the request that the snapshot lacks and that an authority of a path that was found has signed. */
function discoveredCrls(evaluations: readonly Evaluation[], { crls, snapshot }: Question): Uint8Array[] {
  if (crls.length === 0) return [];
  const fresh = crls.filter(({ sha256 }) => !snapshot.evidence.has(sha256));
  if (fresh.length === 0) return [];
  const reached = evaluations.filter(({ path }) => path.ending !== undefined);
  const authorities = new Map(
    reached.flatMap(({ path }) => path.certificates.slice(1)).map((known) => [known.sha256, known]),
  );
  return fresh
    .filter((crl) => [...authorities.values()].some(({ certificate }) => isSignedBy(crl, certificate)))
    .map(({ der }) => der);
}

function isSignedBy(crl: IndexedCrl, certificate: KnownCertificate['certificate']): boolean {
  return verifyCrl(crl, certificate).length === 0;
}

/** Between two failing paths the one with fewer errors is nearer to what was meant. */
function compareHeads(a: readonly Finding[], b: readonly Finding[]): number {
  const errors = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity === 'error').length;
  const [headA] = a;
  const [headB] = b;
  return errors(a) - errors(b) || (headA === undefined || headB === undefined ? 0 : compareFindings(headB, headA));
}

function reportPath(path: ProspectivePath, findings: Finding[], source: CertificateSource): PathReport {
  const certificates = path.certificates.map((known) => summarize(known, source));
  const top = certificates[certificates.length - 1];
  if (path.ending === undefined || top === undefined) return { certificates, findings };
  const { subject, sha256, authority } = top;
  const { ending: kind } = path;
  const anchor = authority === undefined ? { subject, sha256, kind } : { subject, sha256, authority, kind };
  return { certificates, anchor, findings };
}

function uniqueMissing(missing: readonly Missing[]): Missing[] {
  if (missing.length < 2) return missing.slice();
  const seen = new Set<string>();
  return missing.filter(({ kind, name }) => {
    const key = `${kind} ${name}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** The verdict about something for which not even a path could be looked for. */
export function verdictWithoutPath(found: readonly Finding[], snapshot: Snapshot, times: Times): Verdict {
  const findings = rankFindings(found);
  const status = statusOf(findings);
  const now = formatTime(times.now);
  return {
    schema: 1,
    status,
    etsi: etsiIndication(status, findings),
    findings,
    paths: [],
    revocation: [],
    missing: [],
    discovered: { authorities: [], crls: [] },
    time: { now, at: times.at === times.now ? now : formatTime(times.at), basis: times.attested ? 'attested' : 'now' },
    engineVersion,
    trustVersion: snapshot.version,
  };
}
