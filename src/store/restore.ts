/**
 * Puts single items of another store in, as they were. What is held already stays, and is mended where it was damaged; a CRL becomes current only where its
 * line has none or an older one, so that an old backup cannot turn the clock back.
 */

import { sha256Hex } from '../crypto/digest.js';
import { insertCrl, mend, recordOf, retireOthers, rivalsOf } from './crls.js';
import { count, type Engine, type Writer, write } from './engine.js';
import { sha256Octets } from './hash.js';
import { append, entryHash } from './log.js';
import { type CrlRecord, type LogEntry, type RestoreItem, StoreError } from './port.js';
import { insertKnownUrl, insertNoted, putState } from './urls.js';

/** False where there was nothing to do. */
export async function restore(engine: Engine, item: RestoreItem): Promise<boolean> {
  switch (item.type) {
    case 'crl':
      return restoreCrl(engine, item.record, item.bytes);
    case 'authority':
      return write(engine, async (trx) => {
        const { catalogue, authority, sha256, der, provenance, addedAt } = item.record;
        if (sha256Hex(der) !== sha256) throw new StoreError('import_invalid', `authority ${authority}: wrong hash`);
        const done = await trx
          .insertInto('authority')
          .values({ catalogue, authority, sha256, der, provenance, added_at: addedAt })
          .onConflict((conflict) => conflict.columns(['catalogue', 'authority']).doNothing())
          .returning('sha256')
          .executeTakeFirst();
        if (done !== undefined) await count(trx, 'change', 1);
        return done !== undefined;
      });
    case 'url':
      return write(engine, async (trx) => {
        const held = await trx
          .selectFrom('url_state')
          .select('url')
          .where('url', '=', item.state.url)
          .executeTakeFirst();
        if (held === undefined) await putState(trx, item.state);
        return held === undefined;
      });
    case 'known':
      return write(engine, (trx) => insertKnownUrl(trx, item.url));
    case 'certificate':
      return write(engine, (trx) => insertNoted(trx, item.noted));
    case 'log':
      return write(engine, (trx) => restoreLog(trx, item.entry));
  }
}

async function restoreCrl(engine: Engine, record: CrlRecord, bytes: Uint8Array): Promise<boolean> {
  if ((await sha256Octets(bytes)) !== record.sha256)
    throw new StoreError('import_invalid', `CRL ${record.sha256}: wrong hash`);
  if ((await recordOf(engine.db, record.sha256)) !== undefined) {
    return mend(engine, record.sha256, bytes, Date.now());
  }
  await engine.octets.before(record.sha256, bytes);
  return write(engine, async (trx) => {
    const rivals = await rivalsOf(trx, record.sha256, record);
    if (rivals.same !== undefined) return false;
    const current = record.current && (rivals.current === undefined || rivals.current.thisUpdate < record.thisUpdate);
    const placed = { ...record, current };
    await insertCrl(engine, trx, placed, bytes);
    if (current) await retireOthers(trx, placed);
    await count(trx, 'change', 1);
    return true;
  });
}

/**
 * An entry that continues this store's chain is taken as it is, which makes an empty store a true copy. Any other is
 * wrapped into an entry of this chain: two histories cannot be one, and neither may be lost.
 */
async function restoreLog(trx: Writer, entry: LogEntry): Promise<boolean> {
  if (entryHash(entry) !== entry.hash) throw new StoreError('import_invalid', `log entry ${entry.seq}: wrong hash`);
  const held = await trx.selectFrom('log').select('hash').where('hash', '=', entry.hash).executeTakeFirst();
  if (held !== undefined) return false;
  const last = await trx.selectFrom('log').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  const continues = last === undefined ? entry.seq === 1 : last.seq + 1 === entry.seq && last.hash === entry.previous;
  if (continues) {
    await count(trx, 'log', 1);
    await trx.insertInto('log').values(entry).execute();
    return true;
  }
  // The kind carries the hash, so that a second import of the same file finds it by the index.
  const kind = `foreign:${entry.hash}`;
  const known = await trx.selectFrom('log').select('seq').where('kind', '=', kind).executeTakeFirst();
  if (known !== undefined) return false;
  await append(trx, kind, { entry: JSON.stringify(entry) }, entry.at);
  return true;
}
