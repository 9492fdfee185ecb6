/**
 * CRLs: content, facts and place in history. A line is what rules 3 of REVOCATION.md compares: the same issuer, key,
 * scope and kind; each has at most one current CRL. Rows are added and moved, never deleted.
 */
import type { Selectable } from 'kysely';
import { count, type Engine, present, type Reader, type Writer, write } from './engine.js';
import { sha256Octets } from './hash.js';
import { append } from './log.js';
import {
  type CrlFacts,
  type CrlPlacement,
  type CrlRecord,
  type CrlRivals,
  type CrlState,
  type Provenance,
  type Store,
  StoreError,
} from './port.js';
import type { Tables } from './schema.js';

export function crlPart(engine: Engine): Pick<Store, 'addCrl' | 'crls' | 'crl' | 'crlBytes'> {
  return {
    addCrl: async (crl, judge) => {
      const sha256 = await sha256Octets(crl.bytes);
      // Durable before the row says so: a crash in between leaves a file without a row, which harms nobody.
      if ((await recordOf(engine.db, sha256)) === undefined) await engine.octets.before(sha256, crl.bytes);
      else await mend(engine, sha256, crl.bytes, crl.at);
      return write(engine, async (trx) => {
        const rivals = await rivalsOf(trx, sha256, crl.facts);
        const placement = judge(rivals);
        if (placement === 'unchanged' || (rivals.same !== undefined && samePlace(rivals.same, placement))) {
          if (rivals.same === undefined) throw new TypeError('a CRL that is not held cannot stay unchanged');
          return { change: 'unchanged', record: rivals.same };
        }
        const record: CrlRecord = rivals.same
          ? { ...rivals.same, ...placement }
          : {
              ...crl.facts,
              ...placement,
              sha256,
              size: crl.bytes.length,
              provenance: crl.provenance,
              addedAt: crl.at,
              ...(crl.url === undefined ? {} : { url: crl.url }),
            };
        if (rivals.same === undefined) await insertCrl(engine, trx, record, crl.bytes);
        else await place(trx, sha256, placement);
        if (placement.current) await retireOthers(trx, record);
        await append(trx, `crl_${placement.state}`, logged(record), crl.at);
        await count(trx, 'change', 1);
        return { change: rivals.same === undefined ? 'added' : 'moved', record };
      });
    },
    crls: async (filter = {}) => {
      let query = engine.db.selectFrom('crl').selectAll();
      if (filter.catalogue !== undefined) query = query.where('catalogue', '=', filter.catalogue);
      if (filter.authority !== undefined) query = query.where('authority', '=', filter.authority);
      if (filter.issuerKey !== undefined) query = query.where('issuer_key', '=', filter.issuerKey);
      if (filter.current !== undefined) query = query.where('current', '=', Number(filter.current));
      if (filter.state !== undefined) query = query.where('state', '=', filter.state);
      return (await query.orderBy('this_update').orderBy('sha256').execute()).map(toRecord);
    },
    crl: (sha256) => recordOf(engine.db, sha256),
    crlBytes: async (sha256) => {
      const bytes = await intactOctets(engine, sha256);
      // Left out in silence it would take its revocations along.
      if (bytes === undefined && (await recordOf(engine.db, sha256)) !== undefined) {
        throw new StoreError(
          'corrupt',
          `the stored CRL ${sha256} was altered or lost: import it again, or a backup of the store`,
        );
      }
      return bytes;
    },
  };
}

async function intactOctets(engine: Engine, sha256: string): Promise<Uint8Array | undefined> {
  const bytes = await engine.octets.read(engine.db, sha256);
  return bytes !== undefined && (await sha256Octets(bytes)) === sha256 ? bytes : undefined;
}

/** Puts the octets of a CRL that is held in again where they were altered or lost; false where they were not. */
export async function mend(engine: Engine, sha256: string, bytes: Uint8Array, at: number): Promise<boolean> {
  if ((await intactOctets(engine, sha256)) !== undefined) return false;
  await engine.octets.before(sha256, bytes);
  await write(engine, async (trx) => {
    await engine.octets.within(trx, sha256, bytes);
    await append(trx, 'crl_mended', { sha256 }, at);
    await count(trx, 'change', 1);
  });
  return true;
}

/** Puts the octets and the row in; shared with restoring. */
export async function insertCrl(engine: Engine, trx: Writer, record: CrlRecord, bytes: Uint8Array): Promise<void> {
  await engine.octets.within(trx, record.sha256, bytes);
  await trx.insertInto('crl').values(toRow(record)).execute();
}

/** At most one current CRL in a line. */
export async function retireOthers(trx: Writer, record: CrlRecord): Promise<void> {
  await trx
    .updateTable('crl')
    .set({ current: 0 })
    .where('issuer', '=', record.issuer)
    .where('issuer_key', '=', record.issuerKey)
    .where('scope', '=', record.scope)
    .where('kind', '=', record.kind)
    .where('current', '=', 1)
    .where('sha256', '!=', record.sha256)
    .execute();
}

async function place(trx: Writer, sha256: string, placement: CrlPlacement): Promise<void> {
  await trx
    .updateTable('crl')
    .set({
      state: placement.state,
      current: Number(placement.current),
      revocation_only: Number(placement.revocationOnly),
      notes: JSON.stringify(placement.notes),
    })
    .where('sha256', '=', sha256)
    .execute();
}

export async function recordOf(db: Reader, sha256: string): Promise<CrlRecord | undefined> {
  const row = await db.selectFrom('crl').selectAll().where('sha256', '=', sha256).executeTakeFirst();
  return row && toRecord(row);
}

export async function rivalsOf(trx: Writer, sha256: string, facts: CrlFacts): Promise<CrlRivals> {
  const line = trx
    .selectFrom('crl')
    .selectAll()
    .where('issuer', '=', facts.issuer)
    .where('issuer_key', '=', facts.issuerKey)
    .where('scope', '=', facts.scope)
    .where('kind', '=', facts.kind);
  const same = await recordOf(trx, sha256);
  const current = await line.where('current', '=', 1).executeTakeFirst();
  const sameNumber =
    facts.number === undefined
      ? []
      : await line.where('number', '=', facts.number).where('sha256', '!=', sha256).limit(8).execute();
  return {
    ...(same === undefined ? {} : { same }),
    ...(current === undefined ? {} : { current: toRecord(current) }),
    sameNumber: sameNumber.map(toRecord),
  };
}

const samePlace = (held: CrlPlacement, next: CrlPlacement): boolean =>
  held.state === next.state && held.current === next.current && held.revocationOnly === next.revocationOnly;

const logged = (record: CrlRecord) => ({
  sha256: record.sha256,
  issuer: record.issuer,
  catalogue: record.catalogue,
  authority: record.authority,
  number: record.number,
  thisUpdate: record.thisUpdate,
  nextUpdate: record.nextUpdate,
  kind: record.kind,
  current: record.current,
  notes: record.notes,
  provenance: record.provenance,
  url: record.url,
});

function toRow(record: CrlRecord): Tables['crl'] {
  return {
    sha256: record.sha256,
    size: record.size,
    issuer: record.issuer,
    issuer_key: record.issuerKey,
    catalogue: record.catalogue ?? null,
    authority: record.authority ?? null,
    scope: record.scope,
    kind: record.kind,
    number: record.number ?? null,
    base_number: record.baseNumber ?? null,
    this_update: record.thisUpdate,
    next_update: record.nextUpdate ?? null,
    entries: record.entries,
    state: record.state,
    current: Number(record.current),
    revocation_only: Number(record.revocationOnly),
    notes: JSON.stringify(record.notes),
    provenance: record.provenance,
    url: record.url ?? null,
    added_at: record.addedAt,
  };
}

function toRecord(row: Selectable<Tables['crl']>): CrlRecord {
  return {
    sha256: row.sha256,
    size: row.size,
    issuer: row.issuer,
    issuerKey: row.issuer_key,
    scope: row.scope,
    kind: row.kind === 'delta' ? 'delta' : 'base',
    thisUpdate: row.this_update,
    entries: row.entries,
    state: row.state as CrlState,
    current: row.current === 1,
    revocationOnly: row.revocation_only === 1,
    notes: JSON.parse(row.notes) as string[],
    provenance: row.provenance as Provenance,
    addedAt: row.added_at,
    ...present({
      catalogue: row.catalogue,
      authority: row.authority,
      number: row.number,
      baseNumber: row.base_number,
      nextUpdate: row.next_update,
      url: row.url,
    }),
  };
}
