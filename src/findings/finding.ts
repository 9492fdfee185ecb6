/**
 * The finding: what a check says. Made only here, so that every message is the table's sentence with its
 * parameters. Ranking and the status that follows from a list of findings are decided here too.
 */
import { type FindingCode, type FindingDefinition, findingTable, type Severity } from './table.js';

/** One thing that a check found. `certificate` is the 0-based index in the path, 0 = end entity. */
export interface Finding {
  code: FindingCode;
  severity: Severity;
  certificate?: number;
  rfc?: string;
  message: string;
  params?: Record<string, unknown>;
}

export type Status = 'valid' | 'invalid' | 'indeterminate';

/** Values from certificates are cut to this many characters in messages: they are hostile, and people read them. */
const maximumParameterLength = 200;

const codes = Object.keys(findingTable) as FindingCode[];
const order = new Map<string, number>(codes.map((code, index) => [code, index]));
const severityOrder: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

export function definitionOf(code: FindingCode): FindingDefinition {
  return findingTable[code];
}

export function isFindingCode(code: string): code is FindingCode {
  return order.has(code);
}

/** Makes a finding; `severity` only where a rule departs from the table's default. */
export function finding(
  code: FindingCode,
  params: Params = {},
  options: { certificate?: number | undefined; severity?: Severity | undefined } = {},
): Finding {
  const { severity: usual, rfc, sentence } = definitionOf(code);
  const { certificate, severity = usual } = options;
  // Most sentences have no place to fill, and looking for one takes longer than all the rest.
  const message = sentence.includes('{') ? filled(sentence, params) : sentence;
  // In this order they are told: a verdict is the same to the byte wherever it is made.
  const found: Omit<Finding, 'message'> & { message?: string } =
    certificate === undefined ? { code, severity } : { code, severity, certificate };
  if (rfc !== undefined) found.rfc = rfc;
  found.message = message;
  for (const name in params) {
    if (params[name] === undefined) continue;
    found.params ??= {};
    found.params[name] = params[name];
  }
  return found as Finding;
}

type Params = Readonly<Record<string, string | number | boolean | undefined>>;

const filled = (sentence: string, params: Params): string =>
  sentence.replace(/\{(\w+)\}/g, (_, key: string) => printable(params[key]));

/** Control characters and bidirectional overrides of a hostile name must not reach a terminal or a log. */
function printable(value: unknown): string {
  const text = String(value ?? 'unknown').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return text.length <= maximumParameterLength ? text : `${text.slice(0, maximumParameterLength)}…`;
}

/** Adds what was found, mostly nothing: spreading that into `push` would cost more than finding it. */
export function append(findings: Finding[], found: readonly Finding[]): void {
  for (const one of found) findings.push(one);
}

/** Most telling first: by severity, then class (invalid before indeterminate), then the table's order, then index. */
export function rankFindings(findings: readonly Finding[]): Finding[] {
  const ranked = findings.slice();
  return ranked.length < 2 ? ranked : ranked.sort(compareFindings);
}

export function compareFindings(a: Finding, b: Finding): number {
  return (
    severityOrder[a.severity] - severityOrder[b.severity] ||
    classOrder(a) - classOrder(b) ||
    (order.get(a.code) ?? 0) - (order.get(b.code) ?? 0) ||
    (a.certificate ?? -1) - (b.certificate ?? -1)
  );
}

function classOrder(f: Finding): number {
  return definitionOf(f.code).class === 'invalid' ? 0 : 1;
}

/** The status that follows: an error of class invalid → invalid; else any error → indeterminate; else valid. */
export function statusOf(findings: readonly Finding[]): Status {
  let status: Status = 'valid';
  for (const f of findings) {
    if (f.severity !== 'error') continue;
    if (definitionOf(f.code).class === 'invalid') return 'invalid';
    status = 'indeterminate';
  }
  return status;
}

/** Removes repetitions: the same code about the same certificate with the same words is said once. */
export function uniqueFindings(findings: readonly Finding[]): Finding[] {
  if (findings.length < 2) return findings.slice();
  const seen = new Set<string>();
  return findings.filter((f) => {
    const key = `${f.code}|${f.certificate ?? ''}|${f.severity}|${f.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
