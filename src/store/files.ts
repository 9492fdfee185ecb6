/**
 * CRL octets as files named by their hash, beside the SQLite database. Durable before they are named: temporary name,
 * fsync, rename, fsync of the folder. A process that dies in between leaves a temporary file, which is swept later.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Octets } from './engine.js';

const prefix = 'incoming-';
/** No write takes this long: what is older was left behind by a crash. */
const abandonedAfter = 3_600_000;

export function fileOctets(folder: string): Octets {
  const placeOf = (sha256: string): { parent: string; path: string } => {
    const parent = join(folder, sha256.slice(0, 2));
    return { parent, path: join(parent, `${sha256}.crl`) };
  };
  return {
    before: async (sha256, bytes) => {
      const { parent, path } = placeOf(sha256);
      await mkdir(parent, { recursive: true, mode: 0o700 });
      const temporary = join(folder, `${prefix}${crypto.randomUUID()}`);
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncFolder(parent);
      await syncFolder(folder);
    },
    within: async () => {},
    read: async (_db, sha256) => {
      try {
        const { buffer, byteOffset, length } = await readFile(placeOf(sha256).path);
        // The same memory: a large CRL is not held twice.
        return new Uint8Array(buffer, byteOffset, length);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Makes the new name itself durable. Windows cannot open a folder; its file systems journal names. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function sweepAbandoned(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > abandonedAfter) await rm(path, { force: true });
  }
}

const isMissing = (error: unknown): boolean => (error as { code?: unknown } | undefined)?.code === 'ENOENT';
