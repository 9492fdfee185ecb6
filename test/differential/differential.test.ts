/**
 * Chains made at random, sound and spoilt, judged by us and by the openssl command. Every difference must be explained by
 * a rule of divergence.ts. DIFFERENTIAL_SEED and DIFFERENTIAL_CHAINS choose others than the fixed ones.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveTool, toolAbsent } from '../support/tools.js';
import { defects } from './defects.js';
import { type Difference, rules } from './divergence.js';
import { issuePlan } from './issue.js';
import { openssl, ours } from './judges.js';
import { type Plan, soundPlan } from './plan.js';
import { seededRandom } from './random.js';

const chains = Number(process.env.DIFFERENTIAL_CHAINS ?? 400);
const seed = Number(process.env.DIFFERENTIAL_SEED ?? 5280);
const haveOpenssl = haveTool('openssl', 'version');

/** Each defect in its turn, every eighth time with a second one at random; each round begins with a sound chain. */
function makePlan(index: number): Plan {
  const random = seededRandom(seed * 100_003 + index);
  const names = Object.keys(defects);
  const turn = index % (names.length + 1);
  const plan = soundPlan(random);
  const chosen = turn === 0 ? [] : [names[turn - 1] ?? ''];
  if (turn > 0 && random.chance(12)) chosen.push(random.pick(names));
  for (const name of chosen) defects[name]?.(plan, random);
  return { ...plan, defects: chosen };
}

function describeDifference({ plan, ours, openssl }: Difference): string {
  const said = (accepts: boolean, why: string) => `${accepts ? 'accepts' : 'refuses'} (${why})`;
  const what = plan.defects.join(' + ') || 'sound';
  return `${what}: we say ${said(ours.accepts, ours.why)}, openssl ${said(openssl.accepts, openssl.why)}`;
}

it.skipIf(haveOpenssl)(`is not run: ${toolAbsent('openssl')}`, () => {});

describe.skipIf(!haveOpenssl)('random chains, judged by us and by the openssl command', () => {
  const differences: Difference[] = [];
  const agreed = { accepted: 0, refused: 0 };
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'differential-'));
    for (let index = 0; index < chains; index += 1) {
      const plan = makePlan(index);
      const evidence = issuePlan(plan);
      const difference = {
        plan,
        ours: ours(evidence, plan.question),
        openssl: openssl(evidence, plan.question, folder),
      };
      if (difference.ours.accepts !== difference.openssl.accepts) differences.push(difference);
      else agreed[difference.ours.accepts ? 'accepted' : 'refused'] += 1;
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('differ only where a rule explains it', () => {
    const unexplained = differences.filter((difference) => !rules.some((rule) => rule.applies(difference)));
    expect(unexplained.map(describeDifference)).toEqual([]);
  });

  it('have no rule that explains nothing', () => {
    const idle = rules.filter((rule) => !differences.some((difference) => rule.applies(difference)));
    expect(idle.map((rule) => rule.name)).toEqual([]);
  });

  it('are both accepted and refused in good number', () => {
    expect(agreed.accepted).toBeGreaterThan(chains / 10);
    expect(agreed.refused).toBeGreaterThan(chains / 10);
  });
});
