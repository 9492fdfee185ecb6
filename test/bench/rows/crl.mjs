/**
 * CRLs: one of a million entries (49 MB), its load, peak memory, look-ups and the pause that loading in a worker leaves; and one
 * of ten thousand, which pkijs can load as well.
 */
import { execFileSync } from 'node:child_process';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { createTrust, verifyCertificate } from '../../../dist/index.js';
import { issueCrl, issueLargeCrl, largeCrlSerial } from '../../../dist/stand-in/index.js';
import { format, inProcess, markdown, row, spread } from '../harness.mjs';
import { haveOpenssl, openssl, opensslContender } from '../openssl.mjs';
import { dnsName, file, makeChain, now } from '../pki.mjs';

const entryCount = 1_000_000;
const smallCount = 10_000;
/** Of which the child takes the first tenth to warm up. */
const lookups = 100_000;
const rounds = 5;
const child = new URL('../crl-child.mjs', import.meta.url).pathname;
const listed = {
  reason: 'superseded',
  revocationDate: new Date('2026-02-01T00:00:00Z'),
  thisUpdate: new Date('2026-05-30T00:00:00Z'),
  nextUpdate: new Date('2026-06-09T00:00:00Z'),
};

export async function crl() {
  const chain = makeChain('rsa-2048', 1);
  return [million(chain), await small(chain)];
}

function million({ authority, leaves, files }) {
  const large = issueLargeCrl({ issuer: authority, count: entryCount, serialLength: 16, ...listed });
  const crlFile = file('large-crl', large);
  // Scattered over the list, in an order that no cache foresees; no two are the same.
  const serialFile = file('serials', ...serialsOf(lookups, (index) => (index * 7919 * 31) % entryCount));
  const leafFile = file('one-leaf', leaves[0]);
  const rest = [leafFile, files.crls[0], serialFile, now.toISOString()];
  const ours = (mode) => (path) =>
    JSON.parse(
      execFileSync(process.execPath, [child, mode, files.root, files.authority, path, ...rest], {
        encoding: 'utf8',
        stdio: 'pipe',
      }),
    );
  const contenders = [
    ['unify-pki', ours('direct')],
    ['unify-pki, indexed in a worker', ours('worker')],
    ...(haveOpenssl ? [['OpenSSL C', (path) => openssl('crl', files.authority, path, serialFile)]] : []),
  ];
  const spoiltFile = file('spoilt-crl', spoil(large));
  for (const [name, run] of contenders) refusesSpoilt(name, () => run(spoiltFile));
  const measured = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, [, run]] of contenders.entries()) measured[index].push(run(crlFile));
  }
  const peer = haveOpenssl ? measured.at(-1) : undefined;
  const lines = contenders.map(([name], index) => {
    const of = (pick) => measured[index].map(pick);
    const against = (pick) => {
      if (peer === undefined || measured[index] === peer) return '';
      return oneCell(spread(measured[index].map((one, round) => pick(peer[round]) / pick(one))));
    };
    return [
      name,
      ...spread(of(({ us }) => us / 1000)),
      ...spread(of(({ wallUs }) => wallUs / 1000)),
      against(({ us }) => us),
      against(({ wallUs }) => wallUs),
      spread(of(({ peakKilobytes }) => peakKilobytes / 1024))[0],
      spread(of(({ lookup }) => lookup))[0],
      measured[index][0].gap === undefined
        ? ''
        : spread(of((one) => one.gap))
            .join(' (')
            .concat(')'),
    ];
  });
  const header = [
    'contender',
    'load, CPU ms',
    'min–max',
    'load, wall ms',
    'min–max',
    "OpenSSL's CPU ÷ its",
    "OpenSSL's wall ÷ its",
    'peak MB',
    'look-up µs',
    'longest pause ms',
  ];
  return (
    `### A CRL of ${format(entryCount)} entries (${format(large.length / 1e6)} MB), signature checked\n\n` +
    `${markdown(header, lines)}\n\n` +
    'Loading means: from the file until a first verdict rests on it (OpenSSL: until the signature is checked and a first serial ' +
    'looked for, which sorts the list). Medians; a ratio is taken within one round, and above 1 OpenSSL took longer. In process ' +
    'the CPU time is what counts: both work in one thread. With a worker it is the wall time: someone waits for it while another ' +
    'thread works, and the start of that thread is in it; on a machine that is busy otherwise it says little, and the CPU time, ' +
    'which has the polling of the event loop in it, stands beside it. Peak is above the idle process. The pause is the longest ' +
    'of the event loop while the worker loads.\n'
  );
}

const oneCell = ([median, range]) => `${median} (${range})`;

/** Everything in memory, the program warm: one load, then one certificate that is not listed and one that is. */
function small({ root, authority, leaves, makeLeaf, files }) {
  const revoked = makeLeaf(1);
  const entries = [
    ...Array.from({ length: smallCount - 1 }, (_, index) => ({ serialNumber: largeCrlSerial(index), ...listed })),
    { serialNumber: revoked.serialNumber, ...listed },
  ];
  const der = issueCrl({ issuer: authority, entries, thisUpdate: listed.thisUpdate, nextUpdate: listed.nextUpdate });
  const spoilt = spoil(der);
  const rootCrl = issueCrl({ issuer: root, thisUpdate: listed.thisUpdate, nextUpdate: listed.nextUpdate });
  const ask = (octets) => {
    const [anchors, intermediates] = [[root.certificate], [authority.certificate]];
    const trust = createTrust({ anchors, intermediates, crls: [octets, rootCrl] });
    const identity = { type: 'dns', value: dnsName };
    const statusOf = (certificate) =>
      verifyCertificate({ certificate, identity, revocation: 'require' }, trust, { now, at: now }).status;
    return statusOf(leaves[0]) === 'valid' && statusOf(revoked.certificate) === 'invalid';
  };
  const askPkijs = async (octets) => {
    // Its own fromBER stops at 10,000 nodes, about 1,400 entries.
    const parsed = asn1js.fromBER(octets, { maxNodes: 1_000_000 });
    const list = new pkijs.CertificateRevocationList({ schema: parsed.result });
    const issuerCertificate = pkijs.Certificate.fromBER(authority.certificate);
    if (!(await list.verify({ issuerCertificate }))) return false;
    const isRevoked = (certificate) => list.isCertificateRevoked(pkijs.Certificate.fromBER(certificate));
    return !isRevoked(leaves[0]) && isRevoked(revoked.certificate);
  };
  const crlFile = file('small-crl', der);
  const serialFile = file('small-serials', integer(BigInt(revoked.serialNumber)));
  if (haveOpenssl) {
    refusesSpoilt('OpenSSL C', () => openssl('crl', files.authority, file('small-spoilt', spoilt), serialFile));
  }
  return row(
    `A CRL of ${format(smallCount)} entries, signature checked, one certificate listed and one not`,
    [
      inProcess({ name: 'unify-pki', batch: 20, operation: () => ask(der), refuses: () => ask(spoilt) }),
      ...opensslContender('OpenSSL C', 'crl', files.authority, crlFile, serialFile),
      inProcess({ name: 'pkijs 4', batch: 1, operation: () => askPkijs(der), refuses: () => askPkijs(spoilt) }),
    ],
    { rounds: 3, warmUp: 1 },
  );
}

/** The last octet is the signature's. */
function spoil(der) {
  const copy = new Uint8Array(der);
  copy[copy.length - 1] ^= 1;
  return copy;
}

/** Exit code 3 is the refusal; anything else is a failure of the bench. */
function refusesSpoilt(name, run) {
  try {
    run();
  } catch (error) {
    if (error.status === 3) return;
    throw error;
  }
  throw new Error(`${name} accepts a spoilt CRL`);
}

const serialsOf = (count, indexOf) =>
  Array.from({ length: count }, (_, index) => integer(largeCrlSerial(indexOf(index))));

/** INTEGER, DER. */
function integer(value) {
  const hexadecimal = value.toString(16);
  const octets = Buffer.from(hexadecimal.length % 2 ? `0${hexadecimal}` : hexadecimal, 'hex');
  return Buffer.concat([Buffer.from([2, octets.length]), octets]);
}
