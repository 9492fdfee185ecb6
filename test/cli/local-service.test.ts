/** The service of one process over a store that others write to. */
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
  const giveUp = performance.now() + 5_000;
  while (held() === 0 && performance.now() < giveUp) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(held()).toBe(1);
});
