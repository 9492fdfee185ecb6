/** The service of one process over a store that others write to. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLocalService, type LocalService } from '../../src/cli/local-service.js';
import { importCrl } from '../../src/refresh/bring.js';
import type { Store } from '../../src/store/port.js';
import { createWorld, type World } from '../refresh/world.js';

let w: World;
let service: LocalService | undefined;
beforeEach(async () => {
  w = await createWorld();
});
afterEach(async () => {
  await service?.stop();
  await w.close();
});

/** Within the five seconds in which a replica must know. */
async function until(holds: () => boolean): Promise<void> {
  const giveUp = performance.now() + 5_000;
  while (!holds() && performance.now() < giveUp) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(holds()).toBe(true);
}

it('uses a CRL that another replica brought while it started', async () => {
  let asked = 0;
  const brought = () => importCrl(w.deps, w.pki.issueCrl(w.pki.user, new Date(w.now)), 'imported');
  const store: Store = {
    ...w.store,
    async version() {
      asked += 1;
      if (asked === 1) await brought();
      return w.store.version();
    },
  };
  const silent = () => {};
  const log = { info: silent, warn: silent, error: silent };
  service = await createLocalService({ ...w.deps, store, certificates: [], log });
  const held = () => service?.material().crls?.length ?? 0;
  await until(() => held() > 0);
});

it('says which CRL is damaged where its snapshot cannot be made anew, and goes on with the last', async () => {
  const silent = () => {};
  service = await createLocalService({
    ...w.deps,
    certificates: [],
    log: { info: silent, warn: silent, error: silent },
  });
  const before = service.trust().version;
  const crl = w.pki.issueCrl(w.pki.user, new Date(w.now));
  const [answer] = await importCrl(w.deps, crl, 'imported');
  const sha256 = answer?.ok ? answer.record.sha256 : '';
  await rm(join(w.folder, 'crl', sha256.slice(0, 2), `${sha256}.crl`));
  const notes = () => service?.readiness().notes.join('\n') ?? '';
  await until(() => notes().includes(sha256));
  expect(notes()).not.toContain('cannot be reached');
  expect(service.trust().version).toBe(before);
  await importCrl(w.deps, crl, 'imported');
  await until(() => service?.material().crls?.length === 1);
  expect(notes()).not.toContain(sha256);
});
