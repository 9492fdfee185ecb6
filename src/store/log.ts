/**
 * The append-only log. Each entry's hash covers its content and the hash before it, so an entry that is changed, taken
 * out or put in between shows; a log cut off at its end shows against the counter that is kept beside it, and against
 * any head that was stamped or written down elsewhere.
 */
import { count, type Engine, type Writer, write } from './engine.js';
import { sha256Text } from './hash.js';
import type { LogBody, LogEntry, Store } from './port.js';

/** What the first entry is chained to. */
export const genesis = '0'.repeat(64);

/** What an entry's hash is of. */
export const sealedText = ({ seq, at, kind, body, previous }: Omit<LogEntry, 'hash'>): string =>
  [seq, at, kind, body, previous].join('\n');

export const entryHash = (entry: Omit<LogEntry, 'hash'>): string => sha256Text(sealedText(entry));

/** Keys sorted, absent ones left out: the same content has the same text. */
export function bodyText(body: LogBody): string {
  const present = Object.entries(body).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(present.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Appends within a transaction of `write`. */
export async function append(trx: Writer, kind: string, body: LogBody, at: number): Promise<LogEntry> {
  const seq = await count(trx, 'log', 1);
  const before = await trx
    .selectFrom('log')
    .select('hash')
    .where('seq', '=', seq - 1)
    .executeTakeFirst();
  const unsealed = { seq, at: Math.trunc(at), kind, body: bodyText(body), previous: before?.hash ?? genesis };
  const entry = { ...unsealed, hash: entryHash(unsealed) };
  await trx.insertInto('log').values(entry).execute();
  return entry;
}

export function logPart(engine: Engine): Pick<Store, 'appendLog' | 'log' | 'lastLog' | 'logHead'> {
  return {
    appendLog: (kind, body, at) => write(engine, (trx) => append(trx, kind, body, at)),
    log: (after, limit) =>
      engine.db.selectFrom('log').selectAll().where('seq', '>', after).orderBy('seq').limit(limit).execute(),
    lastLog: (kind) =>
      engine.db
        .selectFrom('log')
        .selectAll()
        .where('kind', '=', kind)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst(),
    logHead: async () => {
      const counter = await engine.db
        .selectFrom('counter')
        .select('value')
        .where('name', '=', 'log')
        .executeTakeFirstOrThrow();
      const last = await engine.db.selectFrom('log').select('hash').where('seq', '=', counter.value).executeTakeFirst();
      return { seq: counter.value, hash: last?.hash ?? genesis };
    },
  };
}
