/** A CRL of a million entries (42 MB): load, peak memory, look-ups, and the pause that loading in a worker leaves. */
import { execFileSync } from 'node:child_process';
import { issueLargeCrl, largeCrlSerial } from '../../../dist/stand-in/index.js';
import { format, markdown, spread } from '../harness.mjs';
import { haveOpenssl, openssl } from '../openssl.mjs';
import { file, makeChain, now } from '../pki.mjs';

const entryCount = 1_000_000;
const lookups = 20_000;
const rounds = 5;
const child = new URL('../crl-child.mjs', import.meta.url).pathname;

export async function crl() {
  const chain = makeChain('rsa-2048', 1);
  const { authority, leaves, files } = chain;
  const large = issueLargeCrl({
    issuer: authority,
    count: entryCount,
    serialLength: 16,
    reason: 'superseded',
    revocationDate: new Date('2026-02-01T00:00:00Z'),
    thisUpdate: new Date('2026-05-30T00:00:00Z'),
    nextUpdate: new Date('2026-06-09T00:00:00Z'),
  });
  const crlFile = file('large-crl', large);
  // Scattered over the list, in an order that no cache foresees.
  const serials = Array.from({ length: lookups }, (_, index) =>
    integer(largeCrlSerial((index * 7919 * 31) % entryCount)),
  );
  const serialFile = file('serials', ...serials);
  const leafFile = file('one-leaf', leaves[0]);
  const ours = (mode) =>
    JSON.parse(
      execFileSync(
        process.execPath,
        [child, mode, files.root, files.authority, leafFile, crlFile, files.crls[0], serialFile, now.toISOString()],
        { encoding: 'utf8' },
      ),
    );
  const contenders = [
    ['unify-pki', () => ours('direct')],
    ['unify-pki, indexed in a worker', () => ours('worker')],
    ...(haveOpenssl ? [['OpenSSL C', () => openssl('crl', files.authority, crlFile, serialFile)]] : []),
  ];
  const measured = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, [, run]] of contenders.entries()) measured[index].push(run());
  }
  const lines = contenders.map(([name], index) => {
    const of = (pick) => measured[index].map(pick);
    const ratios = measured[index].map((one, round) => one.us / measured[0][round].us);
    return [
      name,
      ...spread(of((one) => one.us / 1000)),
      ...(index === 0 ? ['1', ''] : spread(ratios)),
      spread(of((one) => one.peakKilobytes / 1024))[0],
      spread(of((one) => one.lookup))[0],
      measured[index][0].gap === undefined ? '' : spread(of((one) => one.gap))[0],
    ];
  });
  const header = [
    'contender',
    'load, median ms',
    'min–max',
    'ratio',
    'min–max',
    'peak MB',
    'look-up µs',
    'longest pause ms',
  ];
  return [
    `### A CRL of ${format(entryCount)} entries (${format(large.length / 1e6)} MB), signature checked\n\n` +
      `${markdown(header, lines)}\n\nLoading means: from the file until a first verdict rests on it. Peak is above the idle process; ` +
      'in the worker, load is the time until the verdict, and the pause is the longest of the event loop meanwhile.\n',
  ];
}

/** INTEGER, DER. */
function integer(value) {
  const hexadecimal = value.toString(16);
  const octets = Buffer.from(hexadecimal.length % 2 ? `0${hexadecimal}` : hexadecimal, 'hex');
  return Buffer.concat([Buffer.from([2, octets.length]), octets]);
}
