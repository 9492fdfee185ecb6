/**
 * The trust of one command: anchors and catalogues as given; without them the built-in catalogue. Where a catalogue
 * counts, what the data folder holds counts too, since pins decide what of it is an authority.
 */
import { existsSync } from 'node:fs';
import { createEvidenceReader } from '../refresh/evidence.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import { openStore } from '../store/open.js';
import type { Store } from '../store/port.js';
import type { Catalogue } from '../trust/catalogue.js';
import { createTrust, type Trust, type TrustInput } from '../verify/snapshot.js';
import { readCatalogues } from './catalogues.js';
import { type Configuration, readConfiguration } from './configuration.js';
import { threadIndexer } from './crl-indexer.js';
import { readInput } from './files.js';
import type { Io } from './io.js';

export interface TrustOptions {
  anchor?: string[];
  catalogue?: string[];
  data?: string;
}

/** The configuration with the options of the command line over it. */
export function configured(options: { data?: string; catalogue?: string[] }, io: Io): Configuration {
  const configuration = readConfiguration(io.env);
  return {
    ...configuration,
    ...(options.data === undefined ? {} : { dataFolder: options.data }),
    ...(options.catalogue === undefined || options.catalogue.length === 0 ? {} : { catalogues: options.catalogue }),
  };
}

export const openConfiguredStore = (configuration: Configuration, create: boolean): Promise<Store> =>
  openStore({
    folder: configuration.dataFolder,
    create,
    ...(configuration.databaseUrl === undefined ? {} : { databaseUrl: configuration.databaseUrl }),
  });

/** The anchors of timestamp authorities that the operator trusts. */
export const readTimestampAuthorities = ({ timestampAuthorities }: Configuration, io: Io): Promise<Uint8Array[]> =>
  Promise.all(timestampAuthorities.map((path) => readInput(path, io)));

/** The store where there is one; undefined where nothing was ever stored. */
export async function existingStore(configuration: Configuration): Promise<Store | undefined> {
  const exists = configuration.databaseUrl !== undefined || existsSync(configuration.dataFolder);
  return exists ? openConfiguredStore(configuration, false) : undefined;
}

/** What the snapshot of this command is made of. */
export async function commandMaterial(options: TrustOptions, io: Io): Promise<TrustInput> {
  const configuration = configured(options, io);
  const anchors = await Promise.all((options.anchor ?? []).map((path) => readInput(path, io)));
  const timestampAuthorities = await readTimestampAuthorities(configuration, io);
  // Anchors alone: nothing that lies on this machine takes part in the answer.
  if (anchors.length > 0 && (options.catalogue ?? []).length === 0) {
    return { anchors, timestampAuthorities };
  }
  const store = await existingStore(configuration);
  try {
    return { ...(await catalogueMaterial(configuration, store)), anchors, timestampAuthorities };
  } finally {
    await store?.close();
  }
}

/** The catalogues with what lies beside the built-in one, and all that the store holds. */
export async function catalogueMaterial(
  configuration: Configuration,
  store: Store | undefined,
): Promise<{ catalogues: Catalogue[]; intermediates: Uint8Array[]; crls: IndexedCrl[] }> {
  const { catalogues, certificates } = readCatalogues(configuration.catalogues);
  const held =
    store === undefined
      ? { authorities: [], crls: [] }
      : await createEvidenceReader(store, { indexer: threadIndexer, whole: Number.POSITIVE_INFINITY })();
  return {
    catalogues: [...catalogues],
    intermediates: [...certificates, ...held.authorities],
    crls: held.crls,
  };
}

export const commandTrust = async (options: TrustOptions, io: Io): Promise<Trust> =>
  createTrust(await commandMaterial(options, io));
