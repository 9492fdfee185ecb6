/** The plan over ten simulated years: what it asks, and that nobody stands without a fresh CRL while there is one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CrlDates, defaultPlan, type PlanHistory, type PlannedFetch, planFetch } from '../../src/refresh/plan.js';
import { addDuration, type Duration, parseDuration } from '../../src/trust/duration.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 1);
const tenDays = 'P10D';
const sixMonths = 'P6M';
const later = (time: number, published: string): number => addDuration(time, parseDuration(published) as Duration);
const url = 'http://crl.example/user.crl';

const at = (now: number, history?: PlanHistory, held?: CrlDates, published = tenDays): PlannedFetch =>
  planFetch({
    need: { url, published },
    now,
    startedAt: start,
    ...(history === undefined ? {} : { history }),
    ...(held === undefined ? {} : { held }),
  });
const success = (time: number): PlanHistory => ({ lastAttempt: time, lastSuccess: time, lastFull: time, failures: 0 });

describe('the next fetch', () => {
  const held = { thisUpdate: start, nextUpdate: start + 10 * day };

  it('comes within a minute of the start for a URL never asked', () => {
    const { phase, due = 0 } = at(start);
    expect(phase).toBe('first');
    expect(due).toBeGreaterThanOrEqual(start);
    expect(due).toBeLessThanOrEqual(start + minute);
  });

  it.each([
    ['10 days', tenDays, 6 * hour],
    ['6 months', sixMonths, 24 * hour],
  ])('polls CRLs published for %s regularly, jitter only added', (_, published, poll) => {
    const nextUpdate = later(start, published);
    const { phase, due = 0 } = at(start, success(start), { thisUpdate: start, nextUpdate }, published);
    expect(phase).toBe('regular');
    expect(due).toBeGreaterThanOrEqual(start + poll);
    expect(due).toBeLessThanOrEqual(start + poll * 1.1);
  });

  it.each([
    ['10 days', tenDays, 48 * hour, hour],
    ['6 months', sixMonths, 30 * day, 4 * hour],
  ])('makes haste in the lead of CRLs published for %s', (_, published, lead, poll) => {
    const nextUpdate = later(start, published);
    const dates = { thisUpdate: start, nextUpdate };
    const inside = nextUpdate - lead + minute;
    const { phase, due = 0, noCache } = at(inside, success(inside), dates, published);
    expect(phase).toBe('lead');
    expect(noCache).toBe(true);
    expect(due).toBeGreaterThanOrEqual(inside + poll);
    expect(due).toBeLessThanOrEqual(inside + poll * 1.1);
    const before = nextUpdate - lead - minute;
    expect(at(before, success(before), dates, published)).toMatchObject({ phase: 'lead', noCache: false });
    expect(at(before, success(before - 5 * poll), dates, published).due).toBe(nextUpdate - lead);
  });

  it('polls at least four times within any validity, and never within 60 seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 * day }), fc.integer({ min: 0, max: 20 }), (validity, failures) => {
        const dates = { thisUpdate: start, nextUpdate: start + validity };
        const { due = 0 } = planFetch({
          need: { url },
          held: dates,
          now: start,
          startedAt: start,
          history: { ...success(start), failures },
        });
        expect(due).toBeGreaterThanOrEqual(start + minute);
        if (failures === 0) expect(due - start).toBeLessThanOrEqual(Math.max(minute * 1.1, validity / 4));
        else expect(due - start).toBeLessThanOrEqual(hour);
      }),
    );
  });

  it('backs off with full jitter from one minute to one hour', () => {
    const dues = Array.from({ length: 200 }, (_, i) => {
      const lastAttempt = start + i * 1_000;
      return (at(lastAttempt, { lastAttempt, failures: 12 }).due ?? 0) - lastAttempt;
    });
    expect(Math.min(...dues)).toBeLessThan(5 * minute);
    expect(Math.max(...dues)).toBeGreaterThan(50 * minute);
    expect(Math.max(...dues)).toBeLessThanOrEqual(hour);
    expect((at(start, { lastAttempt: start, failures: 1 }).due ?? 0) - start).toBeLessThanOrEqual(2 * minute);
  });

  it('asks without validators once a week', () => {
    const lastFull = start - 6 * day;
    expect(at(start, { ...success(start), lastFull }, held).unconditional).toBe(false);
    expect(at(start + day, { ...success(start), lastFull }, held).unconditional).toBe(true);
    expect(at(start).unconditional).toBe(true);
  });

  it('asks daily after the authority has expired, and after 90 days never again', () => {
    const notAfter = start;
    const plan = (now: number, history: PlanHistory) =>
      planFetch({ need: { url, notAfter, published: tenDays }, held, history, now, startedAt: start });
    for (const history of [success(start + day), { lastAttempt: start + day, failures: 5 }]) {
      const { phase, due = 0 } = plan(start + day, history);
      expect(phase).toBe('expired');
      expect(due).toBeGreaterThanOrEqual(start + 2 * day);
      expect(due).toBeLessThanOrEqual(start + 2.1 * day);
    }
    expect(plan(start + 91 * day, success(start))).toEqual({ phase: 'retired', unconditional: false, noCache: false });
  });

  it('does not wait for a time that a wrong clock wrote', () => {
    const wrong = success(start + 3650 * day);
    expect(at(start + hour, wrong, held).due ?? 0).toBeLessThanOrEqual(start + hour);
    // The clock was wrong when the process started, too.
    const plan = { need: { url, published: tenDays }, now: start + hour, startedAt: start + 3650 * day };
    expect(planFetch({ ...plan, history: wrong, held }).due ?? 0).toBeLessThanOrEqual(start + hour);
    expect(planFetch(plan).due ?? 0).toBeLessThanOrEqual(start + hour);
    const skewed = success(start + 2 * minute);
    expect(at(start, skewed, held).phase).toBe('regular');
  });
});

interface Authority {
  readonly published: string;
  readonly notAfter: number;
  /** How long before nextUpdate it publishes the next CRL. */
  readonly overlap: number;
}

interface World {
  readonly authority: Authority;
  readonly years: number;
  readonly reachable?: (now: number) => boolean;
  /** Time at which some process that runs the plan is up; jumps to the end of a gap. */
  readonly running?: (now: number) => number;
  /** What the clock shows at a true time. */
  readonly clock?: (now: number) => number;
}

/** Runs the plan against an authority that publishes in time; gives every request and every moment without a fresh CRL. */
function simulate(world: World) {
  const { authority, running = (t: number) => t, clock = (t: number) => t, reachable = () => true } = world;
  const end = start + world.years * 365 * day;
  const publications: CrlDates[] = [];
  for (let t = start - day; t < end; ) {
    const nextUpdate = later(t, authority.published);
    publications.push({ thisUpdate: t, nextUpdate });
    t = nextUpdate - authority.overlap;
  }
  let history: PlanHistory = { failures: 0 };
  let held: CrlDates | undefined;
  const requests: number[] = [];
  const fetched = new Set<number>();
  const unfresh: number[] = [];
  let latest = 0;
  for (let now = start; now < end; ) {
    const shown = clock(now);
    const plan = planFetch({
      need: { url, published: authority.published, notAfter: authority.notAfter },
      history,
      now: shown,
      startedAt: start,
      ...(held === undefined ? {} : { held }),
    });
    if (plan.due === undefined) break;
    if (plan.due > shown) {
      // The job looks again after a while even when nothing is due, so a clock that is put right is noticed.
      const next = running(Math.min(now + (plan.due - shown), now + 6 * hour));
      if (held?.nextUpdate !== undefined && held.nextUpdate < next && next < authority.notAfter) unfresh.push(next);
      now = next;
      continue;
    }
    requests.push(now);
    if (reachable(now)) {
      while ((publications[latest + 1]?.thisUpdate ?? Number.POSITIVE_INFINITY) <= now) latest += 1;
      held = publications[latest];
      fetched.add(latest);
      history = success(shown);
    } else {
      history = { ...history, lastAttempt: shown, failures: history.failures + 1 };
    }
  }
  return { requests, unfresh, publications, fetched };
}

const decades: [string, Authority][] = [
  ['10 days, renewed a day early', { published: tenDays, notAfter: start + 4000 * day, overlap: day }],
  ['10 days, renewed four hours early', { published: tenDays, notAfter: start + 4000 * day, overlap: 4 * hour }],
  ['6 months, renewed ten days early', { published: sixMonths, notAfter: start + 4000 * day, overlap: 10 * day }],
];

describe('ten simulated years', () => {
  it.each(decades)('with CRLs for %s: always fresh, each publication taken once', (_, authority) => {
    const { requests, unfresh, publications, fetched } = simulate({ authority, years: 10 });
    expect(unfresh).toEqual([]);
    expect(fetched.size).toBe(publications.length);
    const gaps = requests.slice(1).map((time, i) => time - (requests[i] ?? 0));
    const poll = authority.published === sixMonths ? 24 * hour : 6 * hour;
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(poll / 6);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(poll * 1.1);
    // Regular polls, and six times as many within the lead (a fifth of the time, a sixth of it for six months).
    expect(requests.length).toBeLessThan(((10 * 365 * day) / poll) * (1 + 5 * 0.21));
  });

  it('with outages shorter than the lead and random failures: always fresh, never more than one request a minute', () => {
    const authority = { published: tenDays, notAfter: start + 4000 * day, overlap: 30 * hour };
    const reachable = (now: number) => Math.floor(now / (20 * hour)) % 7 !== 0 && Math.floor(now / minute) % 3 !== 0;
    const { requests, unfresh } = simulate({ authority, years: 10, reachable });
    expect(unfresh).toEqual([]);
    const gaps = requests.slice(1).map((time, i) => time - (requests[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(minute);
  });

  it('with replicas that come and go: fresh whenever one has been up for a lead poll', () => {
    const authority = { published: tenDays, notAfter: start + 4000 * day, overlap: 2 * day };
    const up = (now: number) => Math.floor(now / (11 * hour)) % 2 === 0;
    const running = (now: number) => (up(now) ? now : (Math.floor(now / (11 * hour)) + 1) * 11 * hour);
    expect(simulate({ authority, years: 10, running }).unfresh).toEqual([]);
  });

  it('with a clock that jumps ahead by years for an hour: fresh, and no flood afterwards', () => {
    const authority = { published: tenDays, notAfter: start + 8000 * day, overlap: day };
    const clock = (now: number) => (Math.floor(now / hour) % 977 === 0 ? now + 4 * 365 * day : now);
    const { requests, unfresh } = simulate({ authority, years: 10, clock });
    expect(unfresh).toEqual([]);
    const regular = simulate({ authority, years: 10 }).requests.length;
    expect(requests.length).toBeLessThan(regular * 1.1);
  });

  it('ends with the authority: daily for 90 days, then silence', () => {
    const notAfter = start + 400 * day;
    const { requests } = simulate({ authority: { published: tenDays, notAfter, overlap: day }, years: 10 });
    const after = requests.filter((time) => time > notAfter);
    expect(after.length).toBeGreaterThan(80);
    expect(after.length).toBeLessThanOrEqual(91);
    expect(Math.max(...requests)).toBeLessThanOrEqual(notAfter + 90 * day);
  });

  it('never asks sooner than the plan says, whatever the world does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 2, max: 90 }), (overlapHours, modulus) => {
        const authority = { published: tenDays, notAfter: start + 4000 * day, overlap: overlapHours * hour };
        const reachable = (now: number) => Math.floor(now / hour) % modulus !== 1;
        const { requests } = simulate({ authority, years: 0.3, reachable });
        const gaps = requests.slice(1).map((time, i) => time - (requests[i] ?? 0));
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(defaultPlan.shortestPause);
      }),
      { numRuns: 40 },
    );
  });
});
