/**
 * Indexes a CRL and settles its signature: a large one in a thread of its own, so that requests are answered meanwhile. The
 * index comes back moved, not copied; so do the octets that are given away with the question.
 */
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type CrlIndexer, indexHere } from '../refresh/deps.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import type { CrlWork } from './crl-worker.js';

/** Below this a thread takes longer to start than the work takes: about 10,000 entries. */
const largeCrl = 512 * 1024;
const workerFile = new URL('./crl-worker.js', import.meta.url);
// Run from the sources, as tests do, there is no built file that a thread could load.
const haveWorker = existsSync(fileURLToPath(workerFile));

export const threadIndexer: CrlIndexer = async (der, signers, given) => {
  if (der.length < largeCrl || !haveWorker) return indexHere(der, signers);
  const { buffer } = der;
  const movable = given === 'given' && buffer instanceof ArrayBuffer && buffer.byteLength === der.length;
  const moved = movable ? new Uint8Array(buffer) : await copyOf(der);
  const worker = new Worker(workerFile);
  try {
    return await new Promise<IndexedCrl>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      const work: CrlWork = { der: moved, signers: signers.map((signer) => signer.slice()) };
      worker.postMessage(work, [moved.buffer]);
    });
  } finally {
    await worker.terminate();
  }
};

/** Octets copied at one go: about three milliseconds' worth, after which requests that wait get their turn. */
const slice = 4 * 1024 * 1024;

async function copyOf(der: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const copy = new Uint8Array(der.length);
  for (let at = 0; at < der.length; at += slice) {
    copy.set(der.subarray(at, at + slice), at);
    await setImmediate();
  }
  return copy;
}
