/** The port over an engine: the parts put together, and the short ones (authorities, leases, versions) themselves. */

import { crlPart } from './crls.js';
import { count, type Engine, write } from './engine.js';
import { append, logPart } from './log.js';
import type { AuthorityRecord, Provenance, Store } from './port.js';
import { restore } from './restore.js';
import { urlPart } from './urls.js';

export function createStore(engine: Engine): Store {
  const { db } = engine;
  return {
    engine: engine.name,
    ...crlPart(engine),
    ...urlPart(engine),
    ...logPart(engine),
    authorities: async () => {
      const rows = await db.selectFrom('authority').selectAll().orderBy('catalogue').orderBy('authority').execute();
      return rows.map((row) => ({
        catalogue: row.catalogue,
        authority: row.authority,
        sha256: row.sha256,
        der: new Uint8Array(row.der),
        provenance: row.provenance as Provenance,
        addedAt: row.added_at,
      }));
    },
    putAuthority: (record) =>
      write(engine, async (trx) => {
        const held = await trx
          .selectFrom('authority')
          .select('sha256')
          .where('catalogue', '=', record.catalogue)
          .where('authority', '=', record.authority)
          .executeTakeFirst();
        if (held?.sha256 === record.sha256) return false;
        const { catalogue, authority, ...values } = authorityRow(record);
        await trx
          .insertInto('authority')
          .values({ catalogue, authority, ...values })
          .onConflict((conflict) => conflict.columns(['catalogue', 'authority']).doUpdateSet(values))
          .execute();
        const { sha256, provenance } = record;
        await append(
          trx,
          'authority',
          { catalogue, authority, sha256, provenance, replaced: held?.sha256 },
          record.addedAt,
        );
        await count(trx, 'change', 1);
        return true;
      }),
    acquireLease: (name, owner, milliseconds) =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .insertInto('lease')
          .values((eb) => ({ name, owner, until: eb(engine.clock, '+', milliseconds) }))
          .onConflict((conflict) =>
            conflict
              .column('name')
              .doUpdateSet((eb) => ({ owner, until: eb(engine.clock, '+', milliseconds) }))
              .where((eb) => eb.or([eb('lease.until', '<', engine.clock), eb('lease.owner', '=', owner)])),
          )
          .returning('owner')
          .executeTakeFirst();
        return row?.owner === owner;
      }),
    releaseLease: (name, owner) =>
      db.transaction().execute(async (trx) => {
        await trx.deleteFrom('lease').where('name', '=', name).where('owner', '=', owner).execute();
      }),
    version: async () => {
      const row = await db.selectFrom('counter').select('value').where('name', '=', 'change').executeTakeFirstOrThrow();
      return row.value;
    },
    restore: (item) => restore(engine, item),
    close: () => engine.close(),
  };
}

export function authorityRow(record: AuthorityRecord) {
  return {
    catalogue: record.catalogue,
    authority: record.authority,
    sha256: record.sha256,
    der: record.der,
    provenance: record.provenance,
    added_at: record.addedAt,
  };
}
