/** Reads the files that a command names. Nothing of their content reaches an error message. */
import { open } from 'node:fs/promises';
import { type Io, unreadable, usageError } from './io.js';

const mebibyte = 1024 * 1024;
/** The contract's limits, with room for base64. */
export const fileLimits = { certificate: 90 * mebibyte, crl: 90 * mebibyte, message: 128 * mebibyte } as const;

/** The file's octets; `-` is the standard input. */
export async function readInput(path: string, io: Io, maximum: number = fileLimits.message): Promise<Uint8Array> {
  const bytes = path === '-' ? await io.stdin() : await readFile(path, maximum);
  if (bytes.length > maximum) throw unreadable(`${path}: expected at most ${maximum} octets, found more`);
  return bytes;
}

async function readFile(path: string, maximum: number): Promise<Uint8Array> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    throw unreadable(`${path}: cannot be read (${reasonOf(error)})`);
  }
  try {
    const { size } = await handle.stat();
    if (size > maximum) throw unreadable(`${path}: expected at most ${maximum} octets, found ${size}`);
    return new Uint8Array(await handle.readFile());
  } catch (error) {
    if (error instanceof Error && 'exit' in error) throw error;
    throw unreadable(`${path}: cannot be read (${reasonOf(error)})`);
  } finally {
    await handle.close();
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission',
  EEXIST: 'it exists already',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
};

export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown reason';
  return reasons[code] ?? code;
}

export function parseJsonFile(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw unreadable(`${path}: expected JSON, found ${bytes.length} octets that are none`);
  }
}

export function atMostOneStandardInput(paths: readonly string[]): void {
  if (paths.filter((path) => path === '-').length > 1) throw usageError('the standard input (-) can be read only once');
}
