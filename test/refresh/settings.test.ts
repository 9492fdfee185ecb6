/** The operator's numbers of the CRL job. */
import { expect, it } from 'vitest';
import { defaultPlan } from '../../src/refresh/plan.js';
import { readScheduleSettings } from '../../src/refresh/settings.js';

it('are the defaults where nothing is said', () => {
  expect(readScheduleSettings({})).toEqual({ plan: defaultPlan, options: {} });
});

it('are taken in seconds and parts', () => {
  const { plan, options } = readScheduleSettings({ longestPoll: 3_600, leadPart: 0.5, look: 5, lease: 2 });
  expect(plan).toEqual({ ...defaultPlan, longestPoll: 3_600_000, leadPart: 0.5 });
  expect(options).toEqual({ tickMs: 5_000, leaseMs: 2_000 });
});

it.each([
  [[], 'an object'],
  [{ longestPol: 1 }, 'longestPol'],
  [{ jitter: 2 }, 'from 0 to 1'],
  [{ lease: '60' }, 'lease'],
  [{ toString: 1 }, 'toString'],
])('%j is a mistake that is named', (json, named) => {
  expect(() => readScheduleSettings(json)).toThrow(named);
});
