/** Counters and their limits. */
import { expect, it } from 'vitest';
import { type BudgetKind, budgetFinding, budgetLimits, createBudget, spend } from '../../src/path/budget.js';

it('starts at zero with the limits of the table', () => {
  const budget = createBudget();
  for (const [kind, limit] of Object.entries(budgetLimits)) {
    expect(budget[kind as BudgetKind]).toEqual({ kind, limit, spent: 0 });
  }
  expect(budgetFinding(budget)).toBeUndefined();
});

it('counts up to the limit and not beyond', () => {
  const budget = createBudget({ signatureChecks: 2 });
  expect([1, 2, 3, 4].map(() => spend(budget, budget.signatureChecks))).toEqual([true, true, false, false]);
  expect(budget.signatureChecks.spent).toBe(2);
});

it('work that would pass the limit is not begun, and none of its kind after it', () => {
  const budget = createBudget({ nameComparisons: 10 });
  expect(spend(budget, budget.nameComparisons, 11)).toBe(false);
  expect(spend(budget, budget.nameComparisons, 1)).toBe(false);
  expect(spend(budget, budget.paths)).toBe(true);
  expect(budget.nameComparisons.spent).toBe(0);
});

it('the finding names the first kind that was refused, or the one asked about', () => {
  const budget = createBudget({ paths: 0, pathSteps: 0 });
  spend(budget, budget.pathSteps);
  spend(budget, budget.paths);
  expect(budgetFinding(budget)).toMatchObject({
    code: 'budget_exceeded',
    params: { budget: 'steps of path building', limit: 0 },
  });
  expect(budgetFinding(budget, 'paths', 3)).toMatchObject({ certificate: 3, params: { budget: 'paths' } });
  expect(budgetFinding(budget, 'signatureChecks')).toBeUndefined();
});
