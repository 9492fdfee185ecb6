/**
 * The table of algorithms: object identifiers of signatures, digests, public keys and curves (RFC 3279, 4055, 5480, 5758,
 * 8410, 8419, 8702, 9881), as data. Whether an algorithm is still accepted at a time is acceptance.ts' business.
 */

export type DigestName =
  | 'md5'
  | 'sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'sha3-224'
  | 'sha3-256'
  | 'sha3-384'
  | 'sha3-512'
  /** With an output of 64 octets: a digest of content in CMS (RFC 8419, 8702), of no signature scheme here. */
  | 'shake256';

/** Those that an object identifier alone names. */
export const digestByOid: Readonly<Record<string, DigestName>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.7': 'sha3-224',
  '2.16.840.1.101.3.4.2.8': 'sha3-256',
  '2.16.840.1.101.3.4.2.9': 'sha3-384',
  '2.16.840.1.101.3.4.2.10': 'sha3-512',
};

export const digestOctets: Readonly<Record<DigestName, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  'sha3-224': 28,
  'sha3-256': 32,
  'sha3-384': 48,
  'sha3-512': 64,
  shake256: 64,
};

export const idShake256 = '2.16.840.1.101.3.4.2.12';
export const idShake256Len = '2.16.840.1.101.3.4.2.18';

export type KeyType = 'rsa' | 'ec' | 'dsa' | 'ed25519' | 'ed448' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

/** How a signature is made. `parameters` says what the AlgorithmIdentifier must carry. */
export interface SignatureScheme {
  readonly name: string;
  readonly key: KeyType;
  /** undefined: the scheme has its own digest, or the parameters name it. */
  readonly digest: DigestName | undefined;
  readonly pss: boolean;
  readonly parameters: 'null' | 'absent' | 'pss' | 'any';
}

const rsa = (name: string, digest: DigestName): SignatureScheme => ({
  name,
  key: 'rsa',
  digest,
  pss: false,
  parameters: 'null',
});
const ecdsa = (name: string, digest: DigestName): SignatureScheme => ({
  name,
  key: 'ec',
  digest,
  pss: false,
  parameters: 'absent',
});
const dsa = (name: string, digest: DigestName): SignatureScheme => ({
  name,
  key: 'dsa',
  digest,
  pss: false,
  parameters: 'any',
});
const pure = (name: string, key: KeyType): SignatureScheme => ({
  name,
  key,
  digest: undefined,
  pss: false,
  parameters: 'absent',
});

export const schemeByOid: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.113549.1.1.4': rsa('md5WithRSAEncryption', 'md5'),
  '1.2.840.113549.1.1.5': rsa('sha1WithRSAEncryption', 'sha1'),
  '1.3.14.3.2.29': rsa('sha1WithRSASignature', 'sha1'),
  '1.2.840.113549.1.1.14': rsa('sha224WithRSAEncryption', 'sha224'),
  '1.2.840.113549.1.1.11': rsa('sha256WithRSAEncryption', 'sha256'),
  '1.2.840.113549.1.1.12': rsa('sha384WithRSAEncryption', 'sha384'),
  '1.2.840.113549.1.1.13': rsa('sha512WithRSAEncryption', 'sha512'),
  '2.16.840.1.101.3.4.3.13': rsa('id-rsassa-pkcs1-v1-5-with-sha3-224', 'sha3-224'),
  '2.16.840.1.101.3.4.3.14': rsa('id-rsassa-pkcs1-v1-5-with-sha3-256', 'sha3-256'),
  '2.16.840.1.101.3.4.3.15': rsa('id-rsassa-pkcs1-v1-5-with-sha3-384', 'sha3-384'),
  '2.16.840.1.101.3.4.3.16': rsa('id-rsassa-pkcs1-v1-5-with-sha3-512', 'sha3-512'),
  '1.2.840.113549.1.1.10': { name: 'RSASSA-PSS', key: 'rsa', digest: undefined, pss: true, parameters: 'pss' },
  '1.2.840.10045.4.1': ecdsa('ecdsa-with-SHA1', 'sha1'),
  '1.2.840.10045.4.3.1': ecdsa('ecdsa-with-SHA224', 'sha224'),
  '1.2.840.10045.4.3.2': ecdsa('ecdsa-with-SHA256', 'sha256'),
  '1.2.840.10045.4.3.3': ecdsa('ecdsa-with-SHA384', 'sha384'),
  '1.2.840.10045.4.3.4': ecdsa('ecdsa-with-SHA512', 'sha512'),
  '2.16.840.1.101.3.4.3.9': ecdsa('id-ecdsa-with-sha3-224', 'sha3-224'),
  '2.16.840.1.101.3.4.3.10': ecdsa('id-ecdsa-with-sha3-256', 'sha3-256'),
  '2.16.840.1.101.3.4.3.11': ecdsa('id-ecdsa-with-sha3-384', 'sha3-384'),
  '2.16.840.1.101.3.4.3.12': ecdsa('id-ecdsa-with-sha3-512', 'sha3-512'),
  '1.2.840.10040.4.3': dsa('dsa-with-sha1', 'sha1'),
  '2.16.840.1.101.3.4.3.1': dsa('dsa-with-sha224', 'sha224'),
  '2.16.840.1.101.3.4.3.2': dsa('dsa-with-sha256', 'sha256'),
  '1.3.101.112': pure('Ed25519', 'ed25519'),
  '1.3.101.113': pure('Ed448', 'ed448'),
  '2.16.840.1.101.3.4.3.17': pure('ML-DSA-44', 'ml-dsa-44'),
  '2.16.840.1.101.3.4.3.18': pure('ML-DSA-65', 'ml-dsa-65'),
  '2.16.840.1.101.3.4.3.19': pure('ML-DSA-87', 'ml-dsa-87'),
};

export const rsaEncryption = '1.2.840.113549.1.1.1';
export const rsassaPss = '1.2.840.113549.1.1.10';
export const mgf1 = '1.2.840.113549.1.1.8';
export const idDsa = '1.2.840.10040.4.1';
export const idEcPublicKey = '1.2.840.10045.2.1';

export interface Curve {
  readonly name: string;
  /** JWK name, where node:crypto takes this curve as JWK (fast); else the SPKI is decoded (slow). */
  readonly jwk: string | undefined;
  /** Octets of one coordinate. */
  readonly octets: number;
  readonly bits: number;
}

const curve = (name: string, bits: number, jwk?: string): Curve => ({ name, jwk, bits, octets: Math.ceil(bits / 8) });

export const curveByOid: Readonly<Record<string, Curve>> = {
  '1.2.840.10045.3.1.7': curve('P-256', 256, 'P-256'),
  '1.3.132.0.34': curve('P-384', 384, 'P-384'),
  '1.3.132.0.35': curve('P-521', 521, 'P-521'),
  '1.3.132.0.10': curve('secp256k1', 256, 'secp256k1'),
  '1.2.840.10045.3.1.1': curve('P-192', 192),
  '1.3.132.0.33': curve('P-224', 224),
  '1.3.36.3.3.2.8.1.1.7': curve('brainpoolP256r1', 256),
  '1.3.36.3.3.2.8.1.1.11': curve('brainpoolP384r1', 384),
  '1.3.36.3.3.2.8.1.1.13': curve('brainpoolP512r1', 512),
};

/** Keys of the fixed-size kinds: octets of the key, and the JWK curve where there is one. */
export interface OctetKey {
  readonly type: KeyType;
  readonly octets: number;
  readonly jwk: string | undefined;
}

export const octetKeyByOid: Readonly<Record<string, OctetKey>> = {
  '1.3.101.112': { type: 'ed25519', octets: 32, jwk: 'Ed25519' },
  '1.3.101.113': { type: 'ed448', octets: 57, jwk: 'Ed448' },
  '2.16.840.1.101.3.4.3.17': { type: 'ml-dsa-44', octets: 1312, jwk: undefined },
  '2.16.840.1.101.3.4.3.18': { type: 'ml-dsa-65', octets: 1952, jwk: undefined },
  '2.16.840.1.101.3.4.3.19': { type: 'ml-dsa-87', octets: 2592, jwk: undefined },
};
