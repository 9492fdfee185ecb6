/** What only the shared engine has: a server that is not there, goes away, and comes back. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.js';
import { exportStore, importStore } from '../../src/store/transfer.js';
import { newCrl } from './contract.js';
import { databaseUrl, engines } from './engines.js';

const all = await engines();
const postgres = all.find(({ name }) => name === 'postgres');
const sqlite = all.find(({ name }) => name === 'sqlite');

it('says that no database answers, without repeating the password', async () => {
  const url = 'postgres://someone:secret@127.0.0.1:1/none';
  const error = await openStore({ databaseUrl: url, folder: '' }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    name: 'StoreError',
    code: 'unavailable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  expect(String(error)).not.toContain('secret');
});

describe.skipIf(postgres?.absent !== undefined)(`PostgreSQL${postgres?.absent ? `: ${postgres.absent}` : ''}`, () => {
  it('that cuts every connection is used again as soon as it answers', async () => {
    const place = await postgres?.place();
    if (place === undefined) throw new Error('no place');
    const store = await place.open();
    const admin = new pg.Client({ connectionString: databaseUrl });
    await admin.connect();
    try {
      await store.appendLog('before', {}, 1);
      const name = new URL(place.location.databaseUrl ?? '').searchParams.get('application_name');
      const cut = await admin.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
        [name],
      );
      expect(cut.rowCount).toBeGreaterThan(0);
      for (let tries = 0; ; tries++) {
        try {
          await store.appendLog('after', {}, 2);
          break;
        } catch (error) {
          if (tries > 20) throw error;
        }
      }
      expect((await store.log(0, 9)).map(({ kind }) => kind)).toEqual(['before', 'after']);
    } finally {
      await admin.end();
      await store.close();
      await place.drop();
    }
  });

  it('takes over what an embedded store held, and gives it back', async () => {
    const [shared, embedded, third] = [await postgres?.place(), await sqlite?.place(), await sqlite?.place()];
    if (shared === undefined || embedded === undefined || third === undefined) throw new Error('no place');
    const stores = [await embedded.open(), await shared.open(), await third.open()] as const;
    try {
      const bytes = new Uint8Array(randomBytes(2_500_000));
      const place = { state: 'accepted', current: true, revocationOnly: false, notes: ['crl_number_reused'] } as const;
      const { record } = await stores[0].addCrl(newCrl(bytes), () => place);
      await importStore(stores[1], exportStore(stores[0]));
      await importStore(stores[2], exportStore(stores[1]));
      expect(await stores[2].crl(record.sha256)).toEqual(record);
      expect(Buffer.compare((await stores[2].crlBytes(record.sha256)) ?? new Uint8Array(), bytes)).toBe(0);
      expect(await stores[2].logHead()).toEqual(await stores[0].logHead());
    } finally {
      for (const store of stores) await store.close();
      for (const place of [shared, embedded, third]) await place.drop();
    }
  });

  it('migrates once when several replicas start together', async () => {
    const place = await postgres?.place();
    if (place === undefined) throw new Error('no place');
    const stores = await Promise.all([1, 2, 3, 4].map(() => place.open()));
    expect((await stores[0]?.logHead())?.seq).toBe(0);
    for (const store of stores) await store.close();
    await place.drop();
  });
});
