/** A stand-in PKI, its distribution point on loopback, a store and a clock that the test moves: what the CRL job runs in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGuard, type Guard } from '../../src/net/guard.js';
import { importAuthorities } from '../../src/refresh/bring.js';
import type { RefreshDeps, RefreshEvent } from '../../src/refresh/deps.js';
import {
  createStandIn,
  type DistributionPoint,
  type StandIn,
  type StandInAuthority,
  serveDistributionPoint,
} from '../../src/stand-in/index.js';
import type { Store } from '../../src/store/port.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { type Catalogue, loadCatalogue } from '../../src/trust/catalogue.js';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const start = Date.UTC(2026, 5, 1, 12);

export interface World {
  readonly point: DistributionPoint;
  readonly pki: StandIn;
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly guard: Guard;
  readonly deps: RefreshDeps;
  readonly events: RefreshEvent[];
  /** The store's. */
  readonly folder: string;
  now: number;
  publish(authority: StandInAuthority, der?: Uint8Array): Uint8Array;
  publishAll(): void;
  alarms(): string[];
  close(): Promise<void>;
}

export interface WorldInput {
  readonly install?: boolean;
  /** Changes the catalogue's JSON before it is read. */
  readonly edit?: (json: { authorities: Record<string, unknown>[] }) => void;
  readonly rules?: Omit<Parameters<typeof createGuard>[0], 'allow'>;
}

export async function createWorld(input: WorldInput = {}): Promise<World> {
  const point = await serveDistributionPoint();
  const pki = createStandIn({ now: new Date(start), crlBaseUrl: point.url, algorithm: 'ec-p256' });
  const json = structuredClone(pki.catalogue) as unknown as { authorities: Record<string, unknown>[] };
  input.edit?.(json);
  const catalogue = loadCatalogue(json);
  const folder = await mkdtemp(join(tmpdir(), 'unify-pki-refresh-'));
  const store = await openSqliteStore({ folder });
  const port = Number(new URL(point.url).port);
  const guard = createGuard({ ...input.rules, allow: [{ cidr: '127.0.0.1/32', ports: [port] }] });
  const events: RefreshEvent[] = [];
  const world: World = {
    point,
    pki,
    catalogue,
    store,
    guard,
    events,
    folder,
    now: start,
    deps: {
      store,
      guard,
      catalogues: [catalogue],
      now: () => world.now,
      onEvent: (event) => {
        events.push(event);
      },
    },
    publish: (authority, der = pki.issueCrl(authority, new Date(world.now))) => {
      point.publish(authority.crlPath, der, new Date(world.now));
      return der;
    },
    publishAll: () => {
      for (const authority of pki.authorities) world.publish(authority);
    },
    alarms: () => events.flatMap((event) => (event.type === 'alarm' ? [event.code] : [])),
    close: async () => {
      await store.close();
      await point.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  if (input.install !== false) {
    for (const authority of pki.authorities) await importAuthorities(world.deps, authority.certificate, 'imported');
  }
  return world;
}
