/**
 * One load of a large CRL in a process of its own, so that its peak memory is its own. Arguments: direct or worker, root,
 * authority, large CRL, leaf, the root's CRL, serial numbers to look up, time. Prints one JSON line; exits with 3 where the
 * CRL is not accepted.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { threadIndexer } from '../../dist/cli/crl-indexer.js';
import { createTrust, indexCrl, verifyCertificate } from '../../dist/index.js';
import { findEntries } from '../../dist/revocation/index-crl.js';

const [mode, root, authority, crl, leaf, rootCrl, serials, time] = process.argv.slice(2);
const worker = mode === 'worker';
const now = new Date(time);
const [anchor, intermediate, certificate, ownCrl] = [root, authority, leaf, rootCrl].map((path) => readFileSync(path));
// A service that is running has judged before: the pause is not to be that of code which runs for the first time.
for (let round = 0; worker && round < 50; round += 1) {
  const small = createTrust({ anchors: [anchor], intermediates: [intermediate], crls: [ownCrl] });
  verifyCertificate({ certificate, revocation: 'known' }, small, { now });
}
const idle = process.memoryUsage.rss();
const delay = monitorEventLoopDelay({ resolution: 1 });
if (worker) {
  delay.enable();
  await setTimeout(50);
  delay.reset();
}
const processor = process.cpuUsage();
const start = performance.now();
// As the service does: its store reads a file so and gives the octets to the thread.
const indexed = worker
  ? await threadIndexer(plain(await readFile(crl)), [intermediate], 'given')
  : indexCrl(plain(readFileSync(crl)));
const trust = createTrust({ anchors: [anchor], intermediates: [intermediate], crls: [indexed, ownCrl] });
const verdict = verifyCertificate({ certificate, revocation: 'require' }, trust, { now });
const wall = performance.now() - start;
const spent = process.cpuUsage(processor);
const peakKilobytes = process.resourceUsage().maxRSS - idle / 1024;
if (worker) await setTimeout(20);
delay.disable();
if (verdict.status !== 'valid') {
  process.stderr.write(`the verdict is ${verdict.status}: ${JSON.stringify(verdict.findings)}\n`);
  process.exit(3);
}

const all = split(readFileSync(serials));
const warmUp = all.slice(0, all.length / 10);
const sought = all.slice(warmUp.length);
// As in a service that is running: the code is compiled. None of these serial numbers is asked about again.
for (const serial of warmUp) findEntries(indexed, serial);
const before = process.cpuUsage();
let found = 0;
for (const serial of sought) found += findEntries(indexed, serial).length;
const looked = process.cpuUsage(before);
if (found !== sought.length) throw new Error(`found ${found} of ${sought.length} serial numbers`);
process.stdout.write(
  `${JSON.stringify({
    us: spent.user + spent.system,
    wallUs: wall * 1000,
    peakKilobytes,
    lookup: (looked.user + looked.system) / sought.length,
    ...(worker ? { gap: delay.max / 1e6 } : {}),
  })}\n`,
);

/** A view over a buffer of its own, which can be transferred. */
function plain(buffer) {
  return buffer.byteLength === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer);
}

/** The content octets of INTEGERs that lie one after another. */
function split(integers) {
  const parts = [];
  for (let at = 0; at < integers.length; at += 2 + integers[at + 1])
    parts.push(new Uint8Array(integers.subarray(at + 2, at + 2 + integers[at + 1])));
  return parts;
}
