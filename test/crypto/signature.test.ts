/** Signature values: algorithm, parameters and key must fit to the letter; made by node:crypto through the stand-in. */
import { constants, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type DigestName, schemeByOid } from '../../src/crypto/algorithms.js';
import { createDigest, digest, digestAlgorithm, digestHex, sha256Hex } from '../../src/crypto/digest.js';
import { resolveScheme, verifySignature, verifyWithScheme } from '../../src/crypto/signature.js';
import {
  asn1,
  type HashName,
  type KeyAlgorithm,
  type SignatureOptions,
  sharedKeys,
  signatureAlgorithm,
  signBytes,
} from '../../src/stand-in/index.js';
import { algorithmOf, info, infoOf, load, pssKeys, rawInteger } from './support.js';

const { context, integer, nullValue, oid, sequence } = asn1;
const data = new TextEncoder().encode('what is signed');

function check(
  algorithm: KeyAlgorithm,
  options: SignatureOptions,
  identifier?: Uint8Array,
  more: Partial<{ data: Uint8Array; alter: (s: Uint8Array) => Uint8Array; key: KeyAlgorithm }> = {},
): string {
  const keys = sharedKeys(algorithm, 'crypto');
  const value = signBytes(keys, data, options);
  const result = verifySignature(
    algorithmOf(identifier ?? signatureAlgorithm(keys, options)),
    more.data ?? data,
    more.alter?.(value) ?? value,
    load(sharedKeys(more.key ?? algorithm, 'crypto').publicKeyInfo),
  );
  return result.verdict === 'unsupported' ? result.finding.code : result.verdict;
}

const sha2: HashName[] = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
const sha3: HashName[] = ['sha3-224', 'sha3-256', 'sha3-384', 'sha3-512'];
const schemes: [KeyAlgorithm, SignatureOptions][] = [
  ...(['md5', ...sha2, ...sha3] as HashName[]).map((hash): [KeyAlgorithm, SignatureOptions] => ['rsa-2048', { hash }]),
  ...sha2.map((hash): [KeyAlgorithm, SignatureOptions] => ['rsa-2048', { hash, pss: true }]),
  ...(['ec-p256', 'ec-p384', 'ec-p521'] as const).flatMap((curve) =>
    [...sha2, ...sha3].map((hash): [KeyAlgorithm, SignatureOptions] => [curve, { hash }]),
  ),
  ...(['sha1', 'sha224', 'sha256'] as HashName[]).map((hash): [KeyAlgorithm, SignatureOptions] => [
    'dsa-1024',
    { hash },
  ]),
  ['ed25519', {}],
  ['ed448', {}],
];

describe.each(schemes)('%s with %j', (algorithm, options) => {
  test('good, and bad when anything differs', () => {
    expect(check(algorithm, options)).toBe('good');
    expect(check(algorithm, options, undefined, { data: new Uint8Array([1]) })).toBe('bad');
    const flip = (value: Uint8Array) => value.map((octet, index) => (index === value.length - 1 ? octet ^ 1 : octet));
    expect(check(algorithm, options, undefined, { alter: flip })).toBe('bad');
    expect(check(algorithm, options, undefined, { alter: () => new Uint8Array() })).toBe('bad');
    expect(check(algorithm, options, undefined, { alter: (value) => value.subarray(0, value.length - 1) })).toBe('bad');
    expect(check(algorithm, options, undefined, { alter: (value) => Uint8Array.from([...value, 0]) })).toBe('bad');
  });
});

test.each([
  ['rsa-2048', { hash: 'sha256' }],
  ['rsa-2048', { hash: 'sha256', pss: true }],
  ['ec-p256', { hash: 'sha256' }],
] as [KeyAlgorithm, SignatureOptions][])(
  '%s with %j: one key answers the same however often it is asked',
  (of, options) => {
    const keys = sharedKeys(of, 'crypto');
    const algorithm = algorithmOf(signatureAlgorithm(keys, options));
    const value = signBytes(keys, data, options);
    for (const order of ['good bad good good', 'bad good bad bad']) {
      const key = load(keys.publicKeyInfo);
      const signed = { good: data, bad: new Uint8Array([1]) };
      const answers = order
        .split(' ')
        .map((kind) => verifySignature(algorithm, signed[kind as 'good'], value, key).verdict);
      expect(answers.join(' ')).toBe(order);
    }
  },
);

describe('algorithm and key', () => {
  test('for another kind of key: bad, since it can never have made this signature', () => {
    expect(check('rsa-2048', {}, undefined, { key: 'ec-p256' })).toBe('bad');
    expect(check('ec-p256', {}, undefined, { key: 'rsa-2048' })).toBe('bad');
    expect(check('ed25519', {}, undefined, { key: 'ed448' })).toBe('bad');
    expect(check('ec-p256', {}, undefined, { key: 'ec-p384' })).toBe('bad');
  });

  test('a value that the key did make, under the name of another kind of algorithm', () => {
    expect(check('ec-p256', { hash: 'sha256' }, sequence(oid('1.2.840.113549.1.1.11'), nullValue))).toBe('bad');
    expect(check('rsa-2048', { hash: 'sha256' }, sequence(oid('1.2.840.10045.4.3.2')))).toBe('bad');
    expect(check('ed25519', {}, sequence(oid('1.3.101.113')))).toBe('bad');
  });

  test('another digest than the one that was used', () => {
    expect(check('rsa-2048', { hash: 'sha256' }, sequence(oid('1.2.840.113549.1.1.12'), nullValue))).toBe('bad');
    expect(check('ec-p256', { hash: 'sha256' }, sequence(oid('1.2.840.10045.4.3.3')))).toBe('bad');
  });

  test('unknown', () => {
    expect(check('rsa-2048', {}, sequence(oid('1.2.3.4')))).toBe('algorithm_unknown');
    // A digest and a key are no signature algorithm.
    expect(check('rsa-2048', {}, sequence(oid('1.2.840.113549.1.1.1'), nullValue))).toBe('algorithm_unknown');
    expect(resolveScheme(algorithmOf(sequence(oid('1.2.3.4'))))).toMatchObject({
      finding: { code: 'algorithm_unknown', params: { algorithm: '1.2.3.4' } },
    });
  });

  test('a digest that the runtime does not have', () => {
    const resolved = resolveScheme(algorithmOf(sequence(oid('1.2.840.113549.1.1.11'), nullValue)));
    if (!resolved.ok) throw new Error(resolved.finding.message);
    const missing = { ...resolved, digest: 'sha-of-tomorrow' as DigestName };
    const { publicKeyInfo } = sharedKeys('rsa-2048', 'crypto');
    expect(verifyWithScheme(missing, data, new Uint8Array(256), load(publicKeyInfo))).toMatchObject({
      verdict: 'unsupported',
      finding: { code: 'algorithm_unavailable', params: { algorithm: 'sha256WithRSAEncryption' } },
    });
  });

  test('a value of another length than the modulus (RFC 8017 §8.2.2 step 1)', () => {
    const padded = (value: Uint8Array) => Uint8Array.from([0, ...value]);
    expect(check('rsa-2048', {}, undefined, { alter: padded })).toBe('bad');
    // One value in 256 begins with a zero; OpenSSL takes it without, when it is one of RSASSA-PSS.
    const keys = sharedKeys('rsa-1024', 'crypto');
    const options = { hash: 'sha256', pss: true } as const;
    let value = signBytes(keys, data, options);
    while (value[0] !== 0) value = signBytes(keys, data, options);
    const answer = (signature: Uint8Array) =>
      verifySignature(algorithmOf(signatureAlgorithm(keys, options)), data, signature, load(keys.publicKeyInfo))
        .verdict;
    expect([answer(value), answer(value.subarray(1))]).toEqual(['good', 'bad']);
  });
});

describe('parameters', () => {
  const fits = (identifier: Uint8Array) => resolveScheme(algorithmOf(identifier)).ok;
  const sha256WithRsa = oid('1.2.840.113549.1.1.11');
  test.each([
    ['RSA with NULL', sequence(sha256WithRsa, nullValue), true],
    ['RSA without', sequence(sha256WithRsa), true],
    ['RSA with a sequence', sequence(sha256WithRsa, sequence()), false],
    ['RSA with a NULL that has content', sequence(sha256WithRsa, asn1.tlv(5, new Uint8Array(1))), false],
    ['ECDSA without', sequence(oid('1.2.840.10045.4.3.2')), true],
    ['ECDSA with NULL', sequence(oid('1.2.840.10045.4.3.2'), nullValue), false],
    ['Ed25519 without', sequence(oid('1.3.101.112')), true],
    ['Ed25519 with NULL', sequence(oid('1.3.101.112'), nullValue), false],
    ['Ed448 with NULL', sequence(oid('1.3.101.113'), nullValue), false],
    ['DSA with its domain', sequence(oid('1.2.840.10040.4.3'), sequence(integer(1))), true],
    ['PSS without', sequence(oid('1.2.840.113549.1.1.10')), false],
    ['PSS with NULL', sequence(oid('1.2.840.113549.1.1.10'), nullValue), false],
  ])('%s', (_, identifier, expected) => {
    expect(fits(identifier)).toBe(expected);
  });
});

const hashId = (hash: string, ...parameters: Uint8Array[]) => sequence(oid(hash), ...parameters);
const sha256 = '2.16.840.1.101.3.4.2.1';
const sha384 = '2.16.840.1.101.3.4.2.2';
const mgf = (hash: Uint8Array, generator = '1.2.840.113549.1.1.8') => sequence(oid(generator), hash);
const pss = (...fields: Uint8Array[]) => sequence(oid('1.2.840.113549.1.1.10'), sequence(...fields));
const hashes = [context(0, hashId(sha256, nullValue)), context(1, mgf(hashId(sha256, nullValue)))] as const;
const shake = hashId('2.16.840.1.101.3.4.2.12');
const salt = (value: Uint8Array) => context(2, value);

describe('RSASSA-PSS (RFC 4055 §3.1)', () => {
  const answer = (identifier: Uint8Array, options: SignatureOptions = { hash: 'sha256', pss: true }) =>
    check('rsa-2048', options, identifier);

  test('DEFAULTs: SHA-1, MGF1 with SHA-1, 20 octets of salt', () => {
    expect(resolveScheme(algorithmOf(pss()))).toMatchObject({ ok: true, digest: 'sha1', saltLength: 20 });
    expect(answer(pss(), { hash: 'sha1', pss: true, saltLength: 20 })).toBe('good');
    expect(answer(pss(...hashes), { hash: 'sha256', pss: true, saltLength: 20 })).toBe('good');
  });

  test('the salt has the length that is written', () => {
    for (const saltLength of [0, 20, 32, 64]) {
      expect(answer(pss(...hashes, salt(integer(saltLength))), { hash: 'sha256', pss: true, saltLength })).toBe('good');
    }
    expect(answer(pss(...hashes, salt(integer(31))))).toBe('bad');
    expect(answer(pss(...hashes, salt(integer(33))))).toBe('bad');
  });

  test('a salt that the modulus has no room for', () => {
    // 256 octets hold 32 of the digest, 222 of salt and two more; one more does not fit (RFC 8017 §9.1.2 step 3).
    expect(answer(pss(...hashes, salt(integer(222))), { hash: 'sha256', pss: true, saltLength: 222 })).toBe('good');
    expect(answer(pss(...hashes, salt(integer(223))))).toBe('bad');
    expect(resolveScheme(algorithmOf(pss(...hashes, salt(integer(2048))))).ok).toBe(true);
    expect(resolveScheme(algorithmOf(pss(...hashes, salt(integer(2049))))).ok).toBe(false);
  });

  test('trailerField 1 and no other', () => {
    expect(answer(pss(...hashes, salt(integer(32)), context(3, integer(1))))).toBe('good');
    expect(answer(pss(...hashes, salt(integer(32)), context(3, integer(2))))).toBe('algorithm_unknown');
    expect(answer(pss(...hashes, salt(integer(32)), context(3, integer(0))))).toBe('algorithm_unknown');
  });

  test.each([
    ['two digests', pss(context(0, hashId(sha256)), context(1, mgf(hashId(sha384))), salt(integer(32)))],
    ['the mask by default SHA-1', pss(context(0, hashId(sha256)), salt(integer(32)))],
    ['SHAKE256, which RFC 8702 §3.2.1 writes otherwise', pss(context(0, shake), context(1, mgf(shake)))],
    ['an unknown digest', pss(context(0, hashId('1.2.3')), context(1, mgf(hashId('1.2.3'))))],
    ['another mask generation', pss(hashes[0], context(1, mgf(hashId(sha256), '1.2.3')))],
    ['fields in another order', pss(hashes[1], hashes[0])],
    ['a negative salt', pss(...hashes, salt(rawInteger(0xff)))],
    ['something behind', pss(...hashes, salt(integer(32)), context(4, integer(1)))],
  ])('%s', (_, identifier) => {
    expect(answer(identifier)).toBe('algorithm_unknown');
  });

  test('digest identifiers without NULL are the same', () => {
    expect(answer(pss(context(0, hashId(sha256)), context(1, mgf(hashId(sha256))), salt(integer(32))))).toBe('good');
  });
});

describe('a key for RSASSA-PSS alone (RFC 4055 §1.2, §3.3)', () => {
  const bound = pssKeys(32);
  const key = load(new Uint8Array(bound.publicKey.export({ format: 'der', type: 'spki' })));
  const value = (saltLength: number) =>
    new Uint8Array(
      sign('sha256', data, { key: bound.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
    );
  const answer = (identifier: Uint8Array, saltLength = 32) =>
    verifySignature(algorithmOf(identifier), data, value(saltLength), key).verdict;

  test('its digest and at least its salt', () => {
    expect(answer(pss(...hashes, salt(integer(32))))).toBe('good');
    expect(answer(pss(...hashes, salt(integer(40))), 40)).toBe('good');
    expect(answer(pss(...hashes, salt(integer(31))), 32)).toBe('bad');
    const other = [context(0, hashId(sha384)), context(1, mgf(hashId(sha384)))];
    expect(answer(pss(...other, salt(integer(48))))).toBe('bad');
  });

  test('never PKCS#1 v1.5', () => {
    expect(answer(sequence(oid('1.2.840.113549.1.1.11'), nullValue))).toBe('bad');
  });

  describe('of values that its modulus did make', () => {
    // The private half is used without its restrictions, as its owner could.
    const keys = sharedKeys('rsa-2048', 'crypto');
    const made = (parameters: Uint8Array[], options: SignatureOptions, identifier?: Uint8Array) => {
      const restricted = info([oid('1.2.840.113549.1.1.10'), ...parameters], infoOf(keys.publicKeyInfo).key);
      const algorithm = algorithmOf(identifier ?? signatureAlgorithm(keys, options));
      return verifySignature(algorithm, data, signBytes(keys, data, options), load(restricted.der)).verdict;
    };
    const parameters = [sequence(...hashes, salt(integer(32)))];
    const short = pss(...hashes, salt(integer(31)));

    test('good with its digest and at least its salt, and any where it is not bound', () => {
      expect(made(parameters, { hash: 'sha256', pss: true, saltLength: 32 })).toBe('good');
      expect(made([], { hash: 'sha384', pss: true })).toBe('good');
      expect(made([], { hash: 'sha256' })).toBe('good');
    });

    test.each<[string, Uint8Array[], SignatureOptions, Uint8Array?]>([
      ['a shorter salt', parameters, { hash: 'sha256', pss: true, saltLength: 31 }, short],
      ['another digest', parameters, { hash: 'sha384', pss: true, saltLength: 48 }],
      ['PKCS#1 v1.5', parameters, { hash: 'sha256' }],
      ['PKCS#1 v1.5, where any salt will do', [sequence(...hashes, salt(integer(0)))], { hash: 'sha256' }],
      ['parameters that are none', [nullValue], { hash: 'sha256', pss: true, saltLength: 32 }],
    ])('bad with %s', (_, bound, options, identifier) => {
      expect(made(bound, options, identifier)).toBe('bad');
    });
  });
});

describe('digests', () => {
  test.each([
    ['id-shake256 without parameters', '12', [], 'shake256'],
    ['id-shake256 with NULL', '12', [nullValue], 'shake256'],
    ['id-shake256 with a length', '12', [integer(512)], undefined],
    ['id-shake256-len with 512', '18', [integer(512)], 'shake256'],
    ['id-shake256-len with 256', '18', [integer(256)], undefined],
    ['id-shake256-len with 1024', '18', [integer(1024)], undefined],
    ['id-shake256-len with NULL', '18', [nullValue], undefined],
    ['id-shake256-len without parameters', '18', [], undefined],
    ['id-shake128', '11', [], undefined],
  ])('%s', (_, last, parameters, expected) => {
    const identifier = sequence(oid(`2.16.840.1.101.3.4.2.${last}`), ...parameters);
    expect(digestAlgorithm(algorithmOf(identifier))).toBe(expected);
  });

  test('SHAKE256 has 64 octets', () => {
    // FIPS 202: SHAKE256 of nothing.
    const empty =
      '46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f' +
      'd75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be';
    expect(Buffer.from(digest('shake256', new Uint8Array())).toString('hex')).toBe(empty);
    expect(Buffer.from(createDigest('shake256').finish()).toString('hex')).toBe(empty);
  });

  test('known by identifier, whole and in pieces', () => {
    const known = (...fields: Uint8Array[]) => digestAlgorithm(algorithmOf(sequence(...fields)));
    expect(known(oid(sha256))).toBe('sha256');
    expect(known(oid(sha256), nullValue)).toBe('sha256');
    expect(known(oid('1.2.3'))).toBeUndefined();
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(sha256Hex(new Uint8Array())).toBe(empty);
    const pieces = createDigest('sha256');
    pieces.update(data.subarray(0, 3));
    pieces.update(data.subarray(3));
    expect(pieces.finish()).toEqual(digest('sha256', data));
    expect(digestHex('md5', new Uint8Array())).toBe('d41d8cd98f00b204e9800998ecf8427e');
    expect(digestHex('sha1', new Uint8Array())).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709');
  });

  test('every scheme of the table has a name of its own', () => {
    const names = Object.values(schemeByOid).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
