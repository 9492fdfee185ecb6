/**
 * One URL, once: ask, judge what comes, write down what happened. An answer counts as a success when it is a CRL that is
 * kept or known, or "not modified"; everything else leaves the old CRL in place and backs off. The attempt is recorded
 * before it is made, so that a process that dies in the middle is not followed at once by another asking the same.
 */
import { sha256Hex } from '../crypto/digest.js';
import { fetchGuarded } from '../net/fetch.js';
import type { FetchOutcome } from '../net/outcome.js';
import type { LogBody, UrlState } from '../store/port.js';
import { readCrls } from '../verify/input.js';
import { acceptCrl } from './accept.js';
import type { NeededAuthority } from './authorities.js';
import type { FetchResult, RefreshDeps } from './deps.js';

export interface FetchTask {
  readonly url: string;
  readonly needed: NeededAuthority;
  readonly authorities: readonly NeededAuthority[];
  readonly unconditional: boolean;
  readonly noCache: boolean;
}

export interface FetchReport {
  readonly catalogue: string;
  readonly authority: string;
  readonly url: string;
  readonly result: FetchResult;
  readonly reason?: string;
  readonly message?: string;
  readonly sha256?: string;
  readonly alarms: readonly string[];
  readonly milliseconds: number;
}

/** RFC 5280 §4.2.1.13, and what servers send instead. A page for people is never a CRL, whatever is in it. */
const accept = 'application/pkix-crl, application/x-pkcs7-crl, application/octet-stream;q=0.5, */*;q=0.1';
const refusedTypes =
  /^(text\/(html|css|javascript|xml)|application\/(xhtml\+xml|json|xml|javascript|pdf|zip)|(image|audio|video|font|multipart)\/.*)$/;

interface Judged {
  readonly result: FetchResult;
  readonly reason?: string;
  readonly message?: string;
  readonly sha256?: string;
  readonly alarms: readonly string[];
}

export async function fetchCrl(deps: RefreshDeps, task: FetchTask, signal: AbortSignal): Promise<FetchReport> {
  const { store, guard } = deps;
  const { url, needed } = task;
  const before = await store.urlState(url);
  const startedAt = deps.now();
  const clock = performance.now();
  await store.beginAttempt(url, startedAt);
  const outcome = await fetchGuarded(url, {
    guard,
    accept,
    acceptsType: (type) => !refusedTypes.test(type),
    noCache: task.noCache,
    signal,
    validators: task.unconditional || before === undefined ? {} : validatorsOf(before),
  });
  const judged = await judge(deps, task, outcome);
  const now = deps.now();
  await store.endAttempt(nextState(url, before, outcome, judged, startedAt, now), now, logBody(url, outcome, judged));
  const milliseconds = Math.round(performance.now() - clock);
  const ids = { catalogue: needed.catalogue.id, authority: needed.authority.id };
  deps.onEvent?.({
    type: 'fetch',
    ...ids,
    url,
    result: judged.result,
    ...(judged.reason === undefined ? {} : { reason: judged.reason }),
    milliseconds,
    octets: outcome.kind === 'fetched' ? outcome.bytes.length : 0,
  });
  return { ...ids, url, ...judged, milliseconds };
}

const validatorsOf = ({ etag, lastModified }: UrlState) => ({
  ...(etag === undefined ? {} : { etag }),
  ...(lastModified === undefined ? {} : { lastModified }),
});

async function judge(deps: RefreshDeps, task: FetchTask, outcome: FetchOutcome): Promise<Judged> {
  if (outcome.kind === 'failed') {
    return { result: 'failed', reason: outcome.reason, message: outcome.message, alarms: [] };
  }
  if (outcome.kind === 'not_modified') return { result: 'not_modified', alarms: [] };
  const refused = (reason: string, message: string): Judged => ({ result: 'refused', reason, message, alarms: [] });
  const blocks = readCrls(outcome.bytes);
  if (!blocks.ok) return refused('crl_malformed', `expected ${blocks.expected}, found ${blocks.found}`);
  const [der, second] = blocks.value;
  if (der === undefined || second !== undefined)
    return refused('crl_malformed', 'expected one CRL, found another number');
  const answer = await acceptCrl(
    deps,
    { der, provenance: 'fetched', url: task.url, wanted: task.needed },
    task.authorities,
  );
  if (!answer.ok) return refused(answer.code, answer.message);
  const { record, change } = answer;
  const alarms = answer.alarms.map(({ code }) => code);
  const base = { sha256: record.sha256, alarms };
  if (record.state === 'quarantined') return { result: 'quarantined', reason: 'crl_from_future', ...base };
  if (change === 'unchanged') return { result: 'unchanged', ...base };
  return { result: record.current ? 'new' : 'archived', ...base };
}

/** Validators are kept only for an answer that was taken: a 304 must never stand for something that was refused. */
function nextState(
  url: string,
  before: UrlState | undefined,
  outcome: FetchOutcome,
  judged: Judged,
  startedAt: number,
  now: number,
): UrlState {
  const attempt = { url, lastAttempt: startedAt, outcome: judged.reason ?? judged.result };
  if (outcome.kind === 'not_modified' && before !== undefined) {
    return { ...before, ...attempt, lastSuccess: now, failures: 0 };
  }
  const good = outcome.kind === 'fetched' && judged.result !== 'refused' && judged.result !== 'quarantined';
  if (!good) return { ...before, ...attempt, failures: (before?.failures ?? 0) + 1 };
  const { etag, lastModified } = outcome.facts;
  return {
    ...attempt,
    lastSuccess: now,
    lastFull: now,
    failures: 0,
    ...(judged.sha256 === undefined ? {} : { sha256: judged.sha256 }),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  };
}

function logBody(url: string, outcome: FetchOutcome, judged: Judged): LogBody {
  return {
    url,
    result: judged.result,
    reason: judged.reason,
    // Of what was refused too: it shows later who sent what.
    sha256: judged.sha256 ?? (outcome.kind === 'fetched' ? sha256Hex(outcome.bytes) : undefined),
    alarms: judged.alarms.length === 0 ? undefined : judged.alarms,
    address: outcome.address,
    answeredBy: outcome.url === url ? undefined : outcome.url,
    status: outcome.kind === 'failed' ? outcome.status : undefined,
    ...(outcome.kind === 'failed' ? {} : outcome.facts),
  };
}
