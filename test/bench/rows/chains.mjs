/** Chains of three certificates: from DER with nothing known, and with the authority known and CRLs checked. */
import { createPublicKey, verify } from 'node:crypto';
import * as pkijs from 'pkijs';
import { createTrust, verifyCertificate } from '../../../dist/index.js';
import { inProcess, row } from '../harness.mjs';
import { opensslContender } from '../openssl.mjs';
import { dnsName, makeChain, now, signedParts } from '../pki.mjs';

const batch = 200;
const passes = 5;
const time = { now, at: now };
const seconds = now.getTime() / 1000;
/** The engine goes on compiling for some 40,000 chains: what is timed is a service that has been running for seconds. */
const steady = { warmUp: 40 };
const question = { identity: { type: 'dns', value: dnsName }, extendedKeyUsage: ['serverAuth'] };

export const coldRsa = () =>
  row('Cold RSA-2048 chain: every certificate parsed per request, no CRL', cold(makeChain('rsa-2048', batch)), steady);
export const coldEc = () =>
  row('Cold EC P-256 chain: every certificate parsed per request, no CRL', cold(makeChain('ec-p256', batch)), steady);
export const cachedRsa = () =>
  row(
    'RSA-2048 chain with CRL check, authority and CRLs known, the leaf new',
    cached(makeChain('rsa-2048', batch)),
    steady,
  );
export const cachedEc = () =>
  row(
    'EC P-256 chain with CRL check, authority and CRLs known, the leaf new',
    cached(makeChain('ec-p256', batch)),
    steady,
  );

function cold(chain) {
  const anchors = [chain.root.certificate];
  const intermediates = [chain.authority.certificate];
  const ask = (certificate) =>
    verifyCertificate({ certificate, intermediates, revocation: 'off', ...question }, createTrust({ anchors }), time)
      .status === 'valid';
  const bare = bareVerify(chain);
  return [
    inProcess({
      name: 'unify-pki',
      batch,
      passes,
      operation: (index) => ask(chain.leaves[index]),
      refuses: () => ask(chain.spoilt),
    }),
    ...opensslContender(
      'OpenSSL C',
      'chain-cold',
      chain.files.root,
      chain.files.authority,
      chain.files.leaves,
      chain.files.spoilt,
      seconds,
    ),
    inProcess({ name: 'two bare crypto.verify', batch, operation: (index) => bare(index) && bare(index) }),
    inProcess({
      name: 'the same, with keys loaded',
      batch,
      operation: (index) => bare(index, loadKey(chain)) && bare(index, loadKey(chain)),
    }),
    inProcess({
      name: 'pkijs 4',
      batch: 10,
      operation: (index) => askPkijs(chain, chain.leaves[index]),
      refuses: () => askPkijs(chain, chain.spoilt),
    }),
  ];
}

/** The trust is new in every round and sees one other leaf before the clock runs, so that no timed leaf was seen before. */
function cached(chain) {
  let trust;
  const ask = (certificate) =>
    verifyCertificate({ certificate, revocation: 'require', ...question }, trust, time).status === 'valid';
  const bare = bareVerify(chain);
  const other = chain.makeLeaf(batch + 1).certificate;
  return [
    inProcess({
      name: 'unify-pki',
      batch,
      passes,
      prepare: () => {
        trust = createTrust({
          anchors: [chain.root.certificate],
          intermediates: [chain.authority.certificate],
          crls: chain.crls,
        });
        if (!ask(other)) throw new Error('the leaf that warms the snapshot is refused');
      },
      operation: (index) => ask(chain.leaves[index]),
      refuses: () => ask(chain.spoilt),
    }),
    inProcess({ name: 'one bare crypto.verify', batch, operation: bare }),
    ...opensslContender(
      'OpenSSL C',
      'chain-warm',
      chain.files.root,
      chain.files.authority,
      chain.files.leaves,
      chain.files.spoilt,
      seconds,
      ...chain.files.crls,
    ),
  ];
}

/** The floor: the signature of each leaf under a key that is loaded, or loaded for it. */
function bareVerify(chain) {
  const loaded = loadKey(chain);
  const parts = chain.leaves.map(signedParts);
  return (index, key = loaded) => verify('sha256', parts[index].toBeSigned, key, parts[index].signature);
}

/** The way that node takes fastest. */
const loadKey = ({ jwk }) => createPublicKey({ key: jwk, format: 'jwk' });

async function askPkijs(chain, leaf) {
  const parse = (der) => pkijs.Certificate.fromBER(der);
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: [parse(chain.root.certificate)],
    certs: [parse(chain.authority.certificate), parse(leaf)],
    checkDate: now,
  });
  return (await engine.verify()).result;
}
