/** Signed messages: 2 KB with the signer known and new, 5 MB in three forms against hashing alone. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import * as pkijs from 'pkijs';
import { createTrust, verifyMessage } from '../../../dist/index.js';
import { issueCertificate, sharedKeys, signMessage } from '../../../dist/stand-in/index.js';
import { inProcess, row } from '../harness.mjs';
import { opensslContender } from '../openssl.mjs';
import { file, makeChain, now, signedParts } from '../pki.mjs';

const batch = 200;
const passes = 5;
const time = { now, at: now };
const mailbox = 'someone@example.test';
/** Claimed, and another than the time asked about, as in any mail: what the verdict would be then is judged too. */
const signingTime = new Date(now.getTime() - 3_600_000);

export async function cms() {
  const chain = makeChain('rsa-2048', 1);
  return [
    await row('CMS of 2 KB, chain included, the signer known', known(chain)),
    await row('CMS of 2 KB, chain included, each signer new', fresh(chain)),
    await row(
      'CMS of 5 MB as DER (.p7m)',
      large(chain, (content) => attached(chain, signer(chain, 0), content)),
    ),
    await row(
      'CMS of 5 MB as multipart/signed with CRLF',
      large(chain, (content) => multipart(chain, content)),
    ),
    await row(
      'CMS of 5 MB as multipart/signed with bare LF',
      large(chain, (content) => bareLf(chain, content)),
    ),
  ];
}

function signer(chain, index) {
  return issueCertificate({
    subject: `O=Bench, CN=Someone ${index}`,
    keys: sharedKeys('rsa-2048', `bench ${index % 8}`),
    issuer: chain.authority,
    notBefore: chain.authority.notBefore,
    notAfter: chain.authority.notAfter,
    extensions: {
      basicConstraints: {},
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['emailProtection'],
      subjectAltName: [{ email: mailbox }],
    },
  });
}

function sign(chain, by, input) {
  const certificates = [by.certificate, chain.authority.certificate];
  return signMessage({ signers: [{ by, signingTime }], certificates, ...input }).message;
}

const attached = (chain, by, content) => sign(chain, by, { form: 'attached', content });
const multipart = (chain, content) => sign(chain, signer(chain, 0), { form: 'multipart', content, from: mailbox });
const bareLf = (chain, content) =>
  new Uint8Array(
    Buffer.from(Buffer.from(multipart(chain, content)).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  );

function smallContent(index) {
  return new Uint8Array(Buffer.from(`Content-Type: text/plain\r\n\r\nMessage ${index}\r\n`.padEnd(2048, 'text ')));
}

const newTrust = (chain) => createTrust({ anchors: [chain.root.certificate] });
const ask = (trust, message) =>
  verifyMessage({ message, profile: 'smime', from: false, revocation: 'off' }, trust, time).status === 'valid';

/** One octet of the content turned over. */
function spoil(message) {
  const copy = message.slice();
  copy[Buffer.from(copy).indexOf('text text')] ^= 1;
  return copy;
}

function known(chain) {
  const by = signer(chain, 0);
  const messages = Array.from({ length: batch }, (_, index) => attached(chain, by, smallContent(index)));
  const other = attached(chain, by, smallContent(batch));
  const spoilt = spoil(messages[0]);
  let trust;
  return [
    inProcess({
      name: 'unify-pki',
      batch,
      passes,
      prepare: () => {
        trust = newTrust(chain);
        if (!ask(trust, other)) throw new Error('the message that warms the snapshot is refused');
      },
      operation: (index) => ask(trust, messages[index]),
      refuses: () => ask(trust, spoilt),
    }),
    ...opensslContender(
      'OpenSSL C',
      'cms',
      chain.files.root,
      file('messages', ...messages),
      file('message-spoilt', spoilt),
      now.getTime() / 1000,
    ),
    inProcess({
      name: 'pkijs 4',
      batch: 5,
      operation: (index) => askPkijs(chain, messages[index]),
      refuses: () => askPkijs(chain, spoilt),
    }),
  ];
}

function fresh(chain) {
  const signers = Array.from({ length: batch + 1 }, (_, index) => signer(chain, index));
  const messages = signers.map((by, index) => attached(chain, by, smallContent(index)));
  const load = (keys) => createPublicKey({ key: Buffer.from(keys.publicKeyInfo), format: 'der', type: 'spki' });
  const authority = load(chain.authority.keys);
  const keys = signers.map((by) => load(by.keys));
  const leaves = signers.map((by) => signedParts(by.certificate));
  // A signature of the same size over as many octets as signed attributes have: the leaf's own stands for it.
  const bare = (index) => {
    const { toBeSigned, signature } = leaves[index];
    return verify('sha256', toBeSigned, authority, signature) && !verify('sha256', toBeSigned, keys[index], signature);
  };
  let trust;
  return [
    inProcess({
      name: 'unify-pki',
      batch,
      passes,
      prepare: () => {
        trust = newTrust(chain);
        if (!ask(trust, messages[batch])) throw new Error('the message that warms the snapshot is refused');
      },
      operation: (index) => ask(trust, messages[index]),
      refuses: () => ask(trust, spoil(messages[0])),
    }),
    inProcess({ name: 'two bare crypto.verify', batch, operation: bare }),
  ];
}

function large(chain, make) {
  const line = `${'text '.repeat(15)}\r\n`;
  const header = 'Content-Type: text/plain; charset=us-ascii\r\n\r\n';
  const content = new Uint8Array(Buffer.from(header + line.repeat(Math.ceil((5 * 1024 * 1024) / line.length))));
  const message = make(content);
  const trust = newTrust(chain);
  const spoilt = spoil(message);
  return [
    inProcess({
      name: 'unify-pki',
      batch: 5,
      operation: () => ask(trust, message),
      refuses: () => ask(trust, spoilt),
    }),
    inProcess({
      name: 'SHA-256 alone',
      batch: 5,
      operation: () => createHash('sha256').update(content).digest().length === 32,
    }),
    ...(message[0] === 0x30
      ? opensslContender(
          'OpenSSL C',
          'cms',
          chain.files.root,
          file('large', message, message, message),
          file('large-spoilt', spoilt),
          now.getTime() / 1000,
        )
      : []),
  ];
}

async function askPkijs(chain, message) {
  const info = pkijs.ContentInfo.fromBER(message);
  const signed = new pkijs.SignedData({ schema: info.content });
  const trustedCerts = [pkijs.Certificate.fromBER(chain.root.certificate)];
  try {
    return await signed.verify({ signer: 0, checkChain: true, trustedCerts, checkDate: now });
  } catch {
    return false; // pkijs throws where a digest differs
  }
}
