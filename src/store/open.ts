/** Chooses the engine: a database URL names PostgreSQL, otherwise the data folder holds SQLite. */
import type { Store } from './port.js';

export interface StoreLocation {
  readonly databaseUrl?: string;
  readonly folder: string;
  /** False: an absent data folder is an error. */
  readonly create?: boolean;
}

/** The engine's modules are loaded only when it is chosen: the command line starts without a database driver. */
export async function openStore(location: StoreLocation): Promise<Store> {
  if (location.databaseUrl !== undefined && location.databaseUrl !== '') {
    const { openPostgresStore } = await import('./postgres.js');
    return openPostgresStore({ url: location.databaseUrl });
  }
  const { openSqliteStore } = await import('./sqlite.js');
  const { folder, create } = location;
  return openSqliteStore(create === undefined ? { folder } : { folder, create });
}
