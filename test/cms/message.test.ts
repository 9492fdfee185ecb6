import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../src/cms/message.js';
import {
  asn1,
  certificateBundle,
  envelopMessage,
  issueCertificate,
  type KeyAlgorithm,
  type MessageSigner,
  mail,
  multipartSigned,
  pkcs7Mime,
  replaceBytes,
  sharedKeys,
  signMessage,
  textEntity,
} from '../../src/stand-in/index.js';
import { errorsOf, latin1, octets, outcomesOf, readAllWays, readInChunks } from './support.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const person = (algorithm: KeyAlgorithm) =>
  issueCertificate({ subject: `CN=${algorithm}`, keys: sharedKeys(algorithm, 'cms'), ...validity });
const rsa = person('rsa');
const ec = person('ec-p256');
const ed = person('ed25519');
const by = { signers: [{ by: rsa }], from: 'a@b.example' };

const variants: [string, MessageSigner, string, string][] = [
  ['RSA', { by: rsa }, 'sha256', 'sha256WithRSAEncryption'],
  ['RSA, combined algorithm', { by: rsa, combinedAlgorithm: true }, 'sha256', 'sha256WithRSAEncryption'],
  ['RSA with SHA-1', { by: rsa, hash: 'sha1' }, 'sha1', 'sha1WithRSAEncryption'],
  ['RSA with SHA-512', { by: rsa, hash: 'sha512' }, 'sha512', 'sha512WithRSAEncryption'],
  ['RSASSA-PSS', { by: rsa, pss: true }, 'sha256', 'RSASSA-PSS'],
  ['ECDSA', { by: ec }, 'sha256', 'ecdsa-with-SHA256'],
  ['ECDSA P-384', { by: person('ec-p384'), hash: 'sha384' }, 'sha384', 'ecdsa-with-SHA384'],
  ['Ed25519', { by: ed }, 'sha512', 'Ed25519'],
  ['Ed448', { by: person('ed448') }, 'shake256', 'Ed448'],
  ['Ed448 without attributes', { by: person('ed448'), signedAttributes: false }, 'shake256', 'Ed448'],
  ['Ed25519 without attributes', { by: ed, signedAttributes: false }, 'sha512', 'Ed25519'],
  ['a key identifier', { by: ec, identifier: 'key-id' }, 'sha256', 'ecdsa-with-SHA256'],
  ['no attributes', { by: rsa, signedAttributes: false }, 'sha256', 'sha256WithRSAEncryption'],
  ['signingCertificateV2', { by: rsa, signingCertificate: true }, 'sha256', 'sha256WithRSAEncryption'],
];

describe.each(variants)('%s', (_, signer, digestAlgorithm, signatureAlgorithm) => {
  test('is right in all forms, encodings and ways to arrive', () => {
    for (const form of ['multipart', 'opaque', 'attached', 'detached'] as const) {
      for (const encoding of ['der', 'ber'] as const) {
        const { message, content } = signMessage({ form, encoding, text: 'Zeile\n'.repeat(500), signers: [signer] });
        const options = form === 'detached' ? { content } : {};
        for (const structure of readAllWays(message, options)) {
          expect(structure.kind, JSON.stringify(structure.findings)).toBe('signed');
          expect(outcomesOf(structure)).toMatchObject([{ status: 'valid', digestAlgorithm, signatureAlgorithm }]);
          expect(structure.nested).toBeUndefined();
        }
      }
    }
  });

  test('is wrong where one octet of the content differs', () => {
    for (const form of ['multipart', 'attached'] as const) {
      const { message } = signMessage({ form, text: 'pay EUR 100', signers: [signer] });
      const expected = signer.signedAttributes === false ? 'message_signature_invalid' : 'message_digest_mismatch';
      expect(errorsOf(readMessage(replaceBytes(message, 'EUR 100', 'EUR 900')))).toEqual([expected]);
    }
  });
});

describe('Ed448 with signed attributes (RFC 8419 §3.1)', () => {
  const by = person('ed448');
  const { sequence, oid, integer, nullValue } = asn1;
  const errors = (signer: Partial<MessageSigner>) =>
    errorsOf(readMessage(signMessage({ form: 'attached', text: 'text', signers: [{ by, ...signer }] }).message));
  const shake = (last: number, ...parameters: Uint8Array[]) => ({
    digestIdentifier: sequence(oid(`2.16.840.1.101.3.4.2.${last}`), ...parameters),
  });

  test('SHAKE256 of 64 octets, its length written or, as RFC 8702 §3.1 has it, not', () => {
    expect(errors(shake(18, integer(512)))).toEqual([]);
    expect(errors(shake(12))).toEqual([]);
    expect(errors(shake(12, nullValue))).toEqual([]);
  });

  test('no other length: not as the identifier says, not as the value is', () => {
    expect(errors(shake(18, integer(256)))).toEqual(['algorithm_unknown']);
    expect(errors(shake(18))).toEqual(['algorithm_unknown']);
    expect(errors(shake(12, integer(512)))).toEqual(['algorithm_unknown']);
    const short = new Uint8Array(createHash('shake256', { outputLength: 32 }).update('text').digest());
    expect(errors({ messageDigest: short })).toEqual(['message_digest_mismatch']);
  });

  test('a signature that is another', () => {
    const alter = (signature: Uint8Array) => signature.map((octet, at) => (at === 40 ? octet ^ 1 : octet));
    expect(errors({ alter })).toEqual(['message_signature_invalid']);
  });

  test('SHAKE256 is the digest of no RSA or ECDSA signature', () => {
    const rest = { ...shake(12), hash: 'shake256' } as const;
    const plain = signMessage({ form: 'attached', signers: [{ by: rsa, ...shake(12) }] });
    expect(errorsOf(readMessage(plain.message))).toContain('algorithm_unknown');
    expect(() => signMessage({ signers: [{ by: ec, ...rest }] })).toThrow(TypeError);
  });
});

test('two signers of whom one fails are two outcomes', () => {
  const alter = (signature: Uint8Array) => signature.map((octet, at) => (at === 40 ? octet ^ 1 : octet));
  const { message } = signMessage({ signers: [{ by: rsa }, { by: ec, alter, hash: 'sha384' }] });
  expect(
    outcomesOf(readMessage(message))
      .map(({ status }) => status)
      .sort(),
  ).toEqual(['invalid', 'valid']);
  expect(errorsOf(readMessage(message))).toEqual(['message_signature_invalid']);
});

test('a certificate that is not there leaves the signature open, the digest not', () => {
  const { message } = signMessage({ ...by, certificates: [], text: 'pay EUR 100' });
  expect(errorsOf(readMessage(message))).toEqual(['signer_certificate_missing']);
  expect(errorsOf(readMessage(message), [rsa.certificate])).toEqual([]);
  expect(errorsOf(readMessage(replaceBytes(message, 'EUR 100', 'EUR 900')))).toEqual([
    'message_digest_mismatch',
    'signer_certificate_missing',
  ]);
});

describe('line ends', () => {
  const { message } = signMessage({ ...by, text: 'one\ntwo\n\n--three\n', boundary: '=_b' });

  test('a bare LF is CRLF in canonical form', () => {
    const bare = octets(latin1(message).replaceAll('\r\n', '\n'));
    for (const structure of readAllWays(bare)) expect(errorsOf(structure)).toEqual([]);
    const mixed = octets(latin1(message).replace('one\r\n', 'one\n'));
    for (const structure of readAllWays(mixed)) expect(errorsOf(structure)).toEqual([]);
  });

  test('a signature over bare LF is never tried', () => {
    const content = octets('Content-Type: text/plain\n\none\ntwo\n');
    expect(errorsOf(readMessage(signMessage({ ...by, content }).message))).toEqual(['message_digest_mismatch']);
    // In CMS the content is what it is.
    expect(errorsOf(readMessage(signMessage({ ...by, content, form: 'opaque' }).message))).toEqual([]);
  });

  test('content beside a detached signature is taken as given', () => {
    const { cms } = signMessage({ ...by, form: 'detached', content: octets('a\r\nb') });
    expect(errorsOf(readMessage(cms, { content: octets('a\r\nb') }))).toEqual([]);
    expect(errorsOf(readMessage(cms, { content: octets('a\nb') }))).toEqual(['message_digest_mismatch']);
    expect(errorsOf(readMessage(cms))).toEqual(['content_missing']);
  });

  test.each(['', '\r\n', '\r\n\r\n', 'x\r', '--', '\r\n--', '\r\n--=_', '\r\n--=_bb\r\n', ' --=_b\r\n', 'x--=_b\r\n'])(
    'content that ends with %j',
    (end) => {
      const content = octets(`Content-Type: text/plain\r\n\r\ntext${end}`);
      const signed = signMessage({ ...by, content, boundary: '=_b' });
      for (const structure of readAllWays(signed.message)) expect(errorsOf(structure)).toEqual([]);
    },
  );
});

describe('nested', () => {
  test('a signature inside, multipart and opaque, three times wrapped', () => {
    const one = signMessage({ signers: [{ by: rsa }], text: 'inner' });
    const two = signMessage({ signers: [{ by: ec }], content: one.entity, form: 'opaque' });
    const three = signMessage({ ...by, content: two.entity });
    for (const structure of readAllWays(three.message)) {
      const chain = [structure, structure.nested, structure.nested?.nested];
      for (const level of chain) expect(level && outcomesOf(level)).toMatchObject([{ status: 'valid' }]);
      expect(structure.nested?.nested?.nested).toBeUndefined();
      expect(structure.nested?.form).toBe('entity');
    }
  });

  test('inside of bare LF and of small pieces', () => {
    const inner = signMessage({ signers: [{ by: rsa, signedAttributes: false }], text: 'line of text\n'.repeat(9000) });
    const outer = signMessage({ ...by, content: inner.entity });
    for (const message of [outer.message, octets(latin1(outer.message).replaceAll('\r\n', '\n'))]) {
      for (const structure of [readMessage(message), readInChunks(message, 4000)]) {
        expect(errorsOf(structure)).toEqual([]);
        expect(structure.nested && errorsOf(structure.nested)).toEqual([]);
      }
    }
    const pieces = readMessage(signMessage({ ...by, form: 'opaque', encoding: 'ber', content: inner.entity }).message);
    expect(pieces.nested && errorsOf(pieces.nested)).toEqual([]);
  });

  test('a thousand levels end at the limit', () => {
    let entity = textEntity('core');
    for (let level = 0; level < 1000; level++)
      entity = multipartSigned(entity, octets('none'), 'sha-256', `b${level}.`);
    const structure = readMessage(mail({ from: 'a@b.example' }, entity));
    expect(structure.kind).toBe('unreadable');
    let deep = signMessage({ signers: [{ by: ec }], text: 'core' });
    for (let level = 0; level < 12; level++) deep = signMessage({ signers: [{ by: ec }], content: deep.entity });
    let level: ReturnType<typeof readMessage> | undefined = readMessage(deep.message);
    let depth = 0;
    for (; level?.kind === 'signed'; level = level.nested) depth++;
    expect(depth).toBe(9);
    expect(level?.findings.map(({ code }) => code)).toEqual(['budget_exceeded']);
  });

  test('content that is DER and no message is content', () => {
    for (const content of [rsa.certificate, octets('0123'), certificateBundle([rsa.certificate]).subarray(0, 50)]) {
      const structure = readMessage(signMessage({ ...by, form: 'attached', content }).message);
      expect(errorsOf(structure)).toEqual([]);
    }
    const inner = signMessage({ ...by, form: 'attached' });
    const outer = readMessage(signMessage({ ...by, form: 'attached', content: inner.cms }).message);
    expect(outer.nested?.form).toBe('cms');
    expect(outer.nested && errorsOf(outer.nested)).toEqual([]);
  });
});

describe('bad input', () => {
  const good = signMessage({ ...by, text: 'pay EUR 100', boundary: 'mark' });
  const text = latin1(good.message);
  const cases: [string, Uint8Array, string, string][] = [
    ['nothing', octets(''), 'not-signed', 'not_signed'],
    ['no MIME', octets('hello world, this is no mail'), 'not-signed', 'not_signed'],
    ['a plain mail', octets('From: a@b.example\r\nSubject: x\r\n\r\nhello'), 'not-signed', 'not_signed'],
    ['a certificate', rsa.certificate, 'unreadable', 'cms_malformed'],
    ['a p7c', certificateBundle([rsa.certificate]), 'certs-only', 'not_signed'],
    ['a p7c as mail', pkcs7Mime(certificateBundle([rsa.certificate]), 'certs-only'), 'certs-only', 'not_signed'],
    ['an encrypted mail', envelopMessage({ recipient: rsa, content: octets('x') }).message, 'encrypted', 'encrypted'],
    ['a wrong boundary', octets(text.replace('boundary="mark"', 'boundary="other"')), 'unreadable', 'cms_malformed'],
    ['no boundary', octets(text.replace('; boundary="mark"', '')), 'unreadable', 'cms_malformed'],
    ['two boundaries', octets(text.replace('; boundary', '; boundary=x; boundary')), 'unreadable', 'cms_malformed'],
    ['two Content-Types', octets(`Content-Type: text/plain\r\n${text}`), 'unreadable', 'cms_malformed'],
    ['a cut message', octets(text.slice(0, -8)), 'unreadable', 'cms_malformed'],
    [
      'one part',
      octets(text.replace(/\r\n--mark\r\nContent-Type: application[\s\S]*?\r\n--mark--/, '\r\n--mark--')),
      'unreadable',
      'cms_malformed',
    ],
    [
      'three parts',
      octets(text.replace('--mark--', '--mark\r\n\r\nPS: EUR 900\r\n--mark--')),
      'unreadable',
      'cms_malformed',
    ],
    ['rubbish in base64', octets(text.replace(/\r\n\r\nMI/, '\r\n\r\n!MI')), 'unreadable', 'cms_malformed'],
    [
      'OpenPGP',
      octets(text.replace('application/pkcs7-signature', 'application/pgp-signature')),
      'not-signed',
      'not_signed',
    ],
    [
      'trailing octets',
      octets(`${latin1(signMessage({ ...by, form: 'attached' }).cms)}x`),
      'unreadable',
      'cms_malformed',
    ],
    ['a PEM block without end', octets('-----BEGIN PKCS7-----\nMIIB\n'), 'unreadable', 'cms_malformed'],
  ];
  test.each(cases)('%s', (_, message, kind, code) => {
    for (const structure of readAllWays(message)) {
      expect(structure.kind).toBe(kind);
      expect(structure.findings.map((found) => found.code)).toEqual([code]);
    }
  });

  test('every truncation of a DER message is unreadable', () => {
    const { cms } = signMessage({ ...by, form: 'attached' });
    for (let length = 1; length < cms.length; length += 13) {
      expect(readMessage(cms.subarray(0, length)).kind).toBe('unreadable');
    }
  });

  test('content inside and beside that differ', () => {
    const { cms, content } = signMessage({ ...by, form: 'attached', text: 'pay EUR 100' });
    expect(errorsOf(readMessage(cms, { content }))).toEqual([]);
    expect(errorsOf(readMessage(cms, { content: octets('pay EUR 900') }))).toEqual(['message_digest_mismatch']);
    expect(errorsOf(readMessage(multipartSigned(octets('x: y\r\n\r\nEUR 900'), cms)))).toEqual([
      'message_digest_mismatch',
    ]);
  });

  test('a header beyond the limit', () => {
    const structure = readMessage(octets(`From: a@b.example\r\nX: ${'x'.repeat(300 * 1024)}\r\n\r\n`));
    expect(structure.findings.map(({ code }) => code)).toEqual(['budget_exceeded']);
  });
});

test('PEM with text around, a BOM, CRLF', () => {
  const { cms } = signMessage({ ...by, form: 'attached' });
  const base64 = Buffer.from(cms).toString('base64').replace(/.{64}/g, '$&\n');
  for (const label of ['PKCS7', 'CMS']) {
    const block = `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
    for (const message of [
      block,
      `\xef\xbb\xbf${block}`,
      `Some text: and\nmore\n\n${block}after`,
      block.replaceAll('\n', '\r\n'),
    ]) {
      for (const structure of readAllWays(octets(message))) expect(errorsOf(structure)).toEqual([]);
    }
  }
});

test('a digest that micalg does not name is computed from what was kept, and only then', () => {
  const sign = (text: string) => {
    const { cms, content } = signMessage({ form: 'detached', signers: [{ by: rsa, hash: 'sha384' }], text });
    return readMessage(multipartSigned(content, cms, 'sha-256'));
  };
  expect(errorsOf(sign('small'))).toEqual([]);
  const text = 'a line of text that is long enough\r\n'.repeat(150_000);
  expect(errorsOf(sign(text))).toEqual(['budget_exceeded']);
});

test('large messages in all forms, in chunks', () => {
  const text = 'A line of text, as mails have them, of some sixty characters.\n'.repeat(100_000);
  for (const form of ['multipart', 'opaque', 'attached'] as const) {
    for (const encoding of ['der', 'ber'] as const) {
      const { message } = signMessage({ ...by, form, encoding, text });
      expect(errorsOf(readMessage(message))).toEqual([]);
      expect(errorsOf(readInChunks(message, 65_536))).toEqual([]);
    }
  }
});
