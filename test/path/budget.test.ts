/** Counters and their limits. */
import { expect, it } from 'vitest';
import { budgetFinding, budgetLimits, createBudget, spend } from '../../src/path/budget.js';

it('starts at zero with the limits of the table', () => {
  const budget = createBudget();
  expect(budget.limits).toEqual(budgetLimits);
  expect(Object.values(budget.spent).every((amount) => amount === 0)).toBe(true);
  expect(budgetFinding(budget)).toBeUndefined();
});

it('counts up to the limit and not beyond', () => {
  const budget = createBudget({ signatureChecks: 2 });
  expect([1, 2, 3, 4].map(() => spend(budget, 'signatureChecks'))).toEqual([true, true, false, false]);
  expect(budget.spent.signatureChecks).toBe(2);
});

it('work that would pass the limit is not begun, and none of its kind after it', () => {
  const budget = createBudget({ nameComparisons: 10 });
  expect(spend(budget, 'nameComparisons', 11)).toBe(false);
  expect(spend(budget, 'nameComparisons', 1)).toBe(false);
  expect(spend(budget, 'paths')).toBe(true);
  expect(budget.spent.nameComparisons).toBe(0);
});

it('the finding names the first kind that was refused, or the one asked about', () => {
  const budget = createBudget({ paths: 0, pathSteps: 0 });
  spend(budget, 'pathSteps');
  spend(budget, 'paths');
  expect(budgetFinding(budget)).toMatchObject({
    code: 'budget_exceeded',
    params: { budget: 'steps of path building', limit: 0 },
  });
  expect(budgetFinding(budget, 'paths', 3)).toMatchObject({ certificate: 3, params: { budget: 'paths' } });
  expect(budgetFinding(budget, 'signatureChecks')).toBeUndefined();
});
