/**
 * The shared engine, for replicas: PostgreSQL through pg, CRL octets as rows of 1 MiB, so that no single value has to
 * be held twice in the server's memory. A database that goes away makes calls fail; the pool connects
 * again by itself, and verification goes on with its last snapshot meanwhile.
 */
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Octets } from './engine.js';
import { migrate } from './migrations.js';
import { type Store, StoreError } from './port.js';
import type { Tables } from './schema.js';
import { createStore } from './store.js';

export interface PostgresOptions {
  /** postgres://user:password@host:port/database; the search path may be set by its `options`. */
  readonly url: string;
  readonly connections?: number;
}

const chunkSize = 1024 * 1024;
/** Any number, the same in every version: the lock that migrations take. */
const migrationLock = 7_309_421;
const int8 = 20;

/** Connects, migrating the schema where needed. StoreError: `unavailable`, `schema_newer`. */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? 5,
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
    // 64-bit integers here are times and counters, all far below 2^53.
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // A connection that breaks, idle or in use, is replaced at the next query; unheard, its event would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(db, 'bytea', async (trx) => {
      await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(trx);
    });
  } catch (error) {
    await db.destroy();
    if (error instanceof StoreError) throw error;
    throw new StoreError('unavailable', `the database cannot be used: ${codeOf(error)}`, error);
  }
  return createStore({
    name: 'postgres',
    db,
    octets: chunkOctets,
    clock: sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
    close: () => db.destroy(),
  });
}

/** Never the text: it may quote the connection's user or parts of values. */
const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? 'unknown error');

const chunkOctets: Octets = {
  before: async () => {},
  within: async (trx, sha256, bytes) => {
    // Where they are put in again there may be some left.
    await trx.deleteFrom('crl_chunk').where('sha256', '=', sha256).execute();
    for (let position = 0; position * chunkSize < bytes.length; position++) {
      const octets = bytes.subarray(position * chunkSize, (position + 1) * chunkSize);
      await trx.insertInto('crl_chunk').values({ sha256, position, octets }).execute();
    }
  },
  read: async (db, sha256) => {
    const row = await db.selectFrom('crl').select('size').where('sha256', '=', sha256).executeTakeFirst();
    if (row === undefined) return undefined;
    const bytes = new Uint8Array(row.size);
    for (let position = 0; position * chunkSize < row.size; position++) {
      const chunk = await db
        .selectFrom('crl_chunk')
        .select('octets')
        .where('sha256', '=', sha256)
        .where('position', '=', position)
        .executeTakeFirst();
      if (chunk === undefined || chunk.octets.length > bytes.length - position * chunkSize) return new Uint8Array(0);
      bytes.set(chunk.octets, position * chunkSize);
    }
    return bytes;
  },
};
