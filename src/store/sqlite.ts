/**
 * The embedded engine: one SQLite database and one folder of CRL files. `node:sqlite` where the runtime has it, else
 * the same interface from @photostructure/sqlite. Write-ahead log with full synchronisation: what was acknowledged
 * survives a crash, and `crl refresh` may run beside `serve` on the same folder.
 */
import { access, constants, mkdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
  sql,
} from 'kysely';
import { fileOctets, sweepAbandoned } from './files.js';
import { migrate } from './migrations.js';
import { type Store, StoreError } from './port.js';
import type { Tables } from './schema.js';
import { createStore } from './store.js';

export interface SqliteOptions {
  /** The data folder; made where its parent allows it. */
  readonly folder: string;
  /** False: the folder must be there already. */
  readonly create?: boolean;
}

/** Milliseconds that a writer waits for another process. */
const lockPatience = 10_000;

/** What both SQLite modules share and this file uses. */
interface DatabaseSync {
  exec(text: string): void;
  prepare(text: string): {
    all(...values: unknown[]): unknown[];
    run(...values: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  };
  close(): void;
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => DatabaseSync;
}

/** Opens the store, migrating it where needed. StoreError: `folder_missing`, `folder_not_writable`, `schema_newer`. */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const files = join(options.folder, 'crl');
  await prepareFolder(options.folder, files, options.create ?? true);
  const { DatabaseSync } = await loadModule();
  const path = join(options.folder, 'store.sqlite');
  const database = openDatabase(() => new DatabaseSync(path), options.folder);
  const db = new Kysely<Tables>({ dialect: dialectOver(database) });
  try {
    await migrate(db, 'blob', async () => {});
    await sweepAbandoned(files, Date.now());
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return createStore({
    name: 'sqlite',
    db,
    octets: fileOctets(files),
    clock: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    close: () => db.destroy(),
  });
}

async function prepareFolder(folder: string, files: string, create: boolean): Promise<void> {
  if (!create) {
    await access(folder).catch((error: unknown) => {
      throw new StoreError(
        'folder_missing',
        `the data folder ${folder} does not exist: make it, or name another`,
        error,
      );
    });
  }
  try {
    await mkdir(files, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    await access(files, constants.W_OK);
  } catch (error) {
    throw notWritable(folder, error);
  }
}

const notWritable = (folder: string, cause: unknown): StoreError =>
  new StoreError(
    'folder_not_writable',
    `the data folder ${folder} cannot be written: give this user the right to, or name another folder`,
    cause,
  );

function openDatabase(open: () => DatabaseSync, folder: string): DatabaseSync {
  try {
    const database = open();
    database.exec(`pragma busy_timeout = ${lockPatience}`);
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
    database.exec('pragma busy_timeout = 100');
    return database;
  } catch (error) {
    throw notWritable(folder, error);
  }
}

async function loadModule(): Promise<SqliteModule> {
  const name = isBuiltin('node:sqlite') ? 'node:sqlite' : '@photostructure/sqlite';
  return (await import(name)) as SqliteModule;
}

/** kysely's SQLite dialect, but for the start of transactions. */
function dialectOver(database: DatabaseSync): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createDriver: () => {
      const driver = new SqliteDriver({ database: adapt(database) });
      driver.beginTransaction = beginImmediate;
      return driver;
    },
  };
}

/**
 * Takes the write lock at the start: a transaction that reads first and is overtaken could not be repeated. Another
 * process that has it is waited for here, not inside SQLite, which would stop the event loop meanwhile.
 */
async function beginImmediate(connection: DatabaseConnection): Promise<void> {
  const giveUp = performance.now() + lockPatience;
  for (;;) {
    try {
      await connection.executeQuery(CompiledQuery.raw('begin immediate'));
      return;
    } catch (error) {
      const busy = error instanceof Error && /locked|busy/i.test(error.message);
      if (!busy || performance.now() > giveUp) throw error;
      await setTimeout(5 + Math.random() * 20);
    }
  }
}

/** The shape that kysely asks for. */
function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (text): SqliteStatement => {
      const statement = database.prepare(text);
      return {
        reader: /^\s*(select|with|pragma)\b|\breturning\b/i.test(text),
        all: (values) => statement.all(...values),
        run: (values) => statement.run(...values),
        iterate: (values) => statement.all(...values)[Symbol.iterator](),
      };
    },
  };
}
