/**
 * Every public suite beside the checkout, asked as its README says. Fails on a case that differs and is not on the
 * divergence list, on an entry of the list that no longer differs, and on a refusal for another reason than stated.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveVectors, vectorsAbsent } from '../support/vectors.js';
import type { ConformanceCase, SuiteName } from './case.js';
import { divergences, otherReasons } from './divergence.js';
import { runSuite, type SuiteResult } from './run.js';
import { boringsslChains } from './suites/boringssl-chains.js';
import { boringsslParse } from './suites/boringssl-parse.js';
import { fuzzSeeds } from './suites/fuzz-seeds.js';
import { goTlsChains } from './suites/go-tls-chains.js';
import { limbo } from './suites/limbo.js';
import { pkits } from './suites/pkits.js';
import { pkitsSmime } from './suites/pkits-smime.js';
import { problems, sectionTable, suiteTable } from './table.js';

const suites: [name: SuiteName, size: number, load: () => ConformanceCase[]][] = [
  ['pkits', 247, pkits],
  ['pkits-smime', 224, pkitsSmime],
  ['limbo', 103, limbo],
  ['go-tls-chains', 23, goTlsChains],
  ['boringssl-chains', 197, boringsslChains],
  ['boringssl-parse', 71, boringsslParse],
  ['fuzz-seeds', 896, fuzzSeeds],
];

const done: SuiteResult[] = [];
const documentUrl = (file: string): URL => new URL(`../../${file}`, import.meta.url);
/** Where a document shows the table: between two comments. CONFORMANCE_UPDATE=1 writes it there. */
const shown = /(<!-- conformance -->\n\n)[\s\S]*?(\n\n<!-- \/conformance -->)/;

it.skipIf(haveVectors)(`is not run: ${vectorsAbsent}`, () => {});

describe.each(haveVectors ? suites : [])('%s', (name, size, load) => {
  let cases: ConformanceCase[];
  let result: SuiteResult;

  beforeAll(() => {
    cases = load();
    result = runSuite(name, cases);
    done.push(result);
  });

  it('is whole, and every refusal has a reason that is known here', () => {
    expect(cases).toHaveLength(size);
    expect(new Set(cases.map((test) => test.id)).size).toBe(size);
    const reasonless = cases.filter(
      (test) => test.statedReason !== undefined && test.outOfScope === undefined && !test.reasonCodes?.length,
    );
    expect(reasonless.map((test) => test.id)).toEqual([]);
  });

  it('is answered as expected, for the stated reason, or as the divergence list says', () => {
    expect(problems(result)).toEqual([]);
  });

  it('has no stale entry on the divergence list', () => {
    const byId = new Map(result.results.map((one) => [one.case.id, one]));
    const staleAnswers = divergences
      .filter((entry) => entry.suite === name)
      .flatMap((entry) => entry.cases.filter((id) => byId.get(id)?.agrees !== false));
    const staleReasons = otherReasons
      .filter((entry) => entry.suite === name)
      .flatMap((entry) => entry.cases.filter((id) => byId.get(id)?.forStatedReason !== false));
    expect([...staleAnswers, ...staleReasons]).toEqual([]);
  });
});

describe.skipIf(!haveVectors)('the tables that are shown', () => {
  const documents = ['README.md', 'test/conformance/README.md'].filter((file) => existsSync(documentUrl(file)));

  it.each(documents)('in %s tell the truth', (file) => {
    const url = documentUrl(file);
    const text = readFileSync(url, 'utf8');
    const truth = text.replace(shown, (_, begin: string, end: string) => `${begin}${suiteTable(done)}${end}`);
    expect(text, `${file} has no place for the table`).toMatch(shown);
    if (process.env.CONFORMANCE_UPDATE === '1') writeFileSync(url, truth);
    else expect(text).toBe(truth);
  });
});

afterAll(() => {
  if (process.env.npm_lifecycle_event !== 'conformance') return;
  const pkitsResult = done.find((result) => result.suite === 'pkits');
  const parts = [suiteTable(done), ...(pkitsResult === undefined ? [] : [sectionTable(pkitsResult)])];
  process.stdout.write(`\n${parts.join('\n\n')}\n\n${done.flatMap(problems).join('\n')}\n`);
});
