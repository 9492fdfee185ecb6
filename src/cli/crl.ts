/** `crl list | refresh | import | history`: the evidence on revocation that is held, and how it gets there. */

import { formatTime } from '../der/time.js';
import { crlReport } from '../http/crls.js';
import { inWords, recognise } from '../http/recognise.js';
import { createGuard } from '../net/guard.js';
import { importCrl } from '../refresh/bring.js';
import type { RefreshDeps } from '../refresh/deps.js';
import type { FetchReport } from '../refresh/fetch.js';
import { refreshOnce } from '../refresh/job.js';
import { type AuthorityStatus, crlStatus, type FreshnessState } from '../refresh/status.js';
import type { CrlRecord } from '../store/port.js';
import { plainTable, type StoreOptions } from './authorities.js';
import { readCatalogues } from './catalogues.js';
import { threadIndexer } from './crl-indexer.js';
import { fileLimits, readInput } from './files.js';
import { type ExitCode, exitCode, type Io, usageError, worst } from './io.js';
import { type Paint, paint } from './paint.js';
import { refreshAnswer, statusAnswer } from './refresh-answer.js';
import { moment } from './render-verdict.js';
import { configured, openConfiguredStore } from './trust.js';

/** Runs `work` with the store and all that the CRL job needs, and closes it again. */
async function withJob<T>(options: StoreOptions, io: Io, work: (deps: RefreshDeps) => Promise<T>): Promise<T> {
  const configuration = configured(options, io);
  const { catalogues } = readCatalogues(configuration.catalogues);
  const store = await openConfiguredStore(configuration, true);
  try {
    const guard = createGuard(configuration.network);
    const { schedule } = configuration;
    return await work({
      store,
      guard,
      catalogues,
      now: () => io.now().getTime(),
      indexer: threadIndexer,
      ...(schedule === undefined ? {} : { plan: schedule.plan }),
    });
  } finally {
    await store.close();
  }
}

const print = (io: Io, value: unknown): void => io.stdout(`${JSON.stringify(value, undefined, 2)}\n`);

export function crlList(options: StoreOptions, io: Io): Promise<number> {
  return withJob(options, io, async (deps) => {
    const statuses = await crlStatus(deps);
    if (options.json === true) print(io, statuses.map(statusAnswer));
    else io.stdout(`${statusTable(statuses, paint(io.colours))}\n`);
    return exitCode.valid;
  });
}

const stateWords: Record<FreshnessState, string> = {
  fresh: 'fresh',
  stale: 'stale: its CRL should have been renewed',
  missing: 'no CRL held',
  retired: 'retired: expired, no CRL is expected',
  not_installed: 'its certificate is not installed',
  disputed: 'not used: its facts differ from the published ones',
};

function statusTable(statuses: readonly AuthorityStatus[], { bold, status }: Paint): string {
  const rows = statuses.map(({ authority, state, current, until, urls }) => [
    authority,
    status(state === 'fresh' ? 'valid' : state === 'retired' ? 'indeterminate' : 'invalid', stateWords[state]),
    current?.number ?? '-',
    current === undefined ? '-' : moment(formatTime(current.thisUpdate)),
    until === undefined ? '-' : moment(formatTime(until)),
    urls.length === 0 ? 'no URL known: import its CRLs' : urls.join(' '),
  ]);
  return plainTable(
    ['authority', 'state', 'number', 'of', 'counts until', 'fetched from'].map((head) => bold(head)),
    rows,
  );
}

/** Exit code: 0 when every authority that is not retired is fresh; else 69 where fetching failed, 2 where nothing could be fetched. */
export function crlRefresh(options: StoreOptions & { force?: boolean }, io: Io): Promise<number> {
  return withJob(options, io, async (deps) => {
    const colours = paint(io.colours);
    const report = await refreshOnce(deps, {
      force: options.force === true,
      onProgress: (fetch) => options.json !== true && io.stderr(`${fetchLine(fetch)}\n`),
    });
    if (options.json === true) print(io, refreshAnswer(report));
    else {
      if (!report.ran) io.stderr('another process is refreshing; this is what it has so far\n');
      io.stdout(`${statusTable(report.authorities, colours)}\n`);
    }
    if (report.fresh) return exitCode.valid;
    return report.fetches.some(({ result }) => result === 'failed') ? exitCode.network : exitCode.indeterminate;
  });
}

const results: Record<FetchReport['result'], string> = {
  new: 'a new CRL',
  unchanged: 'the CRL that is held',
  not_modified: 'not modified',
  archived: 'an older CRL, kept in the history',
  quarantined: 'a CRL dated in the future, kept apart',
  refused: 'refused',
  failed: 'failed',
};

function fetchLine(fetch: FetchReport): string {
  const why = fetch.message ?? fetch.reason;
  const alarms = fetch.alarms.map((alarm) => ` ALARM ${alarm}`).join('');
  return `${fetch.authority}  ${fetch.url}  ${results[fetch.result]}${why === undefined ? '' : ` (${why})`}${alarms}`;
}

/** Exit code 65 for what is no CRL, 1 for one that no installed authority signed. */
export async function crlImport(paths: string[], options: StoreOptions, io: Io): Promise<number> {
  const files = await Promise.all(
    paths.map(async (path) => ({ path, bytes: await readInput(path, io, fileLimits.crl) })),
  );
  return withJob(options, io, async (deps) => {
    const codes: ExitCode[] = [];
    const imported: object[] = [];
    for (const { path, bytes } of files) {
      for (const answer of await importCrl(deps, bytes, 'imported')) {
        if (answer.ok) {
          imported.push({ file: path, change: answer.change, ...crlReport(answer.record, deps.now()) });
          if (options.json !== true) io.stdout(`${path}: ${answer.change}, ${recordWords(answer.record)}\n`);
          continue;
        }
        const kind = recognise(bytes);
        const other = kind !== 'crl' && kind !== 'unknown' && answer.code === 'crl_malformed';
        codes.push(answer.code === 'crl_malformed' ? exitCode.unreadable : exitCode.invalid);
        io.stderr(
          `unify-pki: ${path}: ${other ? `expected a CRL, found ${inWords[kind]}` : answer.message} [${answer.code}]\n`,
        );
      }
    }
    if (options.json === true) print(io, imported);
    return worst(codes);
  });
}

const recordWords = (record: CrlRecord): string =>
  `CRL ${record.number ?? 'without number'} of ${record.authority ?? record.issuer}, ${moment(formatTime(record.thisUpdate))}, ${record.entries} entries${record.current ? ', current' : ''}`;

export function crlHistory(authority: string, options: StoreOptions, io: Io): Promise<number> {
  return withJob(options, io, async (deps) => {
    const known = deps.catalogues.flatMap((catalogue) => catalogue.authorities.map(({ id }) => id));
    if (!known.includes(authority)) {
      throw usageError(`unknown authority "${authority.slice(0, 80)}"; known are ${known.join(', ')}`);
    }
    const records = await deps.store.crls({ authority });
    if (options.json === true)
      print(
        io,
        records.map((record) => crlReport(record, deps.now())),
      );
    else if (records.length === 0) io.stdout(`no CRL of ${authority} is held\n`);
    else io.stdout(`${historyTable(records, paint(io.colours))}\n`);
    return exitCode.valid;
  });
}

function historyTable(records: readonly CrlRecord[], { bold, dim }: Paint): string {
  const rows = records.map((record) => [
    record.number ?? '-',
    moment(formatTime(record.thisUpdate)),
    record.nextUpdate === undefined ? '-' : moment(formatTime(record.nextUpdate)),
    String(record.entries),
    `${record.kind}${record.current ? ', current' : ''}${record.state === 'accepted' ? '' : `, ${record.state}`}`,
    record.provenance,
    dim(record.sha256),
  ]);
  const head = ['number', 'thisUpdate', 'nextUpdate', 'entries', 'kind', 'came by', 'SHA-256'];
  return plainTable(
    head.map((text) => bold(text)),
    rows,
  );
}
