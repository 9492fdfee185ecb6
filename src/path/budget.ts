/**
 * Budgets instead of timeouts against hostile input (DESIGN.md §7): one counter for each kind of work that input can
 * multiply. The same request always spends the same, on any machine. A counter never passes its limit: work that would
 * is not begun, and from then on that kind of work is refused.
 */
import { type Finding, finding } from '../findings/finding.js';

export const budgetLimits = {
  /** Public-key operations for one request. webpki allows 100 since GHSA-fh2r-99q2-6mmg. */
  signatureChecks: 100,
  /** Prospective paths that are validated and reported. */
  paths: 64,
  /** Certificates in a path, the anchor included. The public web needs five; a longer chain is made to be long. */
  pathLength: 32,
  /** Issuer candidates looked at while paths are built. */
  pathSteps: 50_000,
  /** Names × subtrees under name constraints, over all paths; one form of one certificate may take a quarter. */
  nameComparisons: 2 ** 22,
} as const;

export type BudgetKind = keyof typeof budgetLimits;

/** One kind of work. An object for each, since looking a kind up by its name at every step would cost as much as the step. */
export interface Counter {
  readonly kind: BudgetKind;
  readonly limit: number;
  spent: number;
}

export interface Budget extends Readonly<Record<BudgetKind, Counter>> {
  /** Kinds of work that were refused, in that order. */
  readonly exceeded: BudgetKind[];
}

export function createBudget(limits: Partial<Record<BudgetKind, number>> = {}): Budget {
  return {
    signatureChecks: counter('signatureChecks', limits.signatureChecks),
    paths: counter('paths', limits.paths),
    pathLength: counter('pathLength', limits.pathLength),
    pathSteps: counter('pathSteps', limits.pathSteps),
    nameComparisons: counter('nameComparisons', limits.nameComparisons),
    exceeded: [],
  };
}

const counter = (kind: BudgetKind, limit: number = budgetLimits[kind]): Counter => ({ kind, limit, spent: 0 });

/** Whether work of this kind was refused. */
export function isExceeded({ exceeded }: Budget, { kind }: Counter): boolean {
  return exceeded.length > 0 && exceeded.includes(kind);
}

/** Asks for `amount` of work before it is done. False: it must not be done. */
export function spend(budget: Budget, counter: Counter, amount = 1): boolean {
  if (isExceeded(budget, counter)) return false;
  if (counter.spent + amount > counter.limit) {
    budget.exceeded.push(counter.kind);
    return false;
  }
  counter.spent += amount;
  return true;
}

const words: Record<BudgetKind, string> = {
  signatureChecks: 'signature checks',
  paths: 'paths',
  pathLength: 'certificates in a path',
  pathSteps: 'steps of path building',
  nameComparisons: 'name comparisons',
};

/** The finding about the first kind of work that was refused, or about the kind given. */
export function budgetFinding(
  budget: Budget,
  kind: BudgetKind | undefined = budget.exceeded[0],
  certificate?: number,
): Finding | undefined {
  if (kind === undefined || !isExceeded(budget, budget[kind])) return undefined;
  return finding('budget_exceeded', { budget: words[kind], limit: budget[kind].limit }, { certificate });
}
