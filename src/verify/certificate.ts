/**
 * Verification of a certificate: reads the request, tries the paths that building offers, judges each by validation,
 * revocation and profile, and stops at the first that is clean. Which path counts is decide.ts' business.
 */

import { formatTime } from '../der/time.js';
import { append, type Finding, finding, statusOf } from '../findings/finding.js';
import { formatName } from '../names/format-name.js';
import { checkIdentity } from '../names/identity.js';
import { budgetFinding, createBudget } from '../path/budget.js';
import { buildPaths } from '../path/build.js';
import type { PathContext, ProspectivePath } from '../path/context.js';
import { validatePath } from '../path/validate.js';
import { checkIssuesFor, checkProfile, type ProfileName } from '../profile/profiles.js';
import { checkKeyUsage, checkPurpose, purposeOid } from '../profile/purposes.js';
import { checkRevocation } from '../revocation/check.js';
import type { CrlSource } from '../revocation/evidence.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { type CertificateSource, type DisputedAuthority, TrustOverlay, type TrustStore } from '../trust/trust-store.js';
import { decide, verdictWithoutPath } from './decide.js';
import { asExistence } from './existence.js';
import { explainFailure, readCertificates } from './input.js';
import type { Evaluation, Question } from './question.js';
import { checkCertificateRequest, pathOptions, readTimes, type Times } from './request.js';
import { type Snapshot, snapshotOf, type Trust } from './snapshot.js';
import { addIntermediates, readRequestCrls, refusals } from './supply.js';
import type { CertificateRequest, Missing, ValidationTime, Verdict } from './types.js';

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
  if (!endEntity.ok) return unreadable(explainFailure(first, endEntity), snapshot, times, inputFindings);
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

/** Answers a question: tries paths until one is clean, then decides. */
export function answer(question: Question): Verdict {
  const { endEntity, overlay, snapshot, options, times } = question;
  const asked = pathOptions(options);
  // Field by field, and the same way everywhere below: spreading objects would be a tenth of a clean verdict's time.
  const context: PathContext = {
    algorithms: asked.algorithms,
    conformance: asked.conformance,
    validityModel: asked.validityModel,
    maxIntermediates: asked.maxIntermediates,
    initialPolicySet: asked.initialPolicySet,
    initialExplicitPolicy: asked.initialExplicitPolicy,
    initialPolicyMappingInhibit: asked.initialPolicyMappingInhibit,
    initialAnyPolicyInhibit: asked.initialAnyPolicyInhibit,
    at: times.at,
    now: times.now,
    source: overlay,
    edges: new Map(),
    budget: createBudget(),
  };
  const common = question.inputFindings.slice();
  for (const dispute of snapshot.store.disputed) common.push(disputeFinding(dispute));
  for (const dispute of overlay.disputed) common.push(disputeFinding(dispute));
  if (question.identity !== undefined) {
    for (const found of checkIdentity(endEntity.certificate, question.identity))
      common.push({ ...found, certificate: 0 });
  }
  const evidence = question.crls.length === 0 ? snapshot.evidence : snapshot.evidence.with(question.crls);
  const evaluations: Evaluation[] = [];
  const search = buildPaths(endEntity, context);
  for (let path = search.next(); path !== undefined; path = search.next()) {
    const evaluation = asAsked(evaluate(path, question, context, evidence), question);
    evaluations.push(evaluation);
    if (statusOf(evaluation.findings) === 'valid') break;
  }
  const exceeded = budgetFinding(context.budget);
  const clean = evaluations.some(({ findings }) => statusOf(findings) === 'valid');
  if (exceeded !== undefined && !clean) common.push(exceeded);
  return decide(evaluations, common, question);
}

function asAsked(evaluation: Evaluation, { existence }: Question): Evaluation {
  if (existence === undefined) return evaluation;
  const { findings, path, facts } = evaluation;
  return { ...evaluation, findings: asExistence(findings, path, facts, existence) };
}

function evaluate(path: ProspectivePath, question: Question, context: PathContext, evidence: CrlSource): Evaluation {
  const { overlay, options, profile } = question;
  const certificates = path.certificates.map((known) => known.certificate);
  const findings = validatePath(path, context);
  const missing: Missing[] = [];
  if (path.ending !== 'anchor') append(findings, checkEnding(path, question, missing));
  append(findings, checkAuthorities(path, overlay, context.at, profile));
  append(findings, checkProfile(profile, certificates));
  if (question.keyUsage !== undefined)
    append(findings, checkKeyUsage(path.certificates[0]?.certificate ?? fail(), question.keyUsage));
  for (const purpose of question.extendedKeyUsage ?? []) {
    append(findings, checkPurpose(certificates, purposeOid(purpose) ?? purpose));
  }
  const mode = options.revocation ?? 'require';
  if (mode === 'off') {
    findings.push(finding('revocation_not_checked'));
    return { path, findings, revocation: [], facts: [], missing };
  }
  const { existence } = question;
  const asked = { mode, provenBy: existence?.provenBy, facts: existence !== undefined };
  const revocation = checkRevocation(path, context, evidence, asked);
  append(findings, revocation.findings);
  for (const item of revocation.missing) missing.push(item);
  return { path, findings, revocation: revocation.reports, facts: revocation.facts, missing };
}

function fail(): never {
  throw new Error('a path has at least one certificate');
}

/** Where the path ends: at an anchor, at a pinned authority whose root is not installed, or nowhere. */
function checkEnding(path: ProspectivePath, question: Question, missing: Missing[]): Finding[] {
  const { overlay, options, profile } = question;
  const top = path.certificates.length - 1;
  const last = path.certificates[top] as KnownCertificate;
  if (path.ending === 'pinned') {
    const pinned = overlay.authorityOf(last);
    const roots = pinned?.catalogue.authorities.filter(({ role }) => role === 'root') ?? [];
    for (const { name } of roots) missing.push({ kind: 'authority', name, urls: [] });
    if (options.revocation === 'off') return [];
    const authority = pinned?.authority.name ?? last.subjectText;
    const severity = options.revocation === 'known' ? 'warning' : 'error';
    return [finding('authority_status_unknown', { authority }, { certificate: top, severity })];
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
  for (let index = 0; index < path.certificates.length; index++) {
    const pinned = source.authorityOf(path.certificates[index] as KnownCertificate);
    if (pinned === undefined) continue;
    const { authority } = pinned;
    if (index > 0 && !nearest) {
      nearest = true;
      append(findings, checkIssuesFor(profile, authority));
    }
    if (authority.distrustAfter !== undefined && at > authority.distrustAfter) {
      const params = { authority: authority.name, distrustAfter: formatTime(authority.distrustAfter) };
      findings.push(finding('authority_distrusted', params, { certificate: index }));
    }
  }
  return findings;
}

function disputeFinding({ pinned, differences }: DisputedAuthority): Finding {
  const detail = differences
    .map(({ fact, published, found }) => `${fact} published ${published}, found ${found}`)
    .join('; ');
  // A warning: the authority is only left out. Where it was needed the path ends nowhere, which is the error.
  return finding('authority_facts_differ', { authority: pinned.authority.name, detail }, { severity: 'warning' });
}

function unreadable(
  { expected, found }: { expected: string; found: string },
  snapshot: Snapshot,
  times: Times,
  inputFindings: readonly Finding[],
): Verdict {
  return verdictWithoutPath([finding('certificate_malformed', { expected, found }), ...inputFindings], snapshot, times);
}
