/**
 * One load of a large CRL in a process of its own, so that its peak memory is its own. Arguments: direct or worker, root,
 * authority, leaf, large CRL, the root's CRL, serial numbers to look up, time. Prints one JSON line.
 */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createTrust, indexCrl, verifyCertificate } from '../../dist/index.js';
import { settleSignature } from '../../dist/revocation/accept.js';
import { findEntries, transferablesOf } from '../../dist/revocation/index-crl.js';

if (isMainThread) await main(process.argv.slice(2));
else {
  // As the service does (cli/crl-worker): the signature is looked at in the thread too.
  const indexed = settleSignature(indexCrl(plain(readFileSync(workerData.crl))), [readFileSync(workerData.authority)]);
  parentPort.postMessage(indexed, transferablesOf(indexed));
}

async function main([mode, root, authority, leaf, crl, rootCrl, serials, time]) {
  const now = new Date(time);
  const [anchor, intermediate, certificate, ownCrl] = [root, authority, leaf, rootCrl].map((path) =>
    readFileSync(path),
  );
  // A service that is running has judged before: the pause is not to be that of code which runs for the first time.
  for (let round = 0; mode === 'worker' && round < 50; round += 1) {
    const small = createTrust({ anchors: [anchor], intermediates: [intermediate], crls: [ownCrl] });
    verifyCertificate({ certificate, revocation: 'known' }, small, { now });
  }
  const idle = process.memoryUsage.rss();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  if (mode === 'worker') {
    delay.enable();
    await setTimeout(50);
    delay.reset();
  }
  const processor = process.cpuUsage();
  const start = performance.now();
  const indexed = mode === 'worker' ? await inWorker({ crl, authority }) : indexCrl(plain(readFileSync(crl)));
  const trust = createTrust({ anchors: [anchor], intermediates: [intermediate], crls: [indexed, ownCrl] });
  const verdict = verifyCertificate({ certificate, revocation: 'require' }, trust, { now });
  const spent = process.cpuUsage(processor);
  const wall = (performance.now() - start) * 1000;
  if (verdict.status !== 'valid') throw new Error(`the verdict is wrong: ${JSON.stringify(verdict.findings)}`);
  const peakKilobytes = process.resourceUsage().maxRSS - idle / 1024;
  if (mode === 'worker') await setTimeout(20);
  delay.disable();
  const sought = split(readFileSync(serials));
  for (const serial of sought.slice(0, 2000)) findEntries(indexed, serial);
  const before = process.cpuUsage();
  let found = 0;
  for (const serial of sought) found += findEntries(indexed, serial).length;
  const looked = process.cpuUsage(before);
  if (found !== sought.length) throw new Error(`found ${found} of ${sought.length} serial numbers`);
  const result = {
    us: mode === 'worker' ? wall : spent.user + spent.system,
    peakKilobytes,
    lookup: (looked.user + looked.system) / sought.length,
    ...(mode === 'worker' ? { gap: delay.max / 1e6 } : {}),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function inWorker(files) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: files });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** A view over a buffer of its own, which can be transferred. */
function plain(buffer) {
  return buffer.byteLength === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer);
}

/** The content octets of INTEGERs that lie one after another. */
function split(all) {
  const parts = [];
  for (let at = 0; at < all.length; at += 2 + all[at + 1])
    parts.push(new Uint8Array(all.subarray(at + 2, at + 2 + all[at + 1])));
  return parts;
}
