/**
 * Child of history.test.ts, with --expose-gc: makes the snapshot of a store as the service does, and tells what it takes.
 * Memory is what lives after a collection: heap and array buffers.
 */
import { createEvidenceReader } from '../../../src/refresh/evidence.js';
import { openStore } from '../../../src/store/open.js';
import { verifyCertificate } from '../../../src/verify/certificate.js';
import { createTrust } from '../../../src/verify/snapshot.js';

export interface HistoryInput {
  readonly folder: string;
  /** DER in base64; the first is the anchor. */
  readonly authorities: readonly string[];
  /** Certificate and times to be judged. */
  readonly questions: readonly { readonly certificate: string; readonly at: string }[];
  readonly now: string;
}

export interface HistoryReport {
  readonly megabytes: number;
  /** The most while the store was read, above the start. */
  readonly peakMegabytes: number;
  readonly crls: number;
  readonly whole: number;
  readonly statuses: readonly string[];
}

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

function living(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

process.once('message', async (input: HistoryInput) => {
  const store = await openStore({ folder: input.folder });
  const [anchor, ...intermediates] = input.authorities.map(fromBase64);
  if (anchor === undefined) throw new Error('no anchor');
  // What the runtime loads and remembers at first use is none of the snapshot's.
  createTrust({ anchors: [anchor], intermediates });
  const before = living();
  let peak = before;
  let reads = 0;
  const watched = {
    ...store,
    crlBytes: async (sha256: string) => {
      reads += 1;
      if (reads % 60 === 0) peak = Math.max(peak, living());
      return store.crlBytes(sha256);
    },
  };
  const { crls, history } = await createEvidenceReader(watched)();
  const trust = createTrust({ anchors: [anchor], intermediates, crls, history });
  const after = living();
  const now = new Date(input.now);
  const statuses = input.questions.map(({ certificate, at }) => {
    const verdict = verifyCertificate({ certificate: fromBase64(certificate) }, trust, { now, at: new Date(at) });
    return verdict.status;
  });
  const report: HistoryReport = {
    megabytes: after - before,
    peakMegabytes: peak - before,
    crls: crls.length + history.length,
    whole: crls.length,
    statuses,
  };
  process.send?.(report);
  await store.close();
  process.disconnect();
});
