/** Public keys: every kind that is loaded, every limit at its boundary, and every form that is refused. */
import { createPublicKey, generateKeyPairSync, type KeyObject, type PublicKeyInput } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bitLength, describePublicKey, loadPublicKey } from '../../src/crypto/keys.js';
import { runtimeAbilities } from '../../src/crypto/runtime.js';
import { asn1, generateKeys, sharedKeys, withoutParameters } from '../../src/stand-in/index.js';
import { ecOid, info, infoOf, pssKeys, rawInteger, rsaInfo, rsaOid } from './support.js';

const { integer, nullValue, oid, sequence } = asn1;
const spki = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'spki' }));

/** What describing says: the key in one line, or the code and its detail. */
function described(key: ReturnType<typeof info>, inherited?: Uint8Array): string {
  const result = describePublicKey(key, inherited);
  if (!result.ok) return `${result.finding.code}: ${result.finding.params?.detail ?? result.finding.params?.algorithm}`;
  const { type, bits, curve } = result.value;
  return [type, bits, curve].filter((part) => part !== undefined).join(' ');
}

function expectLoaded(der: Uint8Array, reference: KeyObject): void {
  const loaded = loadPublicKey(infoOf(der));
  expect(loaded.ok && loaded.value.key.equals(reference)).toBe(true);
}

describe('kinds', () => {
  test.each([
    ['rsa-1024', 'rsa 1024'],
    ['rsa-2048', 'rsa 2048'],
    ['ec-p256', 'ec 256 P-256'],
    ['ec-p384', 'ec 384 P-384'],
    ['ec-p521', 'ec 521 P-521'],
    ['ed25519', 'ed25519 256'],
    ['ed448', 'ed448 456'],
    ['dsa-1024', 'dsa 1024'],
  ] as const)('%s', (algorithm, line) => {
    const keys = sharedKeys(algorithm, 'crypto');
    expect(described(infoOf(keys.publicKeyInfo))).toBe(line);
    expectLoaded(keys.publicKeyInfo, keys.publicKey);
  });

  test.each([
    ['secp256k1', 'secp256k1', 256],
    ['prime192v1', 'P-192', 192],
    ['secp224r1', 'P-224', 224],
    ['brainpoolP256r1', 'brainpoolP256r1', 256],
    ['brainpoolP384r1', 'brainpoolP384r1', 384],
    ['brainpoolP512r1', 'brainpoolP512r1', 512],
  ])('%s', (namedCurve, name, bits) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve });
    expect(described(infoOf(spki(publicKey)))).toBe(`ec ${bits} ${name}`);
    expectLoaded(spki(publicKey), publicKey);
  });

  test.each(['ec-p256', 'ec-p384', 'ec-p521'] as const)('a compressed point on %s is the same key', (algorithm) => {
    const { publicKey, publicKeyInfo } = sharedKeys(algorithm, 'crypto');
    const { key, algorithm: identifier } = infoOf(publicKeyInfo);
    const half = (key.length - 1) / 2;
    const sign = 2 + ((key[key.length - 1] as number) & 1);
    const compressed = Uint8Array.from([sign, ...key.subarray(1, 1 + half)]);
    const der = info([oid(identifier.oid), identifier.parameters ?? nullValue], compressed);
    expectLoaded(der.der, publicKey);
  });

  test('RSASSA-PSS keys keep the parameters that bind them', () => {
    const { publicKey } = pssKeys(32);
    const loaded = loadPublicKey(infoOf(spki(publicKey)));
    expect(loaded.ok && loaded.value.pssParameters?.length).toBeGreaterThan(10);
    expect(described(infoOf(spki(publicKey)))).toBe('rsa 2048');
    const plain = describePublicKey(infoOf(sharedKeys('rsa-2048', 'crypto').publicKeyInfo));
    expect(plain.ok && plain.value.pssParameters).toBeUndefined();
  });

  test('an unknown algorithm and an unknown curve are named', () => {
    expect(described(info([oid('1.2.3.4')], new Uint8Array(3)))).toBe('algorithm_unknown: 1.2.3.4');
    expect(described(info([ecOid, oid('1.2.3.5')], new Uint8Array(65)))).toBe('algorithm_unknown: 1.2.3.5');
    expect(loadPublicKey(info([oid('1.2.3.4')], new Uint8Array(3)))).toMatchObject({
      ok: false,
      finding: { code: 'algorithm_unknown', params: { algorithm: '1.2.3.4' } },
    });
  });

  test.skipIf(runtimeAbilities().includes('ml-dsa'))(
    'ML-DSA is known and not available (else this runtime has it)',
    () => {
      const key = info([oid('2.16.840.1.101.3.4.3.17')], new Uint8Array(1312));
      expect(described(key)).toBe('ml-dsa-44 10496');
      expect(loadPublicKey(key)).toMatchObject({
        ok: false,
        finding: { code: 'algorithm_unavailable', params: { algorithm: 'ml-dsa-44' } },
      });
    },
  );
});

describe('RSA', () => {
  test.each([
    [16_384, 'rsa 16384'],
    [16_385, 'public_key_malformed: expected a modulus of at most 16384 bits, found 16385 bits'],
    [8, 'rsa 8'],
    [7, 'public_key_malformed: expected a positive modulus, found another number'],
    [2047, 'rsa 2047'],
  ])('a modulus of %i bits', (bits, line) => {
    expect(described(rsaInfo(bits))).toBe(line);
  });

  test.each([8, 9, 2047, 2048, 16_384])('of %i bits, what is described is loaded without fail', (bits) => {
    for (const exponent of [integer(3), integer((1n << 63n) | 1n)]) {
      const loaded = loadPublicKey(rsaInfo(bits, exponent));
      if (!loaded.ok) throw new Error(loaded.finding.message);
      const first = loaded.value.once?.();
      expect(first).toBeDefined();
      expect(loaded.value.once?.()).toBeUndefined();
      expect(loaded.value.key.asymmetricKeyDetails?.modulusLength).toBe(bits);
      expect(createPublicKey(first as PublicKeyInput).equals(loaded.value.key)).toBe(true);
    }
  });

  test('a loaded key has octets of its own', () => {
    const keys = sharedKeys('rsa-2048', 'crypto');
    const der = new Uint8Array(keys.publicKeyInfo);
    const loaded = loadPublicKey(infoOf(der));
    der.fill(0);
    expect(loaded.ok && loaded.value.key.equals(keys.publicKey)).toBe(true);
  });

  const odd = 'public_key_malformed: expected an odd public exponent of at least 3, found another number';
  test.each([
    ['1', integer(1), odd],
    ['2', integer(2), odd],
    ['3', integer(3), 'rsa 2048'],
    ['0', integer(0), odd],
    ['even', integer(65536), odd],
    ['negative', rawInteger(0xff), odd],
    ['negative and long', rawInteger(0x80, 1), odd],
    ['257', integer(257), 'rsa 2048'],
    ['of 64 bits', integer((1n << 63n) | 1n), 'rsa 2048'],
    [
      'of 65 bits',
      integer((1n << 64n) | 1n),
      'public_key_malformed: expected a public exponent of at most 64 bits, found a longer one',
    ],
  ])('an exponent %s', (_, exponent, line) => {
    expect(described(rsaInfo(2048, exponent))).toBe(line);
  });

  test('a negative modulus', () => {
    const key = info([rsaOid, nullValue], sequence(rawInteger(0x80, 1, 1), integer(3)));
    expect(described(key)).toBe('public_key_malformed: expected a positive modulus, found another number');
  });

  test('NULL parameters, or none; no others', () => {
    const others = 'public_key_malformed: expected NULL parameters of an RSA key, found others';
    expect(described(rsaInfo(2048, integer(3), []))).toBe('rsa 2048');
    expect(described(rsaInfo(2048, integer(3), [sequence()]))).toBe(others);
    expect(described(rsaInfo(2048, integer(3), [asn1.tlv(5, new Uint8Array(1))]))).toBe(others);
    expect(described(rsaInfo(2048, integer(3), [oid('1.2.3')]))).toBe(others);
  });

  test('two numbers, minimal, and nothing behind', () => {
    const three = info([rsaOid, nullValue], sequence(integer(187), integer(3), integer(1)));
    expect(described(three)).toBe('public_key_malformed: expected the end of an RSA key, found trailing data');
    const one = info([rsaOid, nullValue], sequence(integer(187)));
    expect(described(one)).toBe('public_key_malformed: expected the public exponent, found the end of the data');
    const padded = info([rsaOid, nullValue], sequence(rawInteger(0, 0x7f), integer(3)));
    expect(described(padded)).toBe('public_key_malformed: expected the modulus, found an INTEGER that is not minimal');
  });
});

describe('EC', () => {
  const p256 = oid('1.2.840.10045.3.1.7');
  const named = 'public_key_malformed: expected a named curve (RFC 5480 §2.1.1), found something else';
  test('explicit curves, implicit ones and none are refused', () => {
    const point = infoOf(sharedKeys('ec-p256', 'crypto').publicKeyInfo).key;
    expect(described(info([ecOid, sequence(integer(1))], point))).toBe(named);
    expect(described(info([ecOid, nullValue], point))).toBe(named);
    expect(described(info([ecOid], point))).toBe(named);
  });

  test.each([
    [4, 65, 'ec 256 P-256'],
    [2, 33, 'ec 256 P-256'],
    [3, 33, 'ec 256 P-256'],
    [4, 64, undefined],
    [4, 66, undefined],
    [4, 33, undefined],
    [2, 65, undefined],
    [6, 65, undefined],
    [7, 65, undefined],
    [0, 1, undefined],
    [1, 33, undefined],
    [5, 33, undefined],
    [4, 0, undefined],
  ])('a point that begins with %i and has %i octets', (first, length, line) => {
    const octets = new Uint8Array(length);
    if (length > 0) octets[0] = first;
    const none = `public_key_malformed: expected a point on P-256, found ${length} octets that are none`;
    expect(described(info([ecOid, p256], octets))).toBe(line ?? none);
  });

  test('a point that is not on the curve shows when it is loaded', () => {
    const octets = new Uint8Array(65).fill(1);
    octets[0] = 4;
    expect(loadPublicKey(info([ecOid, p256], octets))).toMatchObject({
      ok: false,
      finding: {
        code: 'public_key_malformed',
        params: { detail: 'expected a key of type ec, found octets that are none' },
      },
    });
  });
});

describe('keys of a fixed size', () => {
  test.each([
    ['1.3.101.112', 32, 'ed25519'],
    ['1.3.101.113', 57, 'ed448'],
  ])('%s', (dotted, octets, type) => {
    expect(described(info([oid(dotted)], new Uint8Array(octets)))).toBe(`${type} ${octets * 8}`);
    for (const wrong of [octets - 1, octets + 1]) {
      expect(described(info([oid(dotted)], new Uint8Array(wrong)))).toBe(
        `public_key_malformed: expected a key of ${octets} octets, found ${wrong} octets`,
      );
    }
    expect(described(info([oid(dotted), nullValue], new Uint8Array(octets)))).toBe(
      `public_key_malformed: expected no parameters of ${type} (RFC 8410 §3), found some`,
    );
  });
});

describe('DSA', () => {
  const keys = generateKeys('dsa-1024');
  const bare = infoOf(withoutParameters(keys));
  const own = describePublicKey(infoOf(keys.publicKeyInfo));
  const parameters = own.ok ? own.value.dsaParameters : undefined;

  test('parameters are inherited where there are none', () => {
    expect(parameters).toBeDefined();
    expect(described(bare)).toBe('public_key_malformed: expected DSA parameters, own or inherited, found none');
    expect(described(bare, parameters)).toBe('dsa 1024');
    const loaded = loadPublicKey(bare, parameters);
    expect(loaded.ok && loaded.value.key.equals(keys.publicKey)).toBe(true);
    expect(loaded.ok && loaded.value.dsaParameters).toEqual(parameters);
  });

  test('NULL in their place inherits too; own ones win', () => {
    expect(described(info([oid('1.2.840.10040.4.1'), nullValue], bare.key), parameters)).toBe('dsa 1024');
    const other = sequence(integer((1n << 2047n) | 1n), integer(7), integer(2));
    expect(described(infoOf(keys.publicKeyInfo), other)).toBe('dsa 1024');
    expect(described(bare, other)).toBe('dsa 2048');
  });

  test('a prime of at most 3072 bits', () => {
    const prime = (bits: number) => sequence(integer((1n << BigInt(bits - 1)) | 1n), integer(7), integer(2));
    expect(described(bare, prime(3072))).toBe('dsa 3072');
    expect(described(bare, prime(3073))).toBe(
      'public_key_malformed: expected a DSA prime of at most 3072 bits, found 3073 bits',
    );
  });
});

test.each([
  [[0], 0],
  [[1], 1],
  [[0x7f], 7],
  [[0x80], 8],
  [[0, 0x80], 8],
  [[0, 0, 1], 1],
  [[1, 0], 9],
  [[], 0],
])('bitLength(%j) is %i', (octets, bits) => {
  expect(bitLength(new Uint8Array(octets))).toBe(bits);
});
