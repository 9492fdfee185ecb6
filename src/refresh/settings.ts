/**
 * The numbers of the CRL job as an operator may set them: those of the plan, how often to look, how long the lease of a run
 * lasts. Times are seconds. Each has its default; a mistake is a TypeError at the start that names the field.
 */
import type { ScheduleOptions } from './job.js';
import { defaultPlan, type PlanSettings } from './plan.js';

export interface ScheduleSettings {
  readonly plan: PlanSettings;
  readonly options: ScheduleOptions;
}

const tenYears = 315_360_000;
/** Smallest and largest value. */
const seconds = [0, tenYears] as const;
const part = [0, 1] as const;

/** Every setting of the plan with its bounds; the times among them are those bounded by `seconds`. */
const planFields: Record<keyof PlanSettings, readonly [number, number]> = {
  pollPart: part,
  longestPoll: seconds,
  leadPart: part,
  longestLead: seconds,
  leadHaste: [1, 1000],
  jitter: part,
  shortestPause: [0.1, tenYears],
  backoffFrom: [0.1, tenYears],
  backoffTo: [0.1, tenYears],
  unconditionalEvery: seconds,
  expiredPoll: seconds,
  expiredFor: seconds,
  firstSpread: seconds,
};
const isTime = (name: keyof PlanSettings): boolean => planFields[name][1] === tenYears;

const jobFields = { look: 'tickMs', lease: 'leaseMs' } as const;
const jobBounds = [0.05, 86_400] as const;

/** From the operator's JSON: `{ "longestPoll": 86400, "lease": 60 }`. */
export function readScheduleSettings(json: unknown): ScheduleSettings {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new TypeError('expected an object');
  const plan: Record<string, number> = { ...defaultPlan };
  const options: { tickMs?: number; leaseMs?: number } = {};
  for (const [name, value] of Object.entries(json)) {
    if (Object.hasOwn(planFields, name)) {
      const field = name as keyof PlanSettings;
      plan[field] = inside(name, value, planFields[field]) * (isTime(field) ? 1000 : 1);
    } else if (Object.hasOwn(jobFields, name)) {
      options[jobFields[name as keyof typeof jobFields]] = inside(name, value, jobBounds) * 1000;
    } else {
      const known = [...Object.keys(planFields), ...Object.keys(jobFields)].join(', ');
      throw new TypeError(`field "${name.slice(0, 40)}" is not known; there are ${known}`);
    }
  }
  return { plan: plan as unknown as PlanSettings, options };
}

function inside(name: string, value: unknown, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new TypeError(`field "${name}": expected a number from ${least} to ${most}`);
}
