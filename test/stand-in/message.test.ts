import { createHash, verify } from 'node:crypto';
import { ContentInfo, SignedData } from 'pkijs';
import { describe, expect, test } from 'vitest';
import {
  certificateBundle,
  envelopMessage,
  issueCertificate,
  issueCrl,
  issueTimestamp,
  issueTimestampAuthority,
  type KeyAlgorithm,
  type MessageInput,
  type MessageSigner,
  pem,
  sharedKeys,
  signMessage,
  textEntity,
  timestampResponse,
} from '../../src/stand-in/index.js';
import { haveOpenssl, openssl, opensslAbsent } from './openssl.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const genTime = new Date('2026-06-01T12:00:00Z');
const attime = ['-attime', String(genTime.getTime() / 1000)];
const root = issueCertificate({
  subject: 'CN=Root',
  ...validity,
  extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
});
const person = (algorithm: KeyAlgorithm) =>
  issueCertificate({
    subject: `CN=${algorithm}`,
    issuer: root,
    keys: sharedKeys(algorithm, 'person'),
    ...validity,
    extensions: {
      keyUsage: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsage: ['emailProtection'],
      subjectAltName: [{ email: 'a@b.example' }],
    },
  });
const ec = person('ec-p256');
const rsa = person('rsa');
const authority = issueTimestampAuthority({ issuer: root, subject: 'CN=TSA', algorithm: 'rsa', ...validity });

interface Judged {
  ok: boolean;
  output: string;
  content: Uint8Array;
}

function judge(input: MessageInput, ...args: string[]): Judged {
  const { message, content } = signMessage(input);
  const bare = input.form === 'attached' || input.form === 'detached';
  const files = { message, content, root: pem(root.certificate), certs: pem(ec.certificate) + pem(rsa.certificate) };
  const detached = input.form === 'detached' ? ['-content', '@content'] : [];
  const result = openssl(
    files,
    ...['cms', '-verify', '-in', '@message', '-CAfile', '@root', ...(bare ? ['-binary', '-inform', 'DER'] : [])],
    ...['-certfile', '@certs', ...detached, ...attime, ...args],
  );
  return { ok: result.ok, output: result.output, content: result.stdout };
}

describe.skipIf(!haveOpenssl)(`signMessage, judged by openssl (skipped where ${opensslAbsent})`, () => {
  // Ed25519 is tested below: the cms command of OpenSSL 3.0 cannot verify it.
  const variants: [string, MessageSigner][] = [
    ['EC', { by: ec }],
    ['RSA', { by: rsa }],
    ['RSA, combined algorithm', { by: rsa, combinedAlgorithm: true }],
    ['RSA SHA-1', { by: rsa, hash: 'sha1' }],
    ['RSA SHA-512', { by: rsa, hash: 'sha512' }],
    ['PSS', { by: rsa, pss: true }],
    ['P-384 SHA-384', { by: person('ec-p384'), hash: 'sha384' }],
    ['key id', { by: ec, identifier: 'key-id' }],
    ['no signed attributes', { by: rsa, signedAttributes: false }],
    ['signing time and certificate', { by: ec, signingTime: genTime, signingCertificate: true }],
  ];

  test.each(variants)('%s: all four forms, DER and BER', (_, signer) => {
    for (const form of ['multipart', 'opaque', 'attached', 'detached'] as const) {
      for (const encoding of ['der', 'ber'] as const) {
        const text = 'Grüße\r\nline\r\n'.repeat(200);
        const result = judge({ form, encoding, text, signers: [signer], from: 'a@b.example', subject: 'x' });
        expect(result.output).toContain('Verification successful');
        expect(Buffer.from(result.content).includes('Grüße')).toBe(true);
      }
    }
  });

  test('two signers; certificates left out; CRLs inside; nested', () => {
    expect(judge({ signers: [{ by: ec }, { by: rsa, hash: 'sha384' }] }).ok).toBe(true);
    expect(judge({ signers: [{ by: ec }], certificates: [] }).ok).toBe(true);
    const crl = issueCrl({ issuer: root, thisUpdate: genTime, nextUpdate: validity.notAfter });
    expect(judge({ signers: [{ by: ec }], crls: [crl] }, '-crl_check').output).toContain('successful');
    const inner = signMessage({ signers: [{ by: rsa }], text: 'inner' });
    const outer = judge({ signers: [{ by: ec }], content: inner.entity });
    expect(outer.ok).toBe(true);
    expect(Buffer.from(outer.content).toString()).toContain('multipart/signed');
  });

  test('what shall be broken is broken', () => {
    const digested = new Uint8Array([1]);
    expect(judge({ signers: [{ by: ec, digested }] }).output).toMatch(/digest failure|verification failure/);
    const alter = (signature: Uint8Array) => signature.map((octet, at) => (at === 40 ? octet ^ 1 : octet));
    expect(judge({ signers: [{ by: rsa, alter }] }).output).toMatch(/verification failure/);
  });

  test('timestamps inside do not disturb', () => {
    const options = { authority, genTime };
    const signer = { by: ec, timestamps: [options], contentTimestamp: options };
    const result = judge({ signers: [signer] });
    expect(result.output).toContain('successful');
  });

  test('a bundle of certificates and CRLs', () => {
    const crl = issueCrl({ issuer: root, thisUpdate: genTime, nextUpdate: validity.notAfter });
    const bundle = certificateBundle([ec.certificate, rsa.certificate], [crl]);
    const shown = openssl({ bundle }, 'pkcs7', '-inform', 'DER', '-in', '@bundle', '-print_certs', '-noout').output;
    expect(shown).toContain('CN = ec-p256');
    expect(shown).toContain('CN = rsa');
    expect(shown).toContain('CN = Root');
  });

  test('an encrypted mail can be decrypted by its recipient', () => {
    const key = rsa.keys.privateKey.export({ format: 'pem', type: 'pkcs8' });
    const { message } = envelopMessage({ recipient: rsa, content: textEntity('secret'), from: 'a@b.example' });
    const result = openssl(
      { message, key, certificate: pem(rsa.certificate) },
      ...['cms', '-decrypt', '-in', '@message', '-inkey', '@key', '-recip', '@certificate'],
    );
    expect(result.output).toContain('secret');
  });
});

describe.skipIf(!haveOpenssl)(`issueTimestamp, judged by openssl (skipped where ${opensslAbsent})`, () => {
  const data = new Uint8Array([1, 2, 3]);
  const judgeToken = (token: Uint8Array, bytes = data) =>
    openssl(
      { response: timestampResponse(token), data: bytes, root: pem(root.certificate) },
      ...['ts', '-verify', '-in', '@response', '-data', '@data', '-CAfile', '@root', ...attime],
    ).output;

  test('verifies over its data and no other', () => {
    const token = issueTimestamp({ authority, data, genTime, nonce: 12345678901234567890n, accuracySeconds: 2 });
    expect(judgeToken(token)).toContain('Verification: OK');
    expect(judgeToken(token, new Uint8Array([9]))).toContain('message imprint mismatch');
  });

  test.each(['sha1', 'sha384', 'sha512'] as const)('with %s', (hash) => {
    expect(judgeToken(issueTimestamp({ authority, data, genTime, hash, signer: { hash } }))).toContain('OK');
  });

  test('an authority without the usage is refused', () => {
    expect(judgeToken(issueTimestamp({ authority: rsa, data, genTime }))).toMatch(/FAILED/);
  });
});

// What its cms command cannot (3.0: "no default digest"), the parts of openssl can: digest, attributes, signature.
test.skipIf(!haveOpenssl)(`an Ed448 signer, judged by openssl (skipped where ${opensslAbsent})`, () => {
  const signer = person('ed448');
  const { cms, content } = signMessage({ form: 'attached', text: 'x', signers: [{ by: signer }] });
  const info = new SignedData({ schema: ContentInfo.fromBER(cms).content }).signerInfos[0];
  const attributes = Buffer.from(info?.signedAttrs?.encodedValue ?? new ArrayBuffer(0));
  expect(info?.digestAlgorithm.algorithmId).toBe('2.16.840.1.101.3.4.2.18');
  const digest = openssl({ content }, ...['dgst', '-shake256', '-xoflen', '64', '-binary', '@content']).stdout;
  expect(digest).toHaveLength(64);
  expect(attributes.includes(Buffer.from(digest))).toBe(true);
  const key = signer.keys.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const signature = new Uint8Array(info?.signature.getValue() ?? new ArrayBuffer(0));
  const options = ['-rawin', '-pubin', '-inkey', '@key', '-sigfile', '@signature', '-in', '@attributes'];
  expect(openssl({ key, signature, attributes }, 'pkeyutl', '-verify', ...options).output).toMatch(/Success/);
});

test('an Ed25519 signer, judged by pkijs and node', () => {
  const signer = person('ed25519');
  const { cms, content } = signMessage({ form: 'attached', text: 'x', signers: [{ by: signer }] });
  const parsed = new SignedData({ schema: ContentInfo.fromBER(cms).content });
  const info = parsed.signerInfos[0];
  const attributes = new Uint8Array(info?.signedAttrs?.encodedValue ?? new ArrayBuffer(0));
  const signature = new Uint8Array(info?.signature.getValue() ?? new ArrayBuffer(0));
  expect(info?.signatureAlgorithm.algorithmId).toBe('1.3.101.112');
  expect(verify(null, attributes, signer.keys.publicKey, signature)).toBe(true);
  expect(Buffer.from(attributes).includes(createHash('sha512').update(content).digest())).toBe(true);
});
