/**
 * The table of time: ten certificates over ten years, each asked about at five times under three validity models. Each line of
 * golden/table.txt says what is expected and why, by the rules of "Status at time T"; the lines are written by hand. With
 * UPDATE_GOLDEN=1 status and code are written anew and the reasons kept, to be read again by whoever does that.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { verifyCertificate } from '../../src/index.js';
import { type CertificateName, certificates, day, now, trust } from './world.js';

const file = new URL('golden/table.txt', import.meta.url);
const models = ['shell', 'chain', 'hybrid'] as const;

interface Line {
  name: CertificateName;
  at: string;
  model: (typeof models)[number];
  answer: string;
  why: string;
}

function read(): Line[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name, at, model, status, code, why] = line.split('|').map((field) => field.trim());
      return { name, at, model, answer: `${status} ${code}`, why: why ?? '' } as Line;
    });
}

function answerTo({ name, at, model }: Line): string {
  const request = { certificate: certificates[name].certificate, validityModel: model };
  const { status, findings } = verifyCertificate(request, trust, { now, at: day(at) });
  return `${status} ${findings[0]?.code ?? '-'}`;
}

function write(lines: readonly Line[]): void {
  const comments = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('#'));
  const rows = lines.map((line) => {
    const [status = '', code = ''] = answerTo(line).split(' ');
    const { name, at, model, why } = line;
    return [name.padEnd(11), at.padEnd(20), model.padEnd(6), status.padEnd(13), code.padEnd(24), why].join(' | ');
  });
  writeFileSync(file, `${[...comments, ...rows].join('\n')}\n`);
}

if (process.env.UPDATE_GOLDEN === '1') write(read());
const table = read();

test('has ten certificates, five times each, three models, and a reason for every line', () => {
  expect(new Set(table.map(({ name }) => name))).toEqual(new Set(Object.keys(certificates)));
  for (const name of Object.keys(certificates)) {
    const times = new Set(table.filter((line) => line.name === name).map(({ at }) => at));
    expect(times.size, name).toBe(5);
    for (const at of times) {
      const asked = table.filter((line) => line.name === name && line.at === at).map(({ model }) => model);
      expect(asked, `${name} at ${at}`).toEqual([...models]);
    }
  }
  expect(table).toHaveLength(150);
  for (const line of table) expect(line.why.length, JSON.stringify(line)).toBeGreaterThan(20);
});

test.each(table)('$name at $at under $model: $answer', (line) => {
  expect(answerTo(line), line.why).toBe(line.answer);
});

test('a retired authority promises no later CRL, one that lives does', () => {
  const retryOf = (name: CertificateName, at: string, time = now) =>
    verifyCertificate({ certificate: certificates[name].certificate }, trust, { now: time, at: day(at) }).missing.map(
      ({ retryAfter }) => retryAfter,
    );
  expect(retryOf('of-retired', '2017-06-01')).toEqual([undefined]);
  // Asked in June 2020 the held one is still on the latest list that was dated by then, so the next may lift it.
  expect(retryOf('suspended', '2022-06-10', day('2022-06-15'))).toEqual(['2022-07-06T00:00:00Z']);
});
