/** The dated table of algorithms (REVOCATION.md, rule 11), each row at the last second before its end and at the end. */
import { describe, expect, test } from 'vitest';
import { describeKey, digestAcceptance, keyAcceptance, signatureAcceptance } from '../../src/crypto/acceptance.js';
import type { DigestName, KeyType } from '../../src/crypto/algorithms.js';
import type { KeyDescription } from '../../src/crypto/keys.js';
import { asn1 } from '../../src/stand-in/index.js';
import { algorithmOf } from './support.js';

const at = (text: string) => Date.parse(text);
const key = (type: KeyType, bits: number, curve?: string): KeyDescription => ({
  type,
  bits,
  curve,
  pssParameters: undefined,
  dsaParameters: undefined,
});

/** [what, the last moment at which it is accepted under modern, or always or never; under legacy]. */
type Row = [string, string | 'always' | 'never', boolean];

function expectRow(end: string, legacy: boolean, accepted: (time: number, mode: 'modern' | 'legacy') => boolean): void {
  const times = ['1995-01-01T00:00:00Z', '2026-06-01T00:00:00Z', '2090-01-01T00:00:00Z'].map(at);
  if (end === 'always' || end === 'never') {
    for (const time of times) expect(accepted(time, 'modern')).toBe(end === 'always');
  } else {
    const last = at(end);
    expect([accepted(last, 'modern'), accepted(last + 1000, 'modern')]).toEqual([true, false]);
    expect([accepted(last + 999, 'modern'), accepted(times[0] as number, 'modern')]).toEqual([true, true]);
    expect(accepted(times[2] as number, 'modern')).toBe(false);
  }
  for (const time of times) expect(accepted(time, 'legacy')).toBe(legacy);
}

const digests: [...Row, DigestName][] = [
  ['MD5', 'never', false, 'md5'],
  ['SHA-1', '2016-12-31T23:59:59Z', true, 'sha1'],
  ['SHA-224', 'always', true, 'sha224'],
  ['SHA-256', 'always', true, 'sha256'],
  ['SHA-512', 'always', true, 'sha512'],
  ['SHA3-256', 'always', true, 'sha3-256'],
];

test.each(digests)('the digest %s: %s, legacy %s', (_, end, legacy, name) => {
  expectRow(end, legacy, (time, mode) => digestAcceptance(name, 'x', time, mode).length === 0);
});

const keys: [...Row, KeyDescription][] = [
  ['RSA 512', 'never', false, key('rsa', 512)],
  ['RSA 1023', 'never', false, key('rsa', 1023)],
  ['RSA 1024', '2013-12-31T23:59:59Z', true, key('rsa', 1024)],
  ['RSA 2047', '2013-12-31T23:59:59Z', true, key('rsa', 2047)],
  ['RSA 2048', 'always', true, key('rsa', 2048)],
  ['RSA 16384', 'always', true, key('rsa', 16384)],
  ['DSA 1023', 'never', false, key('dsa', 1023)],
  ['DSA 1024', '2013-12-31T23:59:59Z', true, key('dsa', 1024)],
  ['DSA 2048', '2024-02-02T23:59:59Z', true, key('dsa', 2048)],
  ['DSA 3072', '2024-02-02T23:59:59Z', true, key('dsa', 3072)],
  ['P-256', 'always', true, key('ec', 256, 'P-256')],
  ['P-384', 'always', true, key('ec', 384, 'P-384')],
  ['P-521', 'always', true, key('ec', 521, 'P-521')],
  ['brainpoolP256r1', 'always', true, key('ec', 256, 'brainpoolP256r1')],
  ['brainpoolP512r1', 'always', true, key('ec', 512, 'brainpoolP512r1')],
  ['P-192', 'never', true, key('ec', 192, 'P-192')],
  ['P-224', 'never', true, key('ec', 224, 'P-224')],
  ['secp256k1', 'never', true, key('ec', 256, 'secp256k1')],
  ['Ed25519', 'always', true, key('ed25519', 256)],
  ['Ed448', 'always', true, key('ed448', 456)],
  ['ML-DSA-44', 'always', true, key('ml-dsa-44', 10496)],
];

test.each(keys)('the key %s: %s, legacy %s', (_, end, legacy, description) => {
  expectRow(end, legacy, (time, mode) => keyAcceptance(description, time, mode).length === 0);
});

describe('findings', () => {
  const { nullValue, oid, sequence } = asn1;
  const time = at('2017-01-01T00:00:00Z');

  test('name the algorithm and the time', () => {
    const algorithm = algorithmOf(sequence(oid('1.2.840.113549.1.1.5'), nullValue));
    expect(signatureAcceptance(algorithm, time, 'modern')).toMatchObject([
      { code: 'algorithm_too_weak', params: { algorithm: 'sha1WithRSAEncryption', at: '2017-01-01T00:00:00Z' } },
    ]);
    expect(signatureAcceptance(algorithm, time - 1, 'modern')).toEqual([]);
    expect(keyAcceptance(key('rsa', 1024), time, 'modern')).toMatchObject([
      { code: 'key_too_small', params: { key: 'RSA 1024', at: '2017-01-01T00:00:00Z' } },
    ]);
  });

  test('of PSS the digest in its parameters counts', () => {
    expect(
      signatureAcceptance(algorithmOf(sequence(oid('1.2.840.113549.1.1.10'), sequence())), time, 'modern'),
    ).toMatchObject([{ code: 'algorithm_too_weak', params: { algorithm: 'RSASSA-PSS' } }]);
  });

  test('what has no digest of its own, or is not known, is not judged here', () => {
    expect(signatureAcceptance(algorithmOf(sequence(oid('1.3.101.112'))), time, 'modern')).toEqual([]);
    expect(signatureAcceptance(algorithmOf(sequence(oid('1.2.3'))), time, 'modern')).toEqual([]);
  });

  test('keys for people', () => {
    expect([key('rsa', 1024), key('dsa', 1024), key('ec', 256, 'P-256'), key('ed25519', 256)].map(describeKey)).toEqual(
      ['RSA 1024', 'DSA 1024', 'P-256', 'ed25519'],
    );
  });
});
