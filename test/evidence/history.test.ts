/**
 * Ten years of an authority that publishes twice in ten days: 730 CRLs of 2,000 entries in a store, as one snapshot. The
 * limits are those of the project's yardsticks; where memory lies is measured after a collection, time is not.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createGuard } from '../../src/net/guard.js';
import { acceptCrl } from '../../src/refresh/accept.js';
import { readAuthorities } from '../../src/refresh/authorities.js';
import { importAuthorities } from '../../src/refresh/bring.js';
import { createStandIn, issueServer } from '../../src/stand-in/index.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { startChild } from '../store/child/child.js';
import type { HistoryInput, HistoryReport } from './child/history.js';
import { issueRawCrl, rawEntry } from './crl.js';

const day = 86_400_000;
const crlCount = 730;
const entryCount = 2_000;
/** A little below five days: the authority itself is ten years old. */
const interval = 4.95 * day;
/** Entries that leave and join from one CRL to the next. */
const churn = 5;

it('730 CRLs of 2,000 entries take at most 60 MB, also while they are read', { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unify-pki-history-'));
  try {
    const now = new Date();
    const from = now.getTime() - crlCount * interval;
    const pki = createStandIn({
      now,
      crlBaseUrl: 'http://127.0.0.1:9',
      algorithm: 'ec-p256',
      rootFrom: new Date(from - 400 * day),
      issuingFrom: new Date(now.getTime() - 3_640 * day),
    });
    const authority = pki.infrastructure;
    const server = issueServer({
      issuer: authority,
      hosts: ['uc.stand-in.example'],
      notBefore: new Date(from),
      notAfter: new Date(now.getTime() + 300 * day),
    });
    const revokedAt = new Date(from + 1_825 * day);
    const store = await openSqliteStore({ folder });
    const deps = { store, guard: createGuard(), catalogues: [loadCatalogue(pki.catalogue)], now: () => now.getTime() };
    for (const { certificate } of pki.authorities) await importAuthorities(deps, certificate, 'imported');
    const authorities = await readAuthorities(store, deps.catalogues);
    const entries = Array.from({ length: entryCount + crlCount * churn }, (_, index) =>
      rawEntry(2n ** 120n + BigInt(index) * 7_919n, new Date(from + index * 3_600_000)),
    );
    const own = rawEntry(BigInt(server.serialNumber), revokedAt);
    const bring = async (der: Uint8Array): Promise<void> => {
      const answer = await acceptCrl(deps, { der, provenance: 'imported' }, authorities);
      if (!answer.ok) throw new Error(answer.code);
    };
    for (let index = 0; index < crlCount; index++) {
      const thisUpdate = new Date(from + (index + 1) * interval - 3_600_000);
      const revoked = thisUpdate >= revokedAt;
      const listed = entries.slice(index * churn, index * churn + entryCount - Number(revoked));
      const nextUpdate = new Date(thisUpdate.getTime() + 10 * day);
      const octets = Buffer.concat(revoked ? [...listed, own] : listed);
      await bring(issueRawCrl({ issuer: authority, thisUpdate, nextUpdate, number: index + 1, entries: octets }));
    }
    await bring(pki.issueCrl(pki.root, new Date(from), { nextUpdate: new Date(now.getTime() + 30 * day) }));
    await store.close();
    const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');
    const input: HistoryInput = {
      folder,
      authorities: pki.authorities.map(({ certificate }) => base64(certificate)),
      questions: [now, new Date(revokedAt.getTime() - 30 * day), new Date(revokedAt.getTime() + 30 * day)].map(
        (at) => ({
          certificate: base64(server.certificate),
          at: at.toISOString(),
        }),
      ),
      now: now.toISOString(),
    };
    const child = startChild(new URL('./child/history.ts', import.meta.url), input, ['--expose-gc']);
    const report = await child.message((message) => message as HistoryReport);
    expect(report.crls).toBe(crlCount + 1);
    expect(report.whole).toBe(2);
    expect(report.megabytes).toBeLessThan(60);
    expect(report.peakMegabytes).toBeLessThan(60);
    expect(report.statuses).toEqual(['invalid', 'valid', 'invalid']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
