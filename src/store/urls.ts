/**
 * URLs: what is known of each one that is fetched, which ones verified certificates name, and until when certificates
 * live that were seen. The last is needed to tell a serial that may leave a CRL (expired) from one that may not.
 */
import { type Engine, present, type Writer, write } from './engine.js';
import { sha256Text } from './hash.js';
import { append } from './log.js';
import type { KnownUrl, NotedCertificate, Store, UrlState } from './port.js';
import type { Tables } from './schema.js';

/** Certificates of one issuer name few distribution points; more is someone filling the table. */
const maximumKnownUrls = 32;
/** SQLite takes so many parameters in one query on every build. */
const batch = 500;
/** A CRL that comes later than this after a certificate's end is not asked about it any more. */
const forgetAfter = 90 * 86_400_000;

type UrlPart = Pick<
  Store,
  | 'urlState'
  | 'urlStates'
  | 'beginAttempt'
  | 'endAttempt'
  | 'knownUrls'
  | 'addKnownUrl'
  | 'noteCertificate'
  | 'notedCertificates'
  | 'unexpired'
>;

export function urlPart(engine: Engine): UrlPart {
  const { db } = engine;
  return {
    urlState: async (url) => {
      const row = await db.selectFrom('url_state').selectAll().where('url', '=', url).executeTakeFirst();
      return row && toState(row);
    },
    urlStates: async () => (await db.selectFrom('url_state').selectAll().orderBy('url').execute()).map(toState),
    beginAttempt: (url, at) =>
      write(engine, async (trx) => {
        await trx
          .insertInto('url_state')
          .values({ ...emptyRow(url), last_attempt: at, failures: 1, outcome: 'interrupted' })
          .onConflict((conflict) =>
            conflict.column('url').doUpdateSet((eb) => ({
              last_attempt: at,
              failures: eb('url_state.failures', '+', 1),
              outcome: 'interrupted',
            })),
          )
          .execute();
      }),
    endAttempt: (state, at, log) =>
      write(engine, async (trx) => {
        await putState(trx, state);
        await append(trx, 'fetch', log, at);
      }),
    knownUrls: async () => {
      const rows = await db.selectFrom('known_url').selectAll().orderBy('added_at').orderBy('url').execute();
      return rows.map((row) => ({
        url: row.url,
        issuerKey: row.issuer_key,
        addedAt: row.added_at,
        ...present({ catalogue: row.catalogue, authority: row.authority }),
      }));
    },
    addKnownUrl: (known) =>
      write(engine, async (trx) => {
        if (!(await insertKnownUrl(trx, known))) return false;
        await append(trx, 'url_known', { url: known.url, issuerKey: known.issuerKey }, known.addedAt);
        return true;
      }),
    noteCertificate: async (issuerKey, serial, notAfter, now) => {
      const id = certificateId(issuerKey, serial);
      const held = await db.selectFrom('certificate').select('id').where('id', '=', id).executeTakeFirst();
      if (held !== undefined) return;
      await write(engine, async (trx) => {
        await insertNoted(trx, { id, notAfter });
        await trx
          .deleteFrom('certificate')
          .where('not_after', '<', now - forgetAfter)
          .execute();
      });
    },
    notedCertificates: async () => {
      const rows = await db.selectFrom('certificate').selectAll().orderBy('id').execute();
      return rows.map(({ id, not_after }) => ({ id, notAfter: not_after }));
    },
    unexpired: async (issuerKey, serials, at) => {
      const bySerial = new Map(serials.map((serial) => [certificateId(issuerKey, serial), serial]));
      const ids = [...bySerial.keys()];
      const alive: string[] = [];
      for (let start = 0; start < ids.length; start += batch) {
        const rows = await db
          .selectFrom('certificate')
          .select('id')
          .where('id', 'in', ids.slice(start, start + batch))
          .where('not_after', '>=', at)
          .execute();
        for (const { id } of rows) alive.push(bySerial.get(id) ?? '');
      }
      return alive;
    },
  };
}

const certificateId = (issuerKey: string, serial: string): string => sha256Text(`${issuerKey}:${serial}`);

const emptyRow = (url: string): Tables['url_state'] => ({
  url,
  etag: null,
  last_modified: null,
  sha256: null,
  last_attempt: null,
  last_success: null,
  last_full: null,
  failures: 0,
  outcome: null,
});

export async function putState(trx: Writer, state: UrlState): Promise<void> {
  const { url, ...values } = {
    url: state.url,
    etag: state.etag ?? null,
    last_modified: state.lastModified ?? null,
    sha256: state.sha256 ?? null,
    last_attempt: state.lastAttempt ?? null,
    last_success: state.lastSuccess ?? null,
    last_full: state.lastFull ?? null,
    failures: state.failures,
    outcome: state.outcome ?? null,
  };
  await trx
    .insertInto('url_state')
    .values({ url, ...values })
    .onConflict((conflict) => conflict.column('url').doUpdateSet(values))
    .execute();
}

export async function insertNoted(trx: Writer, { id, notAfter }: NotedCertificate): Promise<boolean> {
  const row = await trx
    .insertInto('certificate')
    .values({ id, not_after: notAfter })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertKnownUrl(trx: Writer, known: KnownUrl): Promise<boolean> {
  const held = await trx.selectFrom('known_url').select('url').where('issuer_key', '=', known.issuerKey).execute();
  if (held.length >= maximumKnownUrls || held.some(({ url }) => url === known.url)) return false;
  await trx
    .insertInto('known_url')
    .values({
      url: known.url,
      issuer_key: known.issuerKey,
      catalogue: known.catalogue ?? null,
      authority: known.authority ?? null,
      added_at: known.addedAt,
    })
    .execute();
  return true;
}

function toState(row: Tables['url_state']): UrlState {
  return {
    url: row.url,
    failures: row.failures,
    ...present({
      etag: row.etag,
      lastModified: row.last_modified,
      sha256: row.sha256,
      lastAttempt: row.last_attempt,
      lastSuccess: row.last_success,
      lastFull: row.last_full,
      outcome: row.outcome,
    }),
  };
}
