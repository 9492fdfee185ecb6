/**
 * RSASSA-PKCS1-v1_5 by recovering the encoded message (RFC 8017 §8.2.2): what node verifies is recognised, and no encoding
 * but the one of §9.2 is taken, by the quick way or in the end.
 */
import { constants, createHash, privateEncrypt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { recognisesPkcs1 } from '../../src/crypto/pkcs1.js';
import { verifySignature } from '../../src/crypto/signature.js';
import { asn1, type HashName, sharedKeys, signatureAlgorithm, signBytes } from '../../src/stand-in/index.js';
import { algorithmOf, load } from './support.js';

const { nullValue, oid, octetString, sequence } = asn1;
const keys = sharedKeys('rsa-2048', 'crypto');
const data = new TextEncoder().encode('what is signed');
const algorithm = (hash: HashName) => algorithmOf(signatureAlgorithm(keys, { hash }));

test.each(['sha256', 'sha384', 'sha512'] as const)(
  '%s is recognised, by the key as octets and as an object',
  (hash) => {
    const value = signBytes(keys, data, { hash });
    const key = load(keys.publicKeyInfo);
    const octets = key.once?.();
    if (octets === undefined) throw new Error('expected the octets of the key');
    for (const form of [octets, key.key]) {
      expect(recognisesPkcs1(hash, data, value, form)).toBe(true);
      expect(recognisesPkcs1(hash, new Uint8Array([1]), value, form)).toBe(false);
      for (const other of ['sha256', 'sha384', 'sha512'] as const)
        expect(recognisesPkcs1(other, data, value, form)).toBe(other === hash);
    }
  },
);

test('other digests, none, and keys of another kind are left to node', () => {
  const key = load(keys.publicKeyInfo).key;
  for (const hash of ['sha1', 'sha224', 'sha3-256'] as const) {
    const value = signBytes(keys, data, { hash });
    expect(recognisesPkcs1(hash, data, value, key)).toBe(false);
    expect(verifySignature(algorithm(hash), data, value, load(keys.publicKeyInfo)).verdict).toBe('good');
  }
  const value = signBytes(keys, data, { hash: 'sha256' });
  expect(recognisesPkcs1(undefined, data, value, key)).toBe(false);
  expect(recognisesPkcs1('shake256', data, value, key)).toBe(false);
  expect(recognisesPkcs1('sha256', data, value, sharedKeys('ec-p256', 'crypto').publicKey)).toBe(false);
});

describe('an encoding that the key did sign and that is not the one of RFC 8017 §9.2 is bad', () => {
  const digest = new Uint8Array(createHash('sha256').update(data).digest());
  const identifier = '2.16.840.1.101.3.4.2.1';
  const info = sequence(sequence(oid(identifier), nullValue), octetString(digest));
  const padding = (count: number) => new Array<number>(count).fill(0xff);
  const right = [0, 1, ...padding(256 - 3 - info.length), 0, ...info];

  const sign = (encoded: readonly number[]): Uint8Array =>
    new Uint8Array(
      privateEncrypt({ key: keys.privateKey, padding: constants.RSA_NO_PADDING }, Uint8Array.from(encoded)),
    );
  const judge = (encoded: readonly number[]) => {
    const value = sign(encoded);
    const quick = recognisesPkcs1('sha256', data, value, load(keys.publicKeyInfo).key);
    return [quick, verifySignature(algorithm('sha256'), data, value, load(keys.publicKeyInfo)).verdict];
  };

  test('the right one is good', () => {
    expect(judge(right)).toEqual([true, 'good']);
  });

  const filled = (...middle: number[]) => [...middle, ...new Array<number>(256 - middle.length).fill(0x55)];
  const without = sequence(sequence(oid(identifier)), octetString(digest));
  const longer = sequence(sequence(oid(identifier), nullValue), octetString(Uint8Array.from([...digest, 0])));
  const other = sequence(sequence(oid('2.16.840.1.101.3.4.2.4'), nullValue), octetString(digest));
  const padded = (content: Uint8Array) => [0, 1, ...padding(256 - 3 - content.length), 0, ...content];
  test.each<[string, number[]]>([
    ['short padding and octets behind the digest (CVE-2006-4339)', filled(0, 1, ...padding(8), 0, ...info)],
    ['no padding and octets behind the digest', filled(0, 1, 0, ...info)],
    ['padding of another octet', [0, 1, ...padding(202).with(100, 0xfe), 0, ...info]],
    ['block type 2', right.with(1, 2)],
    ['block type 0', [0, 0, ...new Array<number>(202).fill(0), 0, ...info]],
    ['no zero in front', [0x01, ...right.slice(1)]],
    ['no zero behind the padding', right.with(255 - info.length, 0xff)],
    ['DigestInfo without NULL', padded(without)],
    ['a digest that is longer', padded(longer)],
    ['the name of another digest', padded(other)],
    ['the digest alone', padded(digest)],
    ['a bit of the digest', right.with(255, (right[255] as number) ^ 1)],
  ])('%s', (_, encoded) => {
    expect(encoded).toHaveLength(256);
    expect(judge(encoded)).toEqual([false, 'bad']);
  });
});
