/**
 * Opens the store engines for tests. PostgreSQL is the real one at DATABASE_URL, else the one on this machine's usual
 * port where it lets us in; each run works in a schema of its own and drops it.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Store } from '../../src/store/port.js';
import { openPostgresStore } from '../../src/store/postgres.js';
import { openSqliteStore } from '../../src/store/sqlite.js';

export interface TestEngine {
  readonly name: string;
  /** Undefined where the engine can be used here; else the sentence that says why not. */
  readonly absent: string | undefined;
  /** A place of its own; `open` may be called several times, as replicas do. */
  readonly place: () => Promise<TestPlace>;
}

export interface TestPlace {
  readonly open: () => Promise<Store>;
  /** What a child process needs to open the same place: `openStore`'s location. */
  readonly location: { databaseUrl?: string; folder: string };
  readonly run: (query: string) => Promise<void>;
  /** Alters the octets of a CRL, or takes them away, behind the store's back. */
  readonly spoil: (sha256: string, how: 'alter' | 'lose') => Promise<void>;
  readonly drop: () => Promise<void>;
}

export const databaseUrl = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

export async function postgresAbsent(): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.query('select 1');
    return undefined;
  } catch {
    return 'no PostgreSQL at DATABASE_URL, and none on 127.0.0.1:5432 that lets the user postgres in';
  } finally {
    await client.end().catch(() => {});
  }
}

async function sqlitePlace(): Promise<TestPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'unify-pki-store-'));
  return {
    open: () => openSqliteStore({ folder }),
    location: { folder },
    run: async (query) => {
      const { DatabaseSync } = await import('@photostructure/sqlite');
      const database = new DatabaseSync(join(folder, 'store.sqlite'));
      database.exec(query);
      database.close();
    },
    spoil: async (sha256, how) => {
      const path = join(folder, 'crl', sha256.slice(0, 2), `${sha256}.crl`);
      await (how === 'alter' ? writeFile(path, 'evil') : rm(path));
    },
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

async function postgresPlace(): Promise<TestPlace> {
  const schema = `unify_pki_${randomUUID().replaceAll('-', '')}`;
  const run = async (query: string): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(`set search_path = ${schema}`);
    await client.query(query);
    await client.end();
  };
  await run(`create schema ${schema}`);
  const url = new URL(databaseUrl);
  url.searchParams.set('options', `-c search_path=${schema}`);
  // By this name a test finds its own connections.
  url.searchParams.set('application_name', schema);
  return {
    open: () => openPostgresStore({ url: url.href }),
    location: { databaseUrl: url.href, folder: '' },
    run,
    spoil: (sha256, how) =>
      run(
        `${how === 'alter' ? "update crl_chunk set octets = 'evil'" : 'delete from crl_chunk'} where sha256 = '${sha256}'`,
      ),
    drop: () => run(`drop schema ${schema} cascade`),
  };
}

export const engines = async (): Promise<TestEngine[]> => [
  { name: 'sqlite', absent: undefined, place: sqlitePlace },
  { name: 'postgres', absent: await postgresAbsent(), place: postgresPlace },
];
