/** The tables of `npm run conformance`, as Markdown: one line per suite, one per PKITS section, and the cases that differ. */
import type { Result, SuiteResult } from './run.js';

interface Counts {
  cases: number;
  right: number;
  falseAccepts: number;
  falseRejects: number;
  listed: number;
  negatives: number;
  forReason: number;
}

/** What peers reach, where it was measured: from the project's yardsticks, over the suite's full size. */
const peers: Record<string, [openssl: string, pkijs: string, go: string]> = {
  pkits: ['244, 0', '202, 22', 'no CRLs'],
  limbo: ['153 of 208, 47', '125 of 208, 76', '134 of 194, 55'],
};

export function count(results: readonly Result[]): Counts {
  const open = results.filter((result) => !result.agrees && result.divergence === undefined);
  const negatives = results.filter((result) => result.forStatedReason !== undefined);
  return {
    cases: results.length,
    right: results.filter((result) => result.agrees).length,
    falseAccepts: open.filter((result) => result.case.expected === 'invalid').length,
    falseRejects: open.filter((result) => result.case.expected === 'valid').length,
    listed: results.filter((result) => !result.agrees && result.divergence !== undefined).length,
    negatives: negatives.length,
    forReason: negatives.filter((result) => result.forStatedReason).length,
  };
}

export function suiteTable(suites: readonly SuiteResult[]): string {
  return markdown(
    [
      'suite',
      'cases',
      'out of scope',
      'right',
      'false accepts',
      'false rejects',
      'on the divergence list',
      'refused for the stated reason',
      'OpenSSL 3.0 (right, false accepts)',
      'pkijs 4',
      'Go 1.19',
    ],
    suites.map(({ suite, results, outOfScope }) => {
      const counts = count(results);
      return [
        suite,
        counts.cases + outOfScope,
        outOfScope,
        counts.right,
        counts.falseAccepts,
        counts.falseRejects,
        counts.listed,
        counts.negatives === 0 ? '' : `${counts.forReason} of ${counts.negatives}`,
        ...(peers[suite] ?? ['', '', '']),
      ];
    }),
  );
}

/** One suite by its sections. */
export function sectionTable({ results }: SuiteResult): string {
  const sections = [...new Set(results.map((result) => result.case.section))];
  return markdown(
    ['section', 'cases', 'right', 'false accepts', 'false rejects', 'refused for the stated reason'],
    sections.map((section) => {
      const counts = count(results.filter((result) => result.case.section === section));
      return [
        section,
        counts.cases,
        counts.right,
        counts.falseAccepts,
        counts.falseRejects,
        counts.negatives === 0 ? '' : `${counts.forReason} of ${counts.negatives}`,
      ];
    }),
  );
}

/** One line per case that is answered otherwise than expected and is not listed, or refused for another reason. */
export function problems({ results }: SuiteResult): string[] {
  return results.flatMap((result) => {
    const { case: test, answer } = result;
    const said = `says ${answer.status} (${answer.errors.join(', ') || 'no error'})`;
    if (answer.trouble !== undefined) return [`${test.suite} ${test.id}: ${answer.trouble}`];
    if (!result.agrees && (result.divergence?.says !== answer.status || result.divergence.expected !== test.expected)) {
      const kind = test.expected === 'invalid' ? 'FALSE ACCEPT' : 'false reject';
      return [`${test.suite} ${test.id}: ${kind}: expected ${test.expected}, ${said}. ${test.statedReason ?? ''}`];
    }
    if (answer.signature !== undefined && answer.signature !== 'valid') {
      return [`${test.suite} ${test.id}: the message's signature is ${answer.signature}`];
    }
    if (result.forStatedReason === false && result.otherReason?.says !== answer.errors[0]) {
      const wanted = test.reasonCodes?.join(' or ') ?? '';
      return [`${test.suite} ${test.id}: other reason: wanted ${wanted}, ${said}. ${test.statedReason ?? ''}`];
    }
    return [];
  });
}

/** Columns are padded as formatters of Markdown do, which also serves the terminal. */
function markdown(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => String(row[column]).length)));
  const line = (cells: readonly (string | number)[], fill = ' ') =>
    `| ${widths.map((width, column) => String(cells[column]).padEnd(width, fill)).join(' | ')} |`;
  const rule = line(
    header.map(() => '-'),
    '-',
  );
  return [line(header), rule, ...rows.map((row) => line(row))].join('\n');
}
