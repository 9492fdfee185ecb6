/**
 * `crl verify-log`: the chain of the log, the octets of every CRL, and what the stamps of timestamp authorities prove. Exit
 * code 1 where the log, a CRL or a stamp was altered, 2 where a stamp's authority cannot be proven, 0 where all is proven.
 */
import { formatTime } from '../der/time.js';
import type { Status } from '../findings/finding.js';
import { checkStamps, type StampCheck, type StampReport } from '../refresh/check-stamps.js';
import { type LogCheck, verifyContents, verifyLog } from '../store/verify.js';
import { createTrust, type Trust, type TrustInput } from '../verify/snapshot.js';
import type { CommonRequest } from '../verify/types.js';
import type { StoreOptions } from './authorities.js';
import { fileLimits, readInput } from './files.js';
import { exitCode, type Io, unreadable } from './io.js';
import { paint } from './paint.js';
import { missingLines, moment, shown } from './render-verdict.js';
import { catalogueMaterial, configured, openConfiguredStore, readTimestampAuthorities } from './trust.js';

export interface VerifyLogOptions extends StoreOptions {
  /** Of timestamp authorities: the store keeps those of the catalogues' authorities only. */
  crl?: string[];
  revocation?: CommonRequest['revocation'];
}

interface Checked {
  readonly status: Status;
  readonly log: LogCheck;
  /** Hashes of the CRLs. */
  readonly altered: readonly string[];
  readonly stamps: StampCheck;
}

export async function verifyStoredLog(options: VerifyLogOptions, io: Io): Promise<number> {
  const configuration = configured(options, io);
  const paths = options.crl ?? [];
  const given = await Promise.all(paths.map((path) => readInput(path, io, fileLimits.crl)));
  const timestampAuthorities = await readTimestampAuthorities(configuration, io);
  const store = await openConfiguredStore(configuration, false);
  try {
    const log = await verifyLog(store);
    const altered = await verifyContents(store);
    // Evidence that was altered is not asked about timestamp authorities.
    const material = await catalogueMaterial(configuration, altered.length === 0 ? store : undefined);
    const crls = [...given, ...material.crls];
    const trust = trustOf({ ...material, crls, timestampAuthorities }, [...paths], configuration.timestampAuthorities);
    const { entries } = log;
    const { revocation } = options;
    const now = io.now().getTime();
    const stamps = await checkStamps(store, { entries, trust, options: { revocation }, now });
    const status = log.ok && altered.length === 0 ? stamps.status : 'invalid';
    const checked: Checked = { status, log, altered, stamps };
    if (options.json === true) io.stdout(`${JSON.stringify(json(checked), undefined, 2)}\n`);
    else print(checked, io);
    return exitCode[status];
  } finally {
    await store.close();
  }
}

/** What the operator names must be readable: a check with half of it would say less than it seems to. */
function trustOf(input: TrustInput, crls: readonly string[], anchors: readonly string[]): Trust {
  const trust = createTrust(input);
  for (const { kind, index, finding } of trust.refused) {
    const path = kind === 'crl' ? crls[index] : kind === 'anchor' ? anchors[index] : undefined;
    if (path !== undefined) throw unreadable(`${path}: ${finding.message}`);
  }
  return trust;
}

function json({ status, log, altered, stamps }: Checked): object {
  const { ok: _, ...chain } = log;
  const { proven, unproven, ...rest } = stamps;
  return {
    status,
    ...chain,
    altered,
    stamps: {
      ...rest,
      ...(proven === undefined ? {} : { proven: { seq: proven.seq, by: formatTime(proven.by) } }),
      unproven: unproven.map(({ genTime, ...report }) => ({
        ...report,
        ...(genTime === undefined ? {} : { genTime: formatTime(genTime) }),
      })),
    },
  };
}

function print({ log, altered, stamps }: Checked, io: Io): void {
  const complain = (text: string): void => io.stderr(`unify-pki: ${text}\n`);
  if (log.ok) io.stdout(`the log is whole: ${log.entries} entries, head ${log.head}\n`);
  else complain(`the log is broken at entry ${log.broken?.seq ?? 0}`);
  if (altered.length === 0) io.stdout('every CRL is as it came\n');
  for (const sha256 of altered) complain(`the CRL ${sha256} was altered or is gone`);
  const { proven, unproven } = stamps;
  if (stamps.stamps === 0) io.stdout('no timestamp authority has stamped the log\n');
  if (proven !== undefined) {
    const until = moment(formatTime(proven.by));
    const counted = `${stamps.stamps - unproven.length} of ${stamps.stamps} stamps`;
    io.stdout(`${counted} are proven: everything up to entry ${proven.seq} existed by ${until}\n`);
  }
  for (const alike of grouped(unproven)) complain(stampWords(alike));
  const missing = new Map(unproven.flatMap((report) => report.missing).map((one) => [`${one.kind} ${one.name}`, one]));
  const lines = missingLines([...missing.values()], paint(io.colours));
  if (lines.length > 0) io.stderr(`${lines.join('\n')}\n`);
}

const errorsOf = ({ findings }: StampReport) => findings.filter(({ severity }) => severity === 'error');

/** By what is found: stamps of years share one reason. */
function grouped(reports: readonly StampReport[]): StampReport[][] {
  const groups = new Map<string, StampReport[]>();
  for (const report of reports) {
    const key = [report.status, ...errorsOf(report).map(({ code }) => code)].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), report]);
  }
  return [...groups.values()];
}

function stampWords(alike: readonly StampReport[]): string {
  const [latest] = alike;
  if (latest === undefined) return '';
  const one = alike.length === 1;
  const which = one
    ? `the stamp in entry ${latest.entry}`
    : `${alike.length} stamps, the latest in entry ${latest.entry},`;
  const verb =
    latest.status === 'invalid' ? (one ? 'is wrong' : 'are wrong') : one ? 'proves no time' : 'prove no time';
  const errors = errorsOf(latest).map(({ message, code }) => `${shown(message)} [${code}]`);
  return `${which} ${verb}: ${errors.join(' ')}`;
}
