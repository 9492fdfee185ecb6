/** What only the embedded engine has: a folder that may be missing or closed, and files that may be spoilt. */
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.js';
import { openSqliteStore } from '../../src/store/sqlite.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unify-pki-sqlite-'));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true, force: true });
});

it('makes its folder, unless it shall not', async () => {
  const inner = join(folder, 'a', 'b');
  await expect(openStore({ folder: inner, create: false })).rejects.toMatchObject({
    code: 'folder_missing',
    message: expect.stringContaining(inner),
  });
  await (await openStore({ folder: inner })).close();
  expect(await readdir(inner)).toEqual(expect.arrayContaining(['crl', 'store.sqlite']));
  await (await openStore({ folder: inner, create: false })).close();
});

it('says that a folder cannot be written', async () => {
  await writeFile(join(folder, 'file'), 'x');
  await expect(openSqliteStore({ folder: join(folder, 'file') })).rejects.toMatchObject({
    code: 'folder_not_writable',
    message: expect.stringContaining('cannot be written'),
  });
  await mkdir(join(folder, 'db', 'store.sqlite'), { recursive: true });
  await expect(openSqliteStore({ folder: join(folder, 'db') })).rejects.toMatchObject({ code: 'folder_not_writable' });
});

it('sweeps what a crash left behind, and not what is being written', async () => {
  await (await openSqliteStore({ folder })).close();
  const old = join(folder, 'crl', 'incoming-old');
  await writeFile(old, 'x');
  await utimes(old, new Date(0), new Date(0));
  await writeFile(join(folder, 'crl', 'incoming-new'), 'x');
  await (await openSqliteStore({ folder })).close();
  expect(await readdir(join(folder, 'crl'))).toEqual(['incoming-new']);
});

it('serves two processes at the same time, as serve and crl refresh are', async () => {
  const [first, second] = [await openSqliteStore({ folder }), await openSqliteStore({ folder })];
  try {
    await Promise.all([first, second].flatMap((store) => [1, 2, 3, 4].map((i) => store.appendLog('test', { i }, i))));
    expect(await first.logHead()).toEqual(await second.logHead());
    expect((await first.logHead()).seq).toBe(8);
  } finally {
    await first.close();
    await second.close();
  }
});
