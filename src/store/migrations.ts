/**
 * Brings a database to this version's schema, by itself and in one transaction. A database that a newer version has
 * migrated is refused: an older program would write rows that the newer one does not expect.
 * Migrations are only ever added at the end.
 */
import type { Kysely, Transaction } from 'kysely';
import { StoreError } from './port.js';
import type { Tables } from './schema.js';

export type OctetType = 'blob' | 'bytea';

type Migration = (db: Transaction<Tables>, octets: OctetType) => Promise<void>;

const migrations: readonly Migration[] = [firstSchema];

export const schemaVersion = migrations.length;

/** `lock` keeps other processes out of the migrations until the transaction ends. */
export async function migrate(
  db: Kysely<Tables>,
  octets: OctetType,
  lock: (trx: Transaction<Tables>) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lock(trx);
    await trx.schema
      .createTable('schema_version')
      .ifNotExists()
      .addColumn('version', 'integer', (c) => c.notNull())
      .execute();
    const row = await trx.selectFrom('schema_version').select('version').executeTakeFirst();
    const found = row?.version ?? 0;
    if (found > migrations.length) {
      throw new StoreError(
        'schema_newer',
        `the store has schema version ${found}, this program knows ${migrations.length}: use the newer program, or another store`,
      );
    }
    for (const step of migrations.slice(found)) await step(trx, octets);
    if (row === undefined) await trx.insertInto('schema_version').values({ version: migrations.length }).execute();
    else if (found < migrations.length)
      await trx.updateTable('schema_version').set({ version: migrations.length }).execute();
  });
}

async function firstSchema(db: Transaction<Tables>, octets: OctetType): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('authority')
    .addColumn('catalogue', 'text', (c) => c.notNull())
    .addColumn('authority', 'text', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('der', octets as 'blob', (c) => c.notNull())
    .addColumn('provenance', 'text', (c) => c.notNull())
    .addColumn('added_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('authority_key', ['catalogue', 'authority'])
    .execute();
  await schema
    .createTable('crl')
    .addColumn('sha256', 'text', (c) => c.primaryKey())
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('issuer', 'text', (c) => c.notNull())
    .addColumn('issuer_key', 'text', (c) => c.notNull())
    .addColumn('catalogue', 'text')
    .addColumn('authority', 'text')
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('number', 'text')
    .addColumn('base_number', 'text')
    .addColumn('this_update', 'bigint', (c) => c.notNull())
    .addColumn('next_update', 'bigint')
    .addColumn('entries', 'bigint', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('current', 'integer', (c) => c.notNull())
    .addColumn('revocation_only', 'integer', (c) => c.notNull())
    .addColumn('notes', 'text', (c) => c.notNull())
    .addColumn('provenance', 'text', (c) => c.notNull())
    .addColumn('url', 'text')
    .addColumn('added_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema.createIndex('crl_line').on('crl').columns(['issuer_key', 'scope', 'kind', 'this_update']).execute();
  await schema
    .createTable('crl_chunk')
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('octets', octets as 'blob', (c) => c.notNull())
    .addPrimaryKeyConstraint('crl_chunk_key', ['sha256', 'position'])
    .execute();
  await schema
    .createTable('url_state')
    .addColumn('url', 'text', (c) => c.primaryKey())
    .addColumn('etag', 'text')
    .addColumn('last_modified', 'text')
    .addColumn('sha256', 'text')
    .addColumn('last_attempt', 'bigint')
    .addColumn('last_success', 'bigint')
    .addColumn('last_full', 'bigint')
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('outcome', 'text')
    .execute();
  await schema
    .createTable('known_url')
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('issuer_key', 'text', (c) => c.notNull())
    .addColumn('catalogue', 'text')
    .addColumn('authority', 'text')
    .addColumn('added_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('known_url_key', ['url', 'issuer_key'])
    .execute();
  await schema
    .createTable('certificate')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('not_after', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('log')
    .addColumn('seq', 'bigint', (c) => c.primaryKey())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('previous', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute();
  await schema.createIndex('log_hash').on('log').column('hash').execute();
  await schema.createIndex('log_kind').on('log').column('kind').execute();
  await schema
    .createTable('lease')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('owner', 'text', (c) => c.notNull())
    .addColumn('until', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('counter')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .execute();
  await db
    .insertInto('counter')
    .values([
      { name: 'log', value: 0 },
      { name: 'change', value: 0 },
    ])
    .execute();
}
