/**
 * The service of one process, wired from store, CRL job and core: it makes the snapshot, swaps it when something new
 * arrives from a request, an import, the job or another replica, and answers what the routes ask. A store that is away
 * does not stop verification: the last snapshot stays, and readiness says so.
 */
import { sha256Hex } from '../crypto/digest.js';
import type { Log } from '../http/app.js';
import type { AuthorityState, ObservedFetch, Outcome, Service } from '../http/service.js';
import type { Acceptance } from '../refresh/accept.js';
import { type Harvest, harvest, importAuthorities, importCrl } from '../refresh/bring.js';
import type { RefreshDeps } from '../refresh/deps.js';
import { createEvidenceReader } from '../refresh/evidence.js';
import { refreshOnce, type ScheduleOptions, startSchedule } from '../refresh/job.js';
import { StoreError } from '../store/port.js';
import { watchStore } from '../store/watch.js';
import { readCertificates } from '../verify/input.js';
import { createTrust, type Trust, type TrustInput } from '../verify/snapshot.js';
import { authorityStates } from './authority-states.js';
import { pinDifference } from './catalogues.js';
import { threadIndexer } from './crl-indexer.js';
import { refreshAnswer } from './refresh-answer.js';

export interface LocalServiceInput extends RefreshDeps {
  /** Certificates that come with the installation; each has a pin. */
  readonly certificates: readonly Uint8Array[];
  readonly timestampAuthorities?: readonly Uint8Array[];
  readonly log: Log;
  readonly schedule?: ScheduleOptions;
}

export interface LocalService extends Service {
  /** Makes the snapshot anew; calls during a run share the next one. */
  reload(): Promise<void>;
  /** Fetches by the plan from now on. */
  schedule(): void;
  stop(): Promise<void>;
}

/** Octets that requests brought and the store was asked about; the same ones come with every message of a busy signer. */
const rememberedOffers = 4096;

export async function createLocalService(input: LocalServiceInput): Promise<LocalService> {
  const { store, catalogues, log } = input;
  const readEvidence = createEvidenceReader(store, { indexer: threadIndexer });
  let trust: Trust;
  let material: TrustInput;
  let states: AuthorityState[];
  let available = true;
  /** Why the last snapshot stays; undefined where it is the newest. */
  let outdated: string | undefined;
  let stopSchedule: () => Promise<void> = async () => {};

  const reload = singleFlight(async () => {
    try {
      await make();
      outdated = undefined;
    } catch (error) {
      // Other messages than the store's own may quote what is no reader's business.
      const why = error instanceof StoreError ? error.message : 'the store could not be read';
      if (why !== outdated) log.error({ error: nameOf(error) }, 'the snapshot could not be made anew');
      outdated = why;
      throw error;
    }
  });
  const make = async (): Promise<void> => {
    const { authorities, crls, history } = await readEvidence();
    const intermediates = [...input.certificates, ...authorities];
    states = authorityStates(catalogues, intermediates);
    const made: TrustInput = {
      catalogues: [...catalogues],
      intermediates,
      crls,
      history,
      timestampAuthorities: [...(input.timestampAuthorities ?? [])],
    };
    trust = createTrust(made);
    material = made;
  };
  const reloadLater = (): void => {
    reload().catch(() => {});
  };
  const deps: RefreshDeps = {
    ...input,
    indexer: threadIndexer,
    onEvent: (event) => {
      input.onEvent?.(event);
      if (event.type === 'stored') reloadLater();
      if (event.type === 'fetch') for (const listener of fetchListeners) listener(event);
    },
  };
  const offers = createOffers();
  /** Apart: an authority may be asked about as a certificate, and is then both. */
  const verified = createOffers();
  const later = createQueue();
  const fetchListeners: ((fetch: ObservedFetch) => void)[] = [];

  for (const der of input.certificates) await importAuthorities(deps, der, 'imported');
  // Asked first: what another replica brings while the snapshot is made is seen as new.
  const version = await store.version();
  await reload();
  const stopWatching = watchStore(store, version, {
    onChange: reload,
    onAvailability: (reachable) => {
      available = reachable;
      log.warn({ available }, reachable ? 'the store is back' : 'the store is away; the last snapshot stays');
    },
  });

  const bring = async (found: Harvest): Promise<void> => {
    const brought = Object.values(found).flat();
    if (brought.length === 0) return;
    try {
      if (await harvest(deps, found)) await reload();
    } catch (error) {
      offers.forget(brought);
      verified.forget(brought);
      log.error({ error: nameOf(error) }, 'what a request brought was not stored');
    }
  };

  return {
    now: () => new Date(input.now()),
    trust: () => trust,
    material: () => material,
    authorities: () => states,
    async install(der, id) {
      const difference = pinDifference(catalogues, der, id);
      if (difference !== undefined) return { ok: false, problem: 'refused', detail: difference };
      const [answer] = await importAuthorities(deps, der, 'posted');
      if (answer?.ok !== true) return { ok: false, problem: 'malformed', detail: answer?.message ?? 'nothing came' };
      await reload();
      return { ok: true, change: answer.change, id: answer.pinned.authority.id };
    },
    crls: (filter) => store.crls(filter),
    crlBytes: (sha256) => store.crlBytes(sha256),
    async importCrl(bytes) {
      const answers = await importCrl(deps, bytes, 'posted');
      await reload();
      return answers.map(outcomeOf);
    },
    async refresh() {
      const report = await refreshOnce(deps);
      await reload();
      return refreshAnswer(report);
    },
    async keep({ authorities, crls }, certificate) {
      // A store that is away must not hold up the answer; what is missed comes again with another request.
      if (!available) return;
      // What a verified certificate tells of CRLs changes no verdict, so no answer waits for it.
      const certificates = certificate === undefined ? [] : verified.fresh(firstOf(certificate));
      if (certificates.length > 0) later.add(() => bring({ certificates }));
      await bring({ authorities: offers.fresh(authorities), crls: offers.fresh(crls) });
    },
    readiness() {
      const unused = states.filter((state) => !state.used).map(({ authority }) => authority.id);
      return {
        ready: true,
        notes: [
          ...(available ? [] : ['the store cannot be reached; verification goes on with the last snapshot']),
          ...(available && outdated !== undefined ? [`verification goes on with the last snapshot: ${outdated}`] : []),
          ...(unused.length === 0 ? [] : [`not installed or not used: ${unused.join(', ')}`]),
        ],
      };
    },
    onFetch: (listener) => void fetchListeners.push(listener),
    reload,
    schedule() {
      stopSchedule = startSchedule(deps, input.schedule);
    },
    async stop() {
      stopWatching();
      await stopSchedule();
      await later.done();
    },
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown');

const outcomeOf = (answer: Acceptance): Outcome =>
  answer.ok
    ? { ok: true, change: answer.change, id: answer.record.sha256 }
    : { ok: false, problem: answer.code === 'crl_malformed' ? 'malformed' : 'refused', detail: answer.message };

/** The end entity, as DER, of what a request called its certificate. */
function firstOf(certificate: Uint8Array): Uint8Array[] {
  const blocks = readCertificates(certificate);
  return blocks.ok ? blocks.value.slice(0, 1) : [];
}

/** Which octets were not offered to the store lately. */
function createOffers() {
  const seen = new Set<string>();
  return {
    fresh: (all: readonly Uint8Array[]): Uint8Array[] =>
      all.filter((der) => {
        const hash = sha256Hex(der);
        if (seen.has(hash)) return false;
        if (seen.size >= rememberedOffers) seen.clear();
        seen.add(hash);
        return true;
      }),
    forget: (all: readonly Uint8Array[]): void => {
      for (const der of all) seen.delete(sha256Hex(der));
    },
  };
}

/** Work that no one waits for, one after the other; more than this at once is left out. */
const longestQueue = 256;

function createQueue() {
  let tail = Promise.resolve();
  let length = 0;
  return {
    add(work: () => Promise<void>): void {
      if (length >= longestQueue) return;
      length += 1;
      tail = tail.then(work).finally(() => {
        length -= 1;
      });
    },
    done: () => tail,
  };
}

/** One run at a time; a call during a run asks for one more after it, which all such calls share. */
function singleFlight(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}
