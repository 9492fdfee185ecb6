/**
 * What a store holds as material for a snapshot. Each CRL is indexed once for the life of the process, however often the
 * snapshot is made anew; a large one in a thread of its own, so that requests are answered meanwhile. What is quarantined
 * stays out. The store's log shows by when a CRL existed.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { settleSignature } from '../revocation/accept.js';
import { type IndexedCrl, indexCrl } from '../revocation/index-crl.js';
import type { CrlRecord, Store } from '../store/port.js';
import type { CrlWork } from './crl-worker.js';

export interface Evidence {
  readonly authorities: Uint8Array[];
  readonly crls: IndexedCrl[];
}

/** Below this a thread takes longer to start than the work takes: about 10,000 entries. */
const largeCrl = 512 * 1024;
const workerFile = new URL('./crl-worker.js', import.meta.url);

export function createEvidenceReader(store: Store): () => Promise<Evidence> {
  const indexed = new Map<string, IndexedCrl>();
  return async () => {
    const authorities = (await store.authorities()).map(({ der }) => der);
    const crls: IndexedCrl[] = [];
    for (const record of await store.crls()) {
      if (record.state === 'quarantined') continue;
      const crl = indexed.get(record.sha256) ?? (await read(record, authorities));
      if (crl === undefined) continue;
      indexed.set(record.sha256, crl);
      crls.push(crl);
    }
    return { authorities, crls };
  };

  async function read({ sha256, size, addedAt }: CrlRecord, signers: Uint8Array[]): Promise<IndexedCrl | undefined> {
    const der = await store.crlBytes(sha256);
    if (der === undefined) return undefined;
    const crl = size < largeCrl ? indexCrl(der) : await indexLarge({ der, signers });
    return { ...crl, existedBy: addedAt };
  }
}

async function indexLarge(work: CrlWork): Promise<IndexedCrl> {
  // Run from the sources, as tests do, there is no built file that a thread could load.
  if (!existsSync(fileURLToPath(workerFile))) return settleSignature(indexCrl(work.der), work.signers);
  const worker = new Worker(workerFile);
  try {
    // A copy: what the store gave may be a view into a larger buffer, which must not be moved away with it.
    const der = work.der.slice();
    return await new Promise<IndexedCrl>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.postMessage({ ...work, der }, [der.buffer]);
    });
  } finally {
    await worker.terminate();
  }
}
