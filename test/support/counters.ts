import { type Budget, type BudgetKind, budgetLimits, type Counter } from '../../src/path/budget.js';

/** All counters of a budget. */
export const countersOf = (budget: Budget): Counter[] =>
  (Object.keys(budgetLimits) as BudgetKind[]).map((kind) => budget[kind]);
