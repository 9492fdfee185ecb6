/**
 * Ten years of CRLs as a snapshot in a process of its own, with --expose-gc: 730 CRLs of 2,000 entries out of a store. Argument:
 * none. Prints one JSON line: what lives after a collection, above the start, how long reading takes, and the longest pause of
 * the event loop meanwhile.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { threadIndexer } from '../../dist/cli/crl-indexer.js';
import { createTrust } from '../../dist/index.js';
import { createGuard } from '../../dist/net/guard.js';
import { acceptCrl } from '../../dist/refresh/accept.js';
import { readAuthorities } from '../../dist/refresh/authorities.js';
import { importAuthorities } from '../../dist/refresh/bring.js';
import { createEvidenceReader } from '../../dist/refresh/evidence.js';
import { createStandIn, issueLargeCrl } from '../../dist/stand-in/index.js';
import { openSqliteStore } from '../../dist/store/sqlite.js';
import { loadCatalogue } from '../../dist/trust/catalogue.js';

const crlCount = 730;
const entryCount = 2_000;
const interval = 4.95 * 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'unify-pki-bench-history-'));
try {
  const now = Date.now();
  const from = now - crlCount * interval;
  const pki = createStandIn({
    now: new Date(now),
    crlBaseUrl: 'http://127.0.0.1:9',
    algorithm: 'ec-p256',
    rootFrom: new Date(from - 400 * 86_400_000),
    issuingFrom: new Date(now - 3_640 * 86_400_000),
  });
  const store = await openSqliteStore({ folder });
  const deps = { store, guard: createGuard(), catalogues: [loadCatalogue(pki.catalogue)], now: () => now };
  for (const { certificate } of pki.authorities) await importAuthorities(deps, certificate, 'imported');
  const authorities = await readAuthorities(store, deps.catalogues);
  for (let index = 0; index < crlCount; index += 1) {
    const thisUpdate = new Date(from + (index + 1) * interval - 3_600_000);
    const der = issueLargeCrl({
      issuer: pki.infrastructure,
      thisUpdate,
      nextUpdate: new Date(thisUpdate.getTime() + 10 * 86_400_000),
      crlNumber: index + 1,
      count: entryCount,
      reason: 'superseded',
      // A new date each quarter makes every entry a new one: ten years of them differ as real lists do.
      revocationDate: new Date(from - 86_400_000 + Math.floor(index / 20) * 3_600_000),
    });
    const answer = await acceptCrl(deps, { der, provenance: 'imported' }, authorities);
    if (!answer.ok) throw new Error(answer.code);
  }
  const living = () => {
    globalThis.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 2 ** 20;
  };
  const [anchor, ...intermediates] = pki.authorities.map(({ certificate }) => certificate);
  createTrust({ anchors: [anchor], intermediates });
  const before = living();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await setTimeout(50);
  delay.reset();
  const start = performance.now();
  const { crls, history } = await createEvidenceReader(store, { indexer: threadIndexer })();
  const trust = createTrust({ anchors: [anchor], intermediates, crls, history });
  const milliseconds = performance.now() - start;
  await setTimeout(20);
  delay.disable();
  const megabytes = living() - before;
  if (crls.length + history.length !== crlCount || trust.refused.length > 0) throw new Error('CRLs are missing');
  await store.close();
  process.stdout.write(`${JSON.stringify({ megabytes, milliseconds, pause: delay.max / 1e6 })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
