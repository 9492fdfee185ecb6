/**
 * Verification of a certificate: reads the request, tries the paths that building offers, judges each by validation,
 * revocation and profile, stops at the first that is clean, and decides. It judges nothing itself; what counts in which
 * order is `decide` below.
 */

import { etsiIndication } from '../findings/etsi.js';
import {
  compareFindings,
  type Finding,
  finding,
  rankFindings,
  type Status,
  statusOf,
  uniqueFindings,
} from '../findings/finding.js';
import { formatName } from '../names/format-name.js';
import { checkIdentity } from '../names/identity.js';
import { budgetFinding, createBudget } from '../path/budget.js';
import { buildPaths } from '../path/build.js';
import type { PathContext, ProspectivePath } from '../path/context.js';
import { validatePath } from '../path/validate.js';
import { checkIssuesFor, checkProfile, type ProfileName } from '../profile/profiles.js';
import { checkKeyUsage, checkPurpose, purposeOid } from '../profile/purposes.js';
import { verifyCrl } from '../revocation/accept.js';
import { checkRevocation, type RevocationFacts } from '../revocation/check.js';
import type { CrlSource } from '../revocation/evidence.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { type CertificateSource, type DisputedAuthority, TrustOverlay, type TrustStore } from '../trust/trust-store.js';
import { readCertificates } from './input.js';
import { checkCertificateRequest, pathOptions, readTimes, type Times } from './request.js';
import { indexCrls, type Snapshot, snapshotOf, type Trust } from './snapshot.js';
import { isoTime, summarize } from './summary.js';
import type {
  CertificateRequest,
  CommonRequest,
  Identity,
  Missing,
  PathReport,
  RevocationReport,
  ValidationTime,
  Verdict,
} from './types.js';
import { engineVersion } from './version.js';

/** Certificates that a request may bring (DESIGN.md §5). */
export const maximumRequestCertificates = 64;

/** CRLs that a request may bring: one for each certificate of a long path, and their bases. */
const maximumRequestCrls = 128;

/** What is asked of one certificate, after reading: the message verifier asks it of signers and timestamp authorities. */
export interface Question {
  readonly endEntity: KnownCertificate;
  readonly overlay: TrustOverlay;
  readonly snapshot: Snapshot;
  readonly options: CommonRequest;
  readonly times: Times;
  readonly profile: ProfileName;
  readonly identity?: Identity | undefined;
  readonly keyUsage?: readonly string[] | undefined;
  readonly extendedKeyUsage?: readonly string[] | undefined;
  /** Findings about the input that belong into the verdict. */
  readonly inputFindings: readonly Finding[];
  /** CRLs that the request brings, indexed. */
  readonly crls: readonly IndexedCrl[];
}

/**
 * Is this certificate good for what is asked, at the time asked about?
 *
 * Synchronous; reads no clock, file or network. Whatever the bytes are, the answer is a verdict.
 *
 * @throws TypeError for wrong JavaScript types, an Invalid Date, an unknown profile, `at` later than `now`.
 * @example
 * ```ts
 * import { createTrust, verifyCertificate } from 'unify-pki';
 * const trust = createTrust({ anchors: [] });
 * const verdict = verifyCertificate({ certificate: new Uint8Array([0x30, 0x00]) }, trust, { now: new Date() });
 * console.log(verdict.status, verdict.findings[0]?.code); // invalid certificate_malformed
 * ```
 */
export function verifyCertificate(request: CertificateRequest, trust: Trust, time: ValidationTime): Verdict {
  checkCertificateRequest(request);
  const snapshot = snapshotOf(trust);
  const times = readTimes(time);
  const inputFindings = refusals(snapshot);
  const overlay = new TrustOverlay(snapshot.store);
  const blocks = readCertificates(request.certificate);
  if (!blocks.ok) return unreadable(blocks, snapshot, times, inputFindings);
  const [first, ...further] = blocks.value as [Uint8Array, ...Uint8Array[]];
  const endEntity = snapshot.store.read(first);
  if (!endEntity.ok) return unreadable(endEntity, snapshot, times, inputFindings);
  overlay.add(endEntity.value);
  addIntermediates(further, request.intermediates ?? [], overlay, inputFindings);
  return answer({
    endEntity: endEntity.value,
    overlay,
    snapshot,
    options: request,
    times,
    profile: request.profile ?? 'rfc5280',
    identity: request.identity,
    keyUsage: request.keyUsage,
    extendedKeyUsage: request.extendedKeyUsage,
    inputFindings,
    crls: readRequestCrls(request.crls ?? [], inputFindings),
  });
}

/** CRLs of a request: unreadable ones are left out with a warning, too many are not looked at. */
export function readRequestCrls(inputs: readonly Uint8Array[], findings: Finding[]): IndexedCrl[] {
  const crls: IndexedCrl[] = [];
  for (const input of inputs.slice(0, maximumRequestCrls)) {
    const read = indexCrls(input);
    crls.push(...read.indexed);
    findings.push(...read.findings);
  }
  if (inputs.length > maximumRequestCrls || crls.length > maximumRequestCrls) {
    findings.push(finding('budget_exceeded', { budget: 'CRLs in a request', limit: maximumRequestCrls }));
  }
  return crls.slice(0, maximumRequestCrls);
}

/** What createTrust had to leave out is said in every verdict, within reason. */
export function refusals(snapshot: Snapshot): Finding[] {
  return snapshot.refused.slice(0, 16).map(({ finding }) => finding);
}

/** Intermediates of a request: unreadable ones are left out with a warning, too many are not looked at. */
export function addIntermediates(
  blocks: readonly Uint8Array[],
  inputs: readonly Uint8Array[],
  overlay: TrustOverlay,
  findings: Finding[],
): void {
  let count = 1;
  const add = (der: Uint8Array) => {
    if (++count > maximumRequestCertificates) return;
    const result = overlay.base.read(der);
    if (result.ok) overlay.add(result.value);
    else findings.push(finding('intermediate_malformed', { expected: result.expected, found: result.found }));
  };
  for (const der of blocks) add(der);
  for (const input of inputs) {
    const read = readCertificates(input);
    if (!read.ok) findings.push(finding('intermediate_malformed', { expected: read.expected, found: read.found }));
    else for (const der of read.value) add(der);
  }
  if (count > maximumRequestCertificates) {
    findings.push(
      finding('budget_exceeded', { budget: 'certificates in a request', limit: maximumRequestCertificates }),
    );
  }
}

/** One path with all that was found about it. */
interface Evaluation {
  readonly path: ProspectivePath;
  readonly findings: Finding[];
  readonly revocation: RevocationReport[];
  readonly facts: readonly RevocationFacts[];
  readonly missing: Missing[];
}

/** Answers a question: tries paths until one is clean, then decides. */
export function answer(question: Question): Verdict {
  const { endEntity, overlay, snapshot, options, times } = question;
  const context: PathContext = {
    ...pathOptions(options),
    at: times.at,
    now: times.now,
    source: overlay,
    edgeCache: snapshot.edgeCache,
    edges: new Map(),
    budget: createBudget(),
  };
  const common = [...question.inputFindings, ...disputes([...snapshot.store.disputed, ...overlay.disputed])];
  if (question.identity !== undefined) {
    common.push(...checkIdentity(endEntity.certificate, question.identity).map((f) => ({ ...f, certificate: 0 })));
  }
  const evidence = question.crls.length === 0 ? snapshot.evidence : snapshot.evidence.with(question.crls);
  const evaluations: Evaluation[] = [];
  for (const path of buildPaths(endEntity, context)) {
    const evaluation = evaluate(path, question, context, evidence);
    evaluations.push(evaluation);
    if (statusOf(evaluation.findings) === 'valid') break;
  }
  const exceeded = budgetFinding(context.budget);
  const clean = evaluations.some(({ findings }) => statusOf(findings) === 'valid');
  if (exceeded !== undefined && !clean) common.push(exceeded);
  return decide(evaluations, common, question);
}

function evaluate(path: ProspectivePath, question: Question, context: PathContext, evidence: CrlSource): Evaluation {
  const { overlay, options, profile } = question;
  const certificates = path.certificates.map((known) => known.certificate);
  const findings = validatePath(path, context);
  const missing: Missing[] = [];
  findings.push(...checkEnding(path, question, missing));
  findings.push(...checkAuthorities(path, overlay, context.at, profile));
  findings.push(...checkProfile(profile, certificates));
  if (question.keyUsage !== undefined)
    findings.push(...checkKeyUsage(path.certificates[0]?.certificate ?? fail(), question.keyUsage));
  for (const purpose of question.extendedKeyUsage ?? []) {
    findings.push(...checkPurpose(certificates, purposeOid(purpose) ?? purpose));
  }
  const mode = options.revocation ?? 'require';
  if (mode === 'off') {
    findings.push(finding('revocation_not_checked'));
    return { path, findings, revocation: [], facts: [], missing };
  }
  const revocation = checkRevocation(path, context, evidence, { mode });
  findings.push(...revocation.findings);
  missing.push(...revocation.missing);
  return { path, findings, revocation: revocation.reports, facts: revocation.facts, missing };
}

function fail(): never {
  throw new Error('a path has at least one certificate');
}

/** Where the path ends: at an anchor, at a pinned authority whose root is not installed, or nowhere. */
function checkEnding(path: ProspectivePath, question: Question, missing: Missing[]): Finding[] {
  const { overlay, profile } = question;
  const top = path.certificates.length - 1;
  const last = path.certificates[top] as KnownCertificate;
  if (path.ending === 'anchor') return [];
  if (path.ending === 'pinned') {
    const pinned = overlay.authorityOf(last);
    const roots = pinned?.catalogue.authorities.filter(({ role }) => role === 'root') ?? [];
    for (const { name } of roots) missing.push({ kind: 'authority', name, urls: [] });
    // That its own status is unknown is said by the revocation check, unless that is off.
    return [];
  }
  const issuer = formatName(last.certificate.issuer);
  for (const authority of absentAuthorities(question.snapshot.store, overlay, profile)) missing.push(authority);
  missing.push({ kind: 'issuer', name: issuer, urls: [] });
  return [finding('no_path_to_anchor', { issuer }, { certificate: top })];
}

/** The catalogue's authorities whose bytes are not at hand and that could stand above a certificate of this profile. */
function absentAuthorities(store: TrustStore, overlay: TrustOverlay, profile: ProfileName): Missing[] {
  const held = new Set([...store.all(), ...overlay.discovered].map(({ pinned }) => pinned?.authority));
  return store.pins.all
    .filter(({ authority }) => !held.has(authority))
    .filter(
      ({ authority }) =>
        authority.role === 'root' || profile === 'rfc5280' || authority.issuesFor.some((name) => name === profile),
    )
    .map(({ authority }) => ({ kind: 'authority', name: authority.name, urls: [] }));
}

/** The nearest pinned authority must issue for the profile; none in the path may be distrusted at the time. */
function checkAuthorities(
  path: ProspectivePath,
  source: CertificateSource,
  at: number,
  profile: ProfileName,
): Finding[] {
  const findings: Finding[] = [];
  let nearest = false;
  for (const [index, known] of path.certificates.entries()) {
    const pinned = source.authorityOf(known);
    if (pinned === undefined) continue;
    const { authority } = pinned;
    if (index > 0 && !nearest) {
      nearest = true;
      findings.push(...checkIssuesFor(profile, authority));
    }
    if (authority.distrustAfter !== undefined && at > authority.distrustAfter) {
      const params = { authority: authority.name, distrustAfter: isoTime(authority.distrustAfter) };
      findings.push(finding('authority_distrusted', params, { certificate: index }));
    }
  }
  return findings;
}

function disputes(disputed: readonly DisputedAuthority[]): Finding[] {
  return disputed.map(({ pinned, differences }) => {
    const detail = differences
      .map(({ fact, published, found }) => `${fact} published ${published}, found ${found}`)
      .join('; ');
    // A warning: the authority is only left out. Where it was needed the path ends nowhere, which is the error.
    return finding('authority_facts_differ', { authority: pinned.authority.name, detail }, { severity: 'warning' });
  });
}

/**
 * The order of paths: clean before indeterminate before invalid among those that reach an end that is trusted, since one
 * that lacks only evidence may still be good; those that end nowhere come last (DESIGN.md §3, Status).
 */
function pathRank({ path, findings }: Evaluation): number {
  const statusRank: Record<Status, number> = { valid: 0, indeterminate: 1, invalid: 2 };
  return (path.ending === undefined ? 3 : 0) + statusRank[statusOf(findings)];
}

function decide(evaluations: readonly Evaluation[], common: readonly Finding[], question: Question): Verdict {
  const { snapshot, overlay, times } = question;
  const ordered = evaluations
    .map((evaluation, index) => ({ ...evaluation, findings: rankFindings(uniqueFindings(evaluation.findings)), index }))
    .sort((a, b) => pathRank(a) - pathRank(b) || compareHeads(a.findings, b.findings) || a.index - b.index);
  const [best] = ordered;
  const findings = rankFindings(uniqueFindings([...(best?.findings ?? []), ...common]));
  const status = statusOf(findings);
  return {
    schema: 1,
    status,
    etsi: etsiIndication(status, findings),
    findings,
    paths: ordered.map(({ path, findings }) => reportPath(path, findings, overlay)),
    revocation: best?.revocation ?? [],
    missing: uniqueMissing(best?.missing ?? []),
    discovered: {
      authorities: overlay.discovered.map(({ certificate }) => certificate.der),
      crls: discoveredCrls(evaluations, question),
    },
    time: { now: isoTime(times.now), at: isoTime(times.at), basis: times.attested ? 'attested' : 'now' },
    engineVersion,
    trustVersion: snapshot.version,
  };
}

/** CRLs of the request that the snapshot lacks and that an authority of a path that was found has signed. */
function discoveredCrls(evaluations: readonly Evaluation[], { crls, snapshot }: Question): Uint8Array[] {
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
  return {
    certificates,
    anchor: { subject, sha256, ...(authority === undefined ? {} : { authority }), kind: path.ending },
    findings,
  };
}

function uniqueMissing(missing: readonly Missing[]): Missing[] {
  const seen = new Set<string>();
  return missing.filter(({ kind, name }) => {
    const key = `${kind} ${name}`;
    return !seen.has(key) && seen.add(key);
  });
}

function unreadable(
  failure: { expected: string; found: string },
  snapshot: Snapshot,
  times: Times,
  inputFindings: readonly Finding[],
): Verdict {
  const { expected, found } = failure;
  const findings = rankFindings([finding('certificate_malformed', { expected, found }), ...inputFindings]);
  const status = statusOf(findings);
  return {
    schema: 1,
    status,
    etsi: etsiIndication(status, findings),
    findings,
    paths: [],
    revocation: [],
    missing: [],
    discovered: { authorities: [], crls: [] },
    time: { now: isoTime(times.now), at: isoTime(times.at), basis: times.attested ? 'attested' : 'now' },
    engineVersion,
    trustVersion: snapshot.version,
  };
}
