/**
 * The CRL job: finds out what is due, fetches it, tells how every authority stands. One run at a time over all replicas:
 * the store's lease says whose, is renewed while the run lasts, and frees itself when a process dies. The plan is computed
 * after the lease is had, from what the store says then, so nothing is asked twice.
 */
import type { CrlRecord, UrlState } from '../store/port.js';
import { acceptCrl } from './accept.js';
import { type NeededAuthority, readAuthorities } from './authorities.js';
import type { RefreshDeps } from './deps.js';
import { type FetchReport, type FetchTask, fetchCrl } from './fetch.js';
import { defaultPlan, type PlannedFetch, planFetch } from './plan.js';
import { createStamper } from './stamp.js';
import { type AuthorityStatus, allFresh, crlStatus } from './status.js';
import { intactOctets } from './vanished.js';

export interface RefreshOptions {
  /** Ask every URL of authorities that are not retired, due or not; still never twice within a minute. */
  readonly force?: boolean;
  /** How long to wait for another process that is refreshing; default 30 s. */
  readonly waitMs?: number;
  readonly leaseMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (report: FetchReport) => void;
}

export interface RefreshReport {
  /** False: another process had the lease all the time; it does the work. */
  readonly ran: boolean;
  readonly fetches: readonly FetchReport[];
  readonly authorities: readonly AuthorityStatus[];
  /** Every authority that is not retired has a fresh CRL. */
  readonly fresh: boolean;
  /** When the next fetch is due; absent: never. */
  readonly nextDue?: number;
}

interface Due extends FetchTask {
  readonly plan: PlannedFetch;
}

const leaseName = 'refresh';
const defaultLease = 60_000;
const never = Number.POSITIVE_INFINITY;
/** Fetches at the same time: one slow distribution point must not hold up the others. */
const parallel = 4;

/** One run: what is due is fetched. Rejects only when the store cannot be used. */
export async function refreshOnce(deps: RefreshDeps, options: RefreshOptions = {}): Promise<RefreshReport> {
  const settings = { ...(deps.plan ?? defaultPlan), firstSpread: 0 };
  return run({ ...deps, plan: settings }, deps.now(), options);
}

export interface ScheduleOptions {
  /** How often to look whether something is due, at least. Default 30 s. */
  readonly tickMs?: number;
  readonly leaseMs?: number;
}

/** Runs the plan until the returned function is called; that ends a run under way and waits for it. */
export function startSchedule(deps: RefreshDeps, options: ScheduleOptions = {}): () => Promise<void> {
  const tick = options.tickMs ?? 30_000;
  const startedAt = deps.now();
  const stamp = createStamper(deps);
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const step = async (): Promise<void> => {
    try {
      const { due } = await readPlan(deps, startedAt, false);
      if (due.length > 0 || (await releasable(deps)).length > 0) {
        const lease = options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs };
        await run(deps, startedAt, { waitMs: 0, signal: ending.signal, ...lease });
      }
      await stamp(ending.signal);
    } catch (error) {
      deps.onEvent?.({ type: 'error', error });
    }
    if (!ending.signal.aborted) schedule(tick);
  };
  const schedule = (delay: number): void => {
    timer = setTimeout(() => {
      running = step();
    }, delay);
    timer.unref();
  };
  schedule(0);
  return async () => {
    ending.abort();
    clearTimeout(timer);
    await running;
  };
}

async function run(deps: RefreshDeps, startedAt: number, options: RefreshOptions): Promise<RefreshReport> {
  const { store } = deps;
  const leaseMs = options.leaseMs ?? defaultLease;
  const owner = crypto.randomUUID();
  const giveUp = performance.now() + (options.waitMs ?? 30_000);
  while (!(await store.acquireLease(leaseName, owner, leaseMs))) {
    if (performance.now() >= giveUp || options.signal?.aborted === true) return report(deps, startedAt, false, []);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const lost = new AbortController();
  const renewal = setInterval(() => {
    store.acquireLease(leaseName, owner, leaseMs).then(
      (held) => held || lost.abort(),
      () => lost.abort(),
    );
  }, leaseMs / 4);
  const signal = options.signal === undefined ? lost.signal : AbortSignal.any([lost.signal, options.signal]);
  try {
    const { due, authorities } = await readPlan(deps, startedAt, options.force === true);
    await releaseQuarantined(deps, authorities);
    const fetches: FetchReport[] = [];
    const queue = [...due];
    const worker = async (): Promise<void> => {
      for (let task = queue.shift(); task !== undefined && !signal.aborted; task = queue.shift()) {
        const done = await fetchCrl(deps, task, signal);
        fetches.push(done);
        options.onProgress?.(done);
      }
    };
    // A store that fails one fetch fails them all; the others end before the lease is given back.
    const ends = await Promise.allSettled(Array.from({ length: parallel }, worker));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return await report(deps, startedAt, true, fetches);
  } finally {
    clearInterval(renewal);
    await store.releaseLease(leaseName, owner).catch(() => {});
  }
}

async function report(
  deps: RefreshDeps,
  startedAt: number,
  ran: boolean,
  fetches: readonly FetchReport[],
): Promise<RefreshReport> {
  const [authorities, { nextDue }] = await Promise.all([crlStatus(deps), readPlan(deps, startedAt, false)]);
  const next = nextDue === undefined ? {} : { nextDue };
  return { ran, fetches, authorities, fresh: allFresh(authorities), ...next };
}

/** What is due now, by the store as it stands. */
async function readPlan(deps: RefreshDeps, startedAt: number, force: boolean) {
  const { store, plan: settings = defaultPlan } = deps;
  const now = deps.now();
  const authorities = await readAuthorities(store, deps.catalogues);
  const states = new Map((await store.urlStates()).map((state) => [state.url, state]));
  const held = new Map((await store.crls()).map((crl) => [crl.sha256, crl]));
  const byUrl = new Map<string, Due>();
  for (const needed of authorities) {
    // Without the authority's certificate nothing that comes could be checked.
    if (needed.certificate === undefined) continue;
    for (const url of needed.urls) {
      const state = states.get(url);
      const crl = state?.sha256 === undefined ? undefined : held.get(state.sha256);
      const plan = planFetch({ ...planInput(needed, url, state, crl), now, startedAt, settings });
      // Two authorities may share it, as after a renewal: it is asked for the one that needs it sooner.
      if ((byUrl.get(url)?.plan.due ?? never) <= (plan.due ?? never)) continue;
      // Validators of a CRL that is not there, as after a restored backup, would keep it away for good.
      const unconditional = plan.unconditional || crl === undefined;
      byUrl.set(url, { url, needed, authorities, noCache: plan.noCache, unconditional, plan });
    }
  }
  const all = [...byUrl.values()];
  const dues = all.flatMap(({ plan }) => (plan.due === undefined ? [] : [plan.due]));
  const forced = (task: Due): boolean => {
    const last = states.get(task.url)?.lastAttempt;
    return (
      force && task.plan.due !== undefined && (last === undefined || last > now || now - last >= settings.shortestPause)
    );
  };
  return {
    authorities,
    due: all.filter((task) => (task.plan.due !== undefined && task.plan.due <= now) || forced(task)),
    nextDue: dues.length === 0 ? undefined : Math.min(...dues),
  };
}

function planInput(needed: NeededAuthority, url: string, state: UrlState | undefined, crl: CrlRecord | undefined) {
  // What is published is the validity of complete CRLs; a delta's own dates count.
  const published = crl?.kind === 'delta' ? undefined : needed.authority.crlValidity;
  return {
    need: {
      url,
      ...(published === undefined ? {} : { published }),
      ...(needed.notAfter === undefined ? {} : { notAfter: needed.notAfter }),
    },
    ...(state === undefined ? {} : { history: state }),
    ...(crl === undefined ? {} : { held: crl }),
  };
}

/** CRLs that were dated in the future when they came, and are not any more. */
async function releasable(deps: RefreshDeps): Promise<CrlRecord[]> {
  return (await deps.store.crls({ state: 'quarantined' })).filter(({ thisUpdate }) => thisUpdate <= deps.now());
}

async function releaseQuarantined(deps: RefreshDeps, authorities: readonly NeededAuthority[]): Promise<void> {
  for (const crl of await releasable(deps)) {
    const der = await intactOctets(deps.store, crl.sha256);
    const wanted = authorities.find((a) => a.catalogue.id === crl.catalogue && a.authority.id === crl.authority);
    const url = crl.url === undefined ? {} : { url: crl.url };
    if (der !== undefined) {
      await acceptCrl(
        deps,
        { der, provenance: crl.provenance, ...url, ...(wanted === undefined ? {} : { wanted }) },
        authorities,
      );
    }
  }
}
