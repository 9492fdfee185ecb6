/**
 * What the two engines differ in, and what every query module gets: the database, where CRL octets lie, whose clock
 * counts. Also the one rule of writing: take the log's counter row first. PostgreSQL locks it until the commit, SQLite
 * has one writer anyway, so writers stand in one line and the log cannot fork.
 */
import type { Kysely, RawBuilder, Transaction } from 'kysely';
import type { Tables } from './schema.js';

export type Writer = Transaction<Tables>;
export type Reader = Kysely<Tables>;

/** CRL octets by content. Files are made durable before the row's transaction, chunk rows within it. */
export interface Octets {
  before(sha256: string, bytes: Uint8Array): Promise<void>;
  within(trx: Writer, sha256: string, bytes: Uint8Array): Promise<void>;
  read(db: Reader, sha256: string): Promise<Uint8Array | undefined>;
}

export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  readonly db: Kysely<Tables>;
  readonly octets: Octets;
  /** Milliseconds since 1970 by the database's clock. */
  readonly clock: RawBuilder<number>;
  close(): Promise<void>;
}

export function write<T>(engine: Engine, work: (trx: Writer) => Promise<T>): Promise<T> {
  return engine.db.transaction().execute(async (trx) => {
    await count(trx, 'log', 0);
    return work(trx);
  });
}

/** Moves a counter and gives its value; by 0 it only locks. */
export async function count(trx: Writer, name: 'log' | 'change', by: number): Promise<number> {
  const row = await trx
    .updateTable('counter')
    .set((eb) => ({ value: eb('value', '+', by) }))
    .where('name', '=', name)
    .returning('value')
    .executeTakeFirstOrThrow();
  return row.value;
}

/** A row's nulls are the port's absent fields. */
export function present<T extends object>(row: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
