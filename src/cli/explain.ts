/** `explain CODE`: what a finding means, its RFC section, what to do. An unknown code is answered with the nearest one. */
import { definitionOf, isFindingCode } from '../findings/finding.js';
import { findingTable } from '../findings/table.js';
import { exitCode, type Io, usageError } from './io.js';
import { paint } from './paint.js';

export function explain(code: string, options: { json?: boolean }, io: Io): number {
  if (!isFindingCode(code)) {
    throw usageError(`unknown finding code "${code.slice(0, 80)}"; the nearest is "${nearest(code)}"`);
  }
  const { sentence, advice, rfc, severity, etsi, class: meaning } = definitionOf(code);
  if (options.json === true) {
    io.stdout(`${JSON.stringify({ code, ...definitionOf(code) }, undefined, 2)}\n`);
    return exitCode.valid;
  }
  const { bold } = paint(io.colours);
  const effect =
    severity === 'error' ? `an error; the answer becomes ${meaning}` : `${articles[severity]}; the answer stays`;
  const lines = [
    bold(code),
    '',
    `  ${sentence.replace(/\{(\w+)\}/g, '‹$1›')}`,
    '',
    `  What to do   ${advice}`,
    `  Weight       ${effect}`,
    ...(rfc === undefined ? [] : [`  Written in   ${rfc}`]),
    ...(etsi === undefined ? [] : [`  ETSI         ${etsi} (EN 319 102-1)`]),
  ];
  io.stdout(`${lines.join('\n')}\n`);
  return exitCode.valid;
}

const articles = { warning: 'a warning', info: 'for information', error: 'an error' } as const;

/** Levenshtein distance over the table; the words of a code may also come in another order or be cut short. */
function nearest(code: string): string {
  const asked = code
    .slice(0, 80)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
  const score = (known: string): number => {
    const shared = asked.split('_').filter((word) => word.length > 2 && known.split('_').includes(word)).length;
    return distance(asked, known) - 4 * shared;
  };
  return Object.keys(findingTable).reduce((best, known) => (score(known) < score(best) ? known : best));
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
