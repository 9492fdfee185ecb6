/**
 * Verdicts for people: the answer and why at one glance, then the path, the evidence on revocation, what is missing,
 * and the other findings with what to do. What comes from certificates is hostile and passes `shown` once more.
 */
import type { Finding, Status } from '../findings/finding.js';
import { definitionOf } from '../findings/finding.js';
import type { MessageVerdict, Missing, PathReport, RevocationReport, SignerVerdict, Verdict } from '../verify/types.js';
import type { Paint } from './paint.js';

const indented = (lines: readonly string[], by = '  '): string[] =>
  lines.map((line) => (line === '' ? '' : `${by}${line}`));

/** No control character, bidirectional override or line separator reaches the terminal. */
export const shown = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD').slice(0, 300);

/** 2026-11-21 08:00 UTC */
export const moment = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
const day = (time: string): string => time.slice(0, 10);

const meaning: Record<Status, string> = {
  valid: 'everything that was asked for is proven',
  invalid: 'it must not be accepted',
  indeterminate: 'it is not proven either way',
};

/** The heading finding in words. */
export function headline(status: Status, findings: readonly Finding[]): string {
  const first = findings[0];
  if (first === undefined || (status === 'valid' && first.severity !== 'warning')) return meaning[status];
  return shown(first.message);
}

export function renderVerdict(title: string, verdict: Verdict, paint: Paint): string {
  const lines = [
    ...heading(title, verdict.status, verdict.findings, asked(verdict.time), paint),
    ...indented(trustLines(verdict, paint)),
    ...findingsBlock(verdict.findings, verdict.status, paint),
  ];
  return `${lines.join('\n')}\n`;
}

export function renderMessageVerdict(title: string, verdict: MessageVerdict, paint: Paint): string {
  const lines = [...heading(title, verdict.status, verdict.findings, asked(verdict.time), paint)];
  for (const [index, signer] of verdict.signers.entries()) lines.push(...indented(signerLines(signer, index, paint)));
  lines.push(...indented(missingLines(verdict.missing, paint)));
  lines.push(...findingsBlock(verdict.findings, verdict.status, paint));
  if (verdict.nested !== undefined) {
    lines.push(...indented(renderMessageVerdict('inside: ', verdict.nested, paint).trimEnd().split('\n')));
  }
  return `${lines.join('\n')}\n`;
}

function heading(title: string, status: Status, findings: readonly Finding[], when: string, paint: Paint): string[] {
  return [
    `${paint.status(status, status.toUpperCase())}  ${paint.bold(shown(title))}`,
    `  ${headline(status, findings)}`,
    `  ${paint.dim(when)}`,
  ];
}

function asked(time: Verdict['time']): string {
  const basis = { now: 'now', attested: 'the time given', timestamp: 'a timestamp' }[time.basis];
  return `judged at ${moment(time.at)} (${basis})`;
}

function trustLines(verdict: Verdict, paint: Paint): string[] {
  const [path] = verdict.paths;
  return [
    ...(path === undefined ? [] : pathLines(path, verdict.revocation, paint)),
    ...missingLines(verdict.missing, paint),
  ];
}

function pathLines(path: PathReport, revocation: readonly RevocationReport[], paint: Paint): string[] {
  const lines = ['', paint.bold('Path')];
  for (const [index, certificate] of path.certificates.entries()) {
    const authority = certificate.authority === undefined ? '' : `  [${certificate.authority}]`;
    lines.push(`  ${index}  ${shown(certificate.subject) || '(no subject)'}${authority}`);
    const status = revocation.find((report) => report.certificate === index);
    const validity = `${day(certificate.notBefore)} to ${day(certificate.notAfter)}`;
    const anchor = index === path.certificates.length - 1 && path.anchor?.sha256 === certificate.sha256;
    const role = anchor
      ? path.anchor?.kind === 'pinned'
        ? '; pinned, its root is not installed'
        : '; trust anchor'
      : '';
    const evidence = status === undefined ? '' : `; ${revocationWords(status)}`;
    lines.push(`     ${paint.dim(`${validity}${role}${evidence}`)}`);
  }
  if (path.anchor === undefined) lines.push(`     ${paint.dim('the path ends here, at no trust anchor')}`);
  else if (!path.certificates.some((certificate) => certificate.sha256 === path.anchor?.sha256)) {
    lines.push(`     ${shown(path.anchor.subject)}  ${paint.dim('trust anchor')}`);
  }
  return lines;
}

function revocationWords(report: RevocationReport): string {
  const { evidence } = report;
  const source =
    evidence === undefined
      ? ''
      : ` (${evidence.kind.toUpperCase()}${evidence.crlNumber === undefined ? '' : ` ${evidence.crlNumber}`} of ${moment(evidence.thisUpdate)})`;
  if (report.status === 'good') return `not revoked${source}`;
  if (report.status === 'unknown')
    return `revocation unknown${report.why === undefined ? '' : `: ${shown(report.why)}`}`;
  const since = report.revocationDate === undefined ? '' : ` on ${moment(report.revocationDate)}`;
  return `revoked${since}${report.reason === undefined ? '' : `, ${shown(report.reason)}`}${source}`;
}

export function missingLines(missing: readonly Missing[], paint: Paint): string[] {
  if (missing.length === 0) return [];
  const kinds = { authority: 'the certificate of', crl: 'the CRL of', issuer: 'the certificate of the issuer' };
  const lines = ['', paint.bold('What would help')];
  for (const { kind, name, urls, retryAfter } of missing) {
    const retry = retryAfter === undefined ? '' : `, expected by ${moment(retryAfter)}`;
    lines.push(`  ${kinds[kind]} "${shown(name)}"${retry}`, ...urls.map((url) => `     ${shown(url)}`));
  }
  return lines;
}

function findingsBlock(findings: readonly Finding[], status: Status, paint: Paint): string[] {
  if (findings.length === 0) return [];
  return [
    '',
    `  ${paint.bold('Findings')}`,
    ...indented(
      findings.flatMap((f) => findingLines(f, status, paint)),
      '    ',
    ),
  ];
}

function findingLines(finding: Finding, status: Status, paint: Paint): string[] {
  const { code, severity, certificate, rfc, message } = finding;
  const where = certificate === undefined ? '' : ` certificate ${certificate}`;
  const lines = [
    `${paint.severity(severity, severity)} ${code}${where}: ${shown(message)}${rfc === undefined ? '' : paint.dim(` (${rfc})`)}`,
  ];
  if (severity !== 'info' && status !== 'valid') lines.push(paint.dim(`  ${definitionOf(code).advice}`));
  return lines;
}

function signerLines(signer: SignerVerdict, index: number, paint: Paint): string[] {
  const { signature, trust, identity, certificate, claimedSigningTime, wouldBe } = signer;
  const by = certificate === undefined ? 'certificate not found' : shown(certificate.subject);
  const compared = identity.compared === undefined ? '' : `, compared with ${shown(identity.compared)}`;
  const mailboxes = identity.mailboxes.map(shown).join(', ') || 'no mailbox';
  const lines = [
    '',
    `${paint.bold(`Signer ${index + 1}`)}  ${by}`,
    `  signature  ${paint.status(signature.status)}  ${paint.dim(`${shown(signature.digestAlgorithm)}, ${shown(signature.signatureAlgorithm)}`)}`,
    `  trust      ${paint.status(trust.status)}  ${headline(trust.status, trust.findings)}`,
    `  identity   ${paint.status(identity.status)}  ${mailboxes}${compared}`,
  ];
  for (const timestamp of signer.timestamps) {
    const at = timestamp.time === undefined ? '' : `  ${moment(timestamp.time)}`;
    lines.push(`  timestamp  ${paint.status(timestamp.status)}${at}`);
  }
  if (claimedSigningTime !== undefined) {
    const would = wouldBe === undefined ? '' : `; it would be ${wouldBe.status} then`;
    lines.push(`  ${paint.dim(`says it signed at ${moment(claimedSigningTime)}, which is a claim${would}`)}`);
  }
  return [...lines, ...indented(trustLines(trust, paint))];
}
