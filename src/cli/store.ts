/** `store export | import`: everything that is held, as lines of JSON: the backup, and the way to another machine or engine. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { exportStore, importStore } from '../store/transfer.js';
import { reasonOf } from './files.js';
import { CliError, exitCode, type Io, unreadable } from './io.js';
import { configured, openConfiguredStore } from './trust.js';

export interface TransferOptions {
  data?: string;
}

/** To the file, which must not exist yet: a backup never overwrites another. */
export async function storeExport(path: string, options: TransferOptions, io: Io): Promise<number> {
  const store = await openConfiguredStore(configured(options, io), false);
  try {
    if (path === '-') {
      for await (const line of exportStore(store)) io.stdout(line);
      return exitCode.valid;
    }
    const file = await open(path, 'wx').catch((error: unknown) => {
      throw new CliError(exitCode.usage, `${path}: cannot be written (${reasonOf(error)})`);
    });
    try {
      for await (const line of exportStore(store)) await file.write(line);
      await file.sync();
    } finally {
      await file.close();
    }
    return exitCode.valid;
  } finally {
    await store.close();
  }
}

export async function storeImport(path: string, options: TransferOptions, io: Io): Promise<number> {
  const probe = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(`${path}: cannot be read (${reasonOf(error)})`);
  });
  await probe.close();
  const store = await openConfiguredStore(configured(options, io), true);
  try {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
    const { read, added } = await importStore(store, lines);
    io.stdout(`${path}: ${read} read, ${added} added\n`);
    return exitCode.valid;
  } finally {
    await store.close();
  }
}
