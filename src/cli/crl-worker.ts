/** The thread that indexes a large CRL and looks at its signature once for all; the index is moved back, not copied. */
import { parentPort } from 'node:worker_threads';
import { settleSignature } from '../revocation/accept.js';
import { indexCrl, transferablesOf } from '../revocation/index-crl.js';

export interface CrlWork {
  readonly der: Uint8Array;
  /** Certificates, DER, that may have signed it. */
  readonly signers: readonly Uint8Array[];
}

parentPort?.once('message', ({ der, signers }: CrlWork) => {
  const indexed = settleSignature(indexCrl(der), signers);
  parentPort?.postMessage(indexed, transferablesOf(indexed));
});
