/** Child of replicas.test.ts: one service process as far as CRLs go: the schedule, and the watch that tells of new ones. */
import { createGuard } from '../../src/net/guard.js';
import { startSchedule } from '../../src/refresh/job.js';
import { openStore } from '../../src/store/open.js';
import { watchStore } from '../../src/store/watch.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';

export interface ReplicaInput {
  readonly databaseUrl: string;
  readonly catalogue: unknown;
  readonly port: number;
  /** The clock of all: `from` at the real time `zero`, so many times faster. */
  readonly from: number;
  readonly zero: number;
  readonly speed: number;
  readonly leaseMs: number;
}

process.once('message', async (input: ReplicaInput) => {
  const store = await openStore({ databaseUrl: input.databaseUrl, folder: '' });
  const tell = async (): Promise<void> => {
    for (const { sha256 } of await store.crls({ current: true })) process.send?.({ uses: sha256 });
  };
  watchStore(store, -1, { everyMs: 500, onChange: tell });
  startSchedule(
    {
      store,
      guard: createGuard({ allow: [{ cidr: '127.0.0.1/32', ports: [input.port] }] }),
      catalogues: [loadCatalogue(input.catalogue)],
      now: () => input.from + (Date.now() - input.zero) * input.speed,
    },
    { tickMs: 50, leaseMs: input.leaseMs },
  );
  process.send?.({ ready: true });
  // Timers of the job do not keep a process alive; the connection to the parent does.
  process.on('disconnect', () => process.exit());
});
