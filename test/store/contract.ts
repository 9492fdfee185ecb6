/** What every store engine must do: one list of cases, run on each engine by contract.test.ts. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/crypto/digest.js';
import {
  type CrlFacts,
  type CrlPlacement,
  type JudgeCrl,
  type NewCrl,
  type Store,
  StoreError,
} from '../../src/store/port.js';
import { exportStore, importStore } from '../../src/store/transfer.js';
import { verifyContents, verifyLog } from '../../src/store/verify.js';
import { watchStore } from '../../src/store/watch.js';
import type { TestEngine, TestPlace } from './engines.js';

export const facts = (change: Partial<CrlFacts> = {}): CrlFacts => ({
  issuer: 'CN=stand-in User CA',
  issuerKey: 'aa'.repeat(32),
  catalogue: 'stand-in',
  authority: 'user',
  scope: '',
  kind: 'base',
  number: '1',
  thisUpdate: 1_000_000,
  nextUpdate: 2_000_000,
  entries: 3,
  ...change,
});

export const newCrl = (bytes: Uint8Array, change: Partial<CrlFacts> = {}): NewCrl => ({
  bytes,
  facts: facts(change),
  provenance: 'fetched',
  url: 'http://crl.example/user.crl',
  at: 1_500_000,
});

const accepted: CrlPlacement = { state: 'accepted', current: true, revocationOnly: false, notes: [] };
const accept: JudgeCrl = () => accepted;

export function contract(engine: TestEngine): void {
  describe.skipIf(engine.absent !== undefined)(
    `store on ${engine.name}${engine.absent ? `: ${engine.absent}` : ''}`,
    () => {
      let place: TestPlace;
      let store: Store;
      beforeEach(async () => {
        place = await engine.place();
        store = await place.open();
      });
      afterEach(async () => {
        await store.close();
        await place.drop();
      });

      it('keeps an authority, knows the same bytes again, and replaces others', async () => {
        const der = randomBytes(1_200);
        const record = {
          catalogue: 'unify',
          authority: 'root',
          sha256: sha256Hex(der),
          der,
          provenance: 'imported',
          addedAt: 5,
        } as const;
        expect(await store.putAuthority(record)).toBe(true);
        expect(await store.putAuthority(record)).toBe(false);
        expect(await store.authorities()).toEqual([{ ...record, der: new Uint8Array(der) }]);
        const other = { ...record, sha256: sha256Hex(new Uint8Array(1)), der: new Uint8Array(1) };
        expect(await store.putAuthority(other)).toBe(true);
        expect((await store.authorities()).map((a) => a.sha256)).toEqual([other.sha256]);
        expect((await store.log(0, 10)).map((e) => e.kind)).toEqual(['authority', 'authority']);
      });

      it('gives a CRL back to the byte, also one of several chunks', async () => {
        for (const size of [0x30, 1024 * 1024, 3 * 1024 * 1024 + 17]) {
          const bytes = new Uint8Array(randomBytes(size));
          const { change, record } = await store.addCrl(newCrl(bytes, { number: String(size) }), accept);
          expect(change).toBe('added');
          expect(record.sha256).toBe(sha256Hex(bytes));
          expect(Buffer.compare((await store.crlBytes(record.sha256)) ?? new Uint8Array(), bytes)).toBe(0);
          expect(await store.crl(record.sha256)).toEqual(record);
        }
        expect(await store.crlBytes('00'.repeat(32))).toBeUndefined();
        expect(await verifyContents(store)).toEqual([]);
      });

      it('keeps numbers of any length and absent fields absent', async () => {
        const bytes = randomBytes(50);
        const { number: _, nextUpdate: __, catalogue: ___, authority: ____, ...bare } = facts();
        const { record } = await store.addCrl({ bytes, facts: bare, provenance: 'harvested', at: 9 }, accept);
        expect(await store.crl(record.sha256)).toEqual({
          ...bare,
          ...accepted,
          sha256: record.sha256,
          size: 50,
          provenance: 'harvested',
          addedAt: 9,
        });
        const large = (2n ** 159n).toString();
        const numbered = await store.addCrl(newCrl(randomBytes(51), { number: large }), accept);
        expect((await store.crl(numbered.record.sha256))?.number).toBe(large);
      });

      it('has one current CRL for issuer, key, scope and kind, and deletes none', async () => {
        const lines = [
          {},
          { scope: 'bb'.repeat(32) },
          { kind: 'delta' as const, baseNumber: '1' },
          { issuerKey: 'cc'.repeat(32) },
        ];
        for (const line of lines) {
          for (const number of ['1', '2']) {
            await store.addCrl(newCrl(randomBytes(64), { ...line, number, thisUpdate: Number(number) }), accept);
          }
        }
        expect(await store.crls()).toHaveLength(8);
        const current = await store.crls({ current: true });
        expect(current.map((c) => c.number)).toEqual(['2', '2', '2', '2']);
        expect(await store.crls({ issuerKey: 'cc'.repeat(32) })).toHaveLength(2);
        expect(await store.crls({ catalogue: 'stand-in', authority: 'user', state: 'accepted' })).toHaveLength(8);
        expect(await store.crls({ authority: 'root' })).toEqual([]);
      });

      it('shows the judge what is held, and does what it says', async () => {
        const first = await store.addCrl(newCrl(randomBytes(64)), accept);
        const twin = await store.addCrl(newCrl(randomBytes(65)), (rivals) => {
          expect(rivals.same).toBeUndefined();
          expect(rivals.current?.sha256).toBe(first.record.sha256);
          expect(rivals.sameNumber.map((c) => c.sha256)).toEqual([first.record.sha256]);
          return { state: 'archived', current: false, revocationOnly: true, notes: ['crl_number_reused'] };
        });
        expect(await store.crl(twin.record.sha256)).toMatchObject({
          state: 'archived',
          current: false,
          revocationOnly: true,
          notes: ['crl_number_reused'],
        });
        expect((await store.crls({ current: true })).map((c) => c.sha256)).toEqual([first.record.sha256]);
      });

      it('does not touch a CRL that it holds unless its place changes', async () => {
        const bytes = randomBytes(64);
        const quarantined: CrlPlacement = { ...accepted, state: 'quarantined', current: false };
        await store.addCrl(newCrl(bytes), () => quarantined);
        const before = await store.version();
        expect((await store.addCrl(newCrl(bytes), () => quarantined)).change).toBe('unchanged');
        expect((await store.addCrl(newCrl(bytes), () => 'unchanged')).change).toBe('unchanged');
        expect(await store.version()).toBe(before);
        const moved = await store.addCrl({ ...newCrl(bytes), provenance: 'posted' }, accept);
        expect(moved.change).toBe('moved');
        expect(moved.record).toMatchObject({ state: 'accepted', current: true, provenance: 'fetched' });
        expect(await store.version()).toBeGreaterThan(before);
        expect((await store.log(0, 10)).map((e) => e.kind)).toEqual(['crl_quarantined', 'crl_accepted']);
      });

      it('leaves nothing behind when the judge throws', async () => {
        const bytes = randomBytes(64);
        await expect(
          store.addCrl(newCrl(bytes), () => {
            throw new Error('no');
          }),
        ).rejects.toThrow('no');
        expect(await store.crls()).toEqual([]);
        expect(await store.logHead()).toMatchObject({ seq: 0 });
      });

      it('serves writers that come at the same time one after the other', async () => {
        const second = await place.open();
        await Promise.all(
          Array.from({ length: 24 }, (_, i) =>
            i % 3 === 0
              ? (i % 2 ? store : second).addCrl(newCrl(randomBytes(70), { number: String(i) }), accept)
              : (i % 2 ? store : second).appendLog('test', { i }, i),
          ),
        );
        await second.close();
        expect(await verifyLog(store)).toMatchObject({ ok: true, entries: 24 });
        expect(await store.crls({ current: true })).toHaveLength(1);
        expect(await store.crls()).toHaveLength(8);
      });

      it('survives being closed and opened', async () => {
        const bytes = randomBytes(64);
        const { record } = await store.addCrl(newCrl(bytes), accept);
        await store.close();
        store = await place.open();
        expect(await store.crl(record.sha256)).toEqual(record);
      });

      it('refuses a schema that is newer than the program, and leaves it as it is', async () => {
        await place.run('update schema_version set version = 999');
        await expect(place.open()).rejects.toMatchObject({ name: 'StoreError', code: 'schema_newer' });
        await place.run('update schema_version set version = 1');
        await (await place.open()).close();
      });

      it('counts an attempt as failed until it ends', async () => {
        const url = 'http://crl.example/root.crl';
        expect(await store.urlState(url)).toBeUndefined();
        await store.beginAttempt(url, 10);
        await store.beginAttempt(url, 20);
        expect(await store.urlState(url)).toEqual({ url, lastAttempt: 20, failures: 2, outcome: 'interrupted' });
        const state = {
          url,
          etag: '"e"',
          lastModified: 'Thu',
          sha256: 'ab',
          lastAttempt: 20,
          lastSuccess: 21,
          lastFull: 21,
          failures: 0,
          outcome: 'new',
        };
        await store.endAttempt(state, 21, { url, outcome: 'new' });
        expect(await store.urlStates()).toEqual([state]);
        expect((await store.log(0, 9)).map((e) => [e.kind, e.body])).toEqual([
          ['fetch', `{"outcome":"new","url":"${url}"}`],
        ]);
      });

      it('knows each distribution point once, and only so many of one issuer', async () => {
        const known = (i: number) => ({
          url: `http://crl.example/${i}`,
          issuerKey: 'aa',
          catalogue: 'c',
          authority: 'a',
          addedAt: i,
        });
        expect(await store.addKnownUrl(known(0))).toBe(true);
        expect(await store.addKnownUrl(known(0))).toBe(false);
        for (let i = 1; i < 40; i++) await store.addKnownUrl(known(i));
        const held = await store.knownUrls();
        expect(held).toHaveLength(32);
        expect(held[0]).toEqual(known(0));
      });

      it.each(['alter', 'lose'] as const)(
        'never gives out octets that someone did %s, and takes them anew',
        async (how) => {
          const [bytes, other] = [new Uint8Array(randomBytes(100)), new Uint8Array(randomBytes(100))];
          const { record } = await store.addCrl(newCrl(bytes), accept);
          await store.addCrl(newCrl(other, { number: '2' }), accept);
          const backup = await collect(exportStore(store));
          await place.spoil(record.sha256, how);
          await expect(store.crlBytes(record.sha256)).rejects.toMatchObject({ code: 'corrupt' });
          expect(await verifyContents(store)).toEqual([record.sha256]);
          // The same CRL again, as fetched or imported …
          const version = await store.version();
          expect(await store.addCrl(newCrl(bytes), () => 'unchanged')).toMatchObject({ change: 'unchanged' });
          expect(await store.crlBytes(record.sha256)).toEqual(bytes);
          expect(await store.version()).toBeGreaterThan(version);
          expect(await store.lastLog('crl_mended')).toMatchObject({ body: JSON.stringify({ sha256: record.sha256 }) });
          // … and from a backup.
          await place.spoil(record.sha256, how);
          expect((await importStore(store, backup)).added).toBe(1);
          expect(await verifyContents(store)).toEqual([]);
          expect(await verifyLog(store)).toMatchObject({ ok: true });
        },
      );

      it('does not call octets altered that could not be asked for', async () => {
        await store.addCrl(newCrl(randomBytes(64)), accept);
        const away = () => Promise.reject(new StoreError('unavailable', 'away'));
        await expect(verifyContents({ ...store, crlBytes: away })).rejects.toMatchObject({ code: 'unavailable' });
      });

      it('remembers which certificates live, by hash only', async () => {
        await store.noteCertificate('key', '0a', 100, 0);
        await store.noteCertificate('key', '0b', 200, 0);
        const many = Array.from({ length: 1_200 }, (_, i) => `f${i}`);
        expect(await store.unexpired('key', ['0a', ...many, '0b'], 150)).toEqual(['0b']);
        expect(await store.unexpired('other', ['0a', '0b'], 50)).toEqual([]);
        await store.noteCertificate('key', '0c', 9e12, 8e12);
        expect((await store.notedCertificates()).map(({ notAfter }) => notAfter)).toEqual([9e12]);
      });

      it('chains the log, and shows every way to tamper with it', async () => {
        for (let i = 1; i <= 5; i++) await store.appendLog('test', { i, absent: undefined, list: ['a'] }, i);
        expect(await verifyLog(store)).toMatchObject({ ok: true, entries: 5 });
        expect((await store.log(3, 1))[0]).toMatchObject({ seq: 4, body: '{"i":4,"list":["a"]}' });
        expect(await store.lastLog('test')).toMatchObject({ seq: 5 });
        expect(await store.lastLog('other')).toBeUndefined();
        await place.run(`update log set body = '{"i":7}' where seq = 2`);
        expect(await verifyLog(store)).toMatchObject({ ok: false, broken: { seq: 2, why: 'content' } });
        await place.run(`update log set body = '{"i":2,"list":["a"]}' where seq = 2`);
        expect((await verifyLog(store)).ok).toBe(true);
        await place.run('delete from log where seq = 5');
        expect(await verifyLog(store)).toMatchObject({ ok: false, broken: { seq: 5, why: 'missing' } });
        await place.run('delete from log where seq = 3');
        expect(await verifyLog(store)).toMatchObject({ ok: false, broken: { seq: 3, why: 'missing' } });
      });

      it('gives a lease to one owner, who may renew and return it', async () => {
        expect(await store.acquireLease('refresh', 'a', 60_000)).toBe(true);
        expect(await store.acquireLease('refresh', 'b', 60_000)).toBe(false);
        expect(await store.acquireLease('other', 'b', 60_000)).toBe(true);
        expect(await store.acquireLease('refresh', 'a', 60_000)).toBe(true);
        await store.releaseLease('refresh', 'b');
        expect(await store.acquireLease('refresh', 'b', 60_000)).toBe(false);
        await store.releaseLease('refresh', 'a');
        expect(await store.acquireLease('refresh', 'b', -1_000)).toBe(true);
        expect(await store.acquireLease('refresh', 'a', 60_000)).toBe(true);
      });

      it('tells another replica of something new', async () => {
        const replica = await place.open();
        const seen = new Promise<number>((resolve) => {
          const from = 0;
          const stop = watchStore(replica, from, {
            everyMs: 20,
            onChange: async (version) => {
              stop();
              resolve(version);
            },
          });
        });
        await store.appendLog('test', {}, 1);
        expect(await store.version()).toBe(0);
        await store.addCrl(newCrl(randomBytes(64)), accept);
        expect(await seen).toBe(1);
        await replica.close();
      });

      it('moves everything into an empty store, and again without doubling', async () => {
        await fill(store);
        const lines = await collect(exportStore(store));
        const other = await engine.place();
        const copy = await other.open();
        try {
          await importStore(copy, lines);
          expect(await contents(copy)).toEqual(await contents(store));
          expect((await importStore(copy, lines)).added).toBe(0);
          expect(await verifyLog(copy)).toMatchObject({ ok: true, head: (await store.logHead()).hash });
        } finally {
          await copy.close();
          await other.drop();
        }
      });

      it('takes in the log of another history without losing either, and no older CRL as current', async () => {
        await fill(store);
        const lines = await collect(exportStore(store));
        const other = await engine.place();
        const target = await other.open();
        try {
          const newer = await target.addCrl(newCrl(randomBytes(99), { number: '77', thisUpdate: 9_000_000 }), accept);
          await importStore(target, lines);
          expect((await target.crls({ current: true, authority: 'user' })).map((c) => c.sha256)).toEqual([
            newer.record.sha256,
          ]);
          expect(await target.crls()).toHaveLength(1 + (await store.crls()).length);
          expect((await importStore(target, lines)).added).toBe(0);
          const log = await target.log(0, 100);
          expect(log.filter((e) => e.kind.startsWith('foreign:'))).toHaveLength((await store.logHead()).seq);
        } finally {
          await target.close();
          await other.drop();
        }
      });

      it.each([
        ['cut off', (lines: string[]) => lines.slice(0, -3)],
        ['with a line missing', (lines: string[]) => lines.toSpliced(2, 1)],
        ['of another format', (lines: string[]) => lines.slice(1)],
        [
          'with other octets',
          (lines: string[]) => lines.map((l) => l.replace(/("type":"piece","octets":")..../, '$1AAAA')),
        ],
        ['with an altered log', (lines: string[]) => lines.map((l) => l.replace('crl_accepted', 'crl_archived'))],
        ['of no JSON', () => ['hello']],
        ['empty', () => []],
      ])('refuses an import that is %s', async (_, spoil) => {
        await fill(store);
        const lines = await collect(exportStore(store));
        const other = await engine.place();
        const copy = await other.open();
        try {
          await expect(importStore(copy, spoil(lines))).rejects.toMatchObject({
            name: 'StoreError',
            code: 'import_invalid',
          });
        } finally {
          await copy.close();
          await other.drop();
        }
      });
    },
  );
}

async function fill(store: Store): Promise<void> {
  const der = randomBytes(900);
  await store.putAuthority({
    catalogue: 'unify',
    authority: 'root',
    sha256: sha256Hex(der),
    der,
    provenance: 'imported',
    addedAt: 1,
  });
  for (let i = 1; i <= 3; i++) {
    await store.addCrl(newCrl(randomBytes(i * 600_000), { number: String(i), thisUpdate: i }), accept);
  }
  await store.addKnownUrl({ url: 'http://crl.example/1', issuerKey: 'aa', addedAt: 1 });
  await store.noteCertificate('key', '0a', 100, 0);
  await store.beginAttempt('http://crl.example/1', 10);
  await store.appendLog('test', { text: 'ä' }, 1);
}

async function collect(source: AsyncIterable<string>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of source) lines.push(line);
  return lines;
}

async function contents(store: Store) {
  return {
    authorities: await store.authorities(),
    crls: await store.crls(),
    urls: await store.urlStates(),
    known: await store.knownUrls(),
    noted: await store.notedCertificates(),
    log: await store.log(0, 1_000),
    bad: await verifyContents(store),
  };
}
