/** Keys and algorithm identifiers as the room crypto takes them, from DER that is written here. */

import { generateKeyPairSync, type RSAPSSKeyPairKeyObjectOptions } from 'node:crypto';
import { loadPublicKey, type PublicKey } from '../../src/crypto/keys.js';
import { DerReader } from '../../src/der/reader.js';
import { asn1 } from '../../src/stand-in/index.js';
import { type AlgorithmIdentifier, readAlgorithm } from '../../src/x509/algorithm.js';
import { readPublicKeyInfo, type SubjectPublicKeyInfo } from '../../src/x509/certificate.js';

const { sequence, oid, bitString, nullValue, tlv } = asn1;

export const infoOf = (der: Uint8Array): SubjectPublicKeyInfo => readPublicKeyInfo(new DerReader(der));
export const algorithmOf = (der: Uint8Array): AlgorithmIdentifier => readAlgorithm(new DerReader(der), 'the test');

/** SubjectPublicKeyInfo of an algorithm (its parts) and the octets of a key. */
export const info = (algorithm: Uint8Array[], key: Uint8Array, unused = 0): SubjectPublicKeyInfo =>
  infoOf(sequence(sequence(...algorithm), bitString(key, unused)));

export const rsaOid = oid('1.2.840.113549.1.1.1');
export const ecOid = oid('1.2.840.10045.2.1');

/** INTEGER from content octets. */
export const rawInteger = (...octets: number[]): Uint8Array => tlv(2, new Uint8Array(octets));

/** An RSA key with a modulus of so many bits (top bit set, odd) that nobody has factors of. */
export function rsaInfo(bits: number, exponent: Uint8Array = asn1.integer(65537), parameters = [nullValue]) {
  const modulus = asn1.integer((1n << BigInt(bits - 1)) | 1n);
  return info([rsaOid, ...parameters], sequence(modulus, exponent));
}

export function load(der: Uint8Array): PublicKey {
  const loaded = loadPublicKey(infoOf(der));
  if (!loaded.ok) throw new Error(loaded.finding.message);
  return loaded.value;
}

/** A key for RSASSA-PSS with SHA-256 alone. The types of node:crypto take the salt length for a text. */
export function pssKeys(saltLength: number) {
  const options: RSAPSSKeyPairKeyObjectOptions = {
    modulusLength: 2048,
    hashAlgorithm: 'sha256',
    mgf1HashAlgorithm: 'sha256',
  };
  return generateKeyPairSync('rsa-pss', Object.assign(options, { saltLength }));
}
