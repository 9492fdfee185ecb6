/**
 * Key pairs and signatures of the stand-in. Keys are node KeyObjects and never leave as octets. Making RSA
 * keys is slow (a tenth of a second and more each), so pairs come from a pool that the process fills once:
 * the same algorithm and slot give the same pair. These keys are for imitations and tests only.
 */
import {
  constants,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  type SignKeyObjectInput,
  sign as signWithKey,
} from 'node:crypto';
import { type Bytes, contentOf, context, integer, nullValue, oid, sequence } from './asn1.js';

export type KeyAlgorithm =
  | 'rsa'
  | 'rsa-1024'
  | 'rsa-2048'
  | 'rsa-3072'
  | 'rsa-4096'
  | 'ec-p256'
  | 'ec-p384'
  | 'ec-p521'
  | 'ed25519'
  | 'ed448'
  | 'dsa-1024'
  | 'dsa-2048';

export type HashName =
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
  /** 64 octets, for content in CMS; no signature here is made with it. */
  | 'shake256';

export interface KeyPair {
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeyInfo: Bytes;
  /** SHA-1 of the public key's bits (RFC 5280 §4.2.1.2, method 1). */
  readonly keyIdentifier: Bytes;
}

export interface SignatureOptions {
  /** Default sha256; without meaning for Ed25519 and Ed448. */
  hash?: HashName;
  /** RSASSA-PSS in place of PKCS #1 v1.5. */
  pss?: boolean;
  /** PSS salt length in octets; default the length of the hash. */
  saltLength?: number;
}

const curves: Partial<Record<KeyAlgorithm, string>> = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' };

function generate(algorithm: KeyAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  const [family, size = '2048'] = algorithm.split('-') as [string, string?];
  const curve = curves[algorithm];
  if (curve !== undefined) return generateKeyPairSync('ec', { namedCurve: curve });
  if (family === 'rsa') return generateKeyPairSync('rsa', { modulusLength: Number(size) });
  if (family === 'dsa') {
    const divisorLength = size === '1024' ? 160 : 256;
    return generateKeyPairSync('dsa', { modulusLength: Number(size), divisorLength });
  }
  return algorithm === 'ed448' ? generateKeyPairSync('ed448') : generateKeyPairSync('ed25519');
}

/** Wraps a pair of KeyObjects that was made elsewhere. */
export function keyPairFrom(algorithm: KeyAlgorithm, publicKey: KeyObject, privateKey: KeyObject): KeyPair {
  const publicKeyInfo = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  return { algorithm, publicKey, privateKey, publicKeyInfo, keyIdentifier: keyIdentifierOf(publicKeyInfo) };
}

/** SHA-1 over the BIT STRING's content without the unused-bits octet. */
function keyIdentifierOf(publicKeyInfo: Bytes): Bytes {
  const [, bits] = publicKeyParts(publicKeyInfo);
  return new Uint8Array(createHash('sha1').update(contentOf(bits).subarray(1)).digest());
}

/** The two parts of a SubjectPublicKeyInfo: AlgorithmIdentifier and BIT STRING. */
function publicKeyParts(publicKeyInfo: Bytes): [algorithm: Bytes, bits: Bytes] {
  const content = contentOf(publicKeyInfo);
  const length = tlvLength(content);
  return [content.subarray(0, length), content.subarray(length)];
}

/** Length of a TLV, header included. */
function tlvLength(der: Bytes): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  return 2 + count + der.subarray(2, 2 + count).reduce((sum, octet) => sum * 256 + octet, 0);
}

/** The SubjectPublicKeyInfo with the parameters left out: a DSA subject inherits its issuer's (RFC 3279 §2.3.2). */
export function withoutParameters(keys: KeyPair): Bytes {
  const [algorithm, bits] = publicKeyParts(keys.publicKeyInfo);
  const content = contentOf(algorithm);
  return sequence(sequence(content.subarray(0, tlvLength(content))), bits);
}

/** A new key pair, seen nowhere else. */
export function generateKeys(algorithm: KeyAlgorithm = 'ec-p256'): KeyPair {
  const { publicKey, privateKey } = generate(algorithm);
  return keyPairFrom(algorithm, publicKey, privateKey);
}

const pool = new Map<string, KeyPair>();

/** The pair of this algorithm in this slot of the process's pool, made at the first call. */
export function sharedKeys(algorithm: KeyAlgorithm = 'ec-p256', slot: string | number = 0): KeyPair {
  const key = `${algorithm === 'rsa' ? 'rsa-2048' : algorithm}/${slot}`;
  const existing = pool.get(key);
  if (existing !== undefined) return existing;
  const made = generateKeys(algorithm);
  pool.set(key, made);
  return made;
}

export const hashOids: Record<HashName, string> = {
  md5: '1.2.840.113549.2.5',
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  'sha3-224': '2.16.840.1.101.3.4.2.7',
  'sha3-256': '2.16.840.1.101.3.4.2.8',
  'sha3-384': '2.16.840.1.101.3.4.2.9',
  'sha3-512': '2.16.840.1.101.3.4.2.10',
  shake256: '2.16.840.1.101.3.4.2.12',
};

const sigAlgs = '2.16.840.1.101.3.4.3';
const rsaOids: Partial<Record<HashName, string>> = {
  md5: '1.2.840.113549.1.1.4',
  sha1: '1.2.840.113549.1.1.5',
  sha224: '1.2.840.113549.1.1.14',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
  'sha3-224': `${sigAlgs}.13`,
  'sha3-256': `${sigAlgs}.14`,
  'sha3-384': `${sigAlgs}.15`,
  'sha3-512': `${sigAlgs}.16`,
};
const ecdsaOids: Partial<Record<HashName, string>> = {
  sha1: '1.2.840.10045.4.1',
  sha224: '1.2.840.10045.4.3.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
  'sha3-224': `${sigAlgs}.9`,
  'sha3-256': `${sigAlgs}.10`,
  'sha3-384': `${sigAlgs}.11`,
  'sha3-512': `${sigAlgs}.12`,
};
const dsaOids: Partial<Record<HashName, string>> = {
  sha1: '1.2.840.10040.4.3',
  sha224: `${sigAlgs}.1`,
  sha256: `${sigAlgs}.2`,
  sha384: `${sigAlgs}.3`,
  sha512: `${sigAlgs}.4`,
};

export const hashIdentifier = (hash: HashName): Bytes => sequence(oid(hashOids[hash]));

/** A hash's AlgorithmIdentifier with NULL parameters, as RFC 4055 §2.1 writes it inside PSS parameters. */
const hashIdentifierWithNull = (hash: HashName): Bytes => sequence(oid(hashOids[hash]), nullValue);

export function digest(hash: HashName, data: Bytes): Bytes {
  return new Uint8Array(
    createHash(hash, hash === 'shake256' ? { outputLength: 64 } : {})
      .update(data)
      .digest(),
  );
}

/** RFC 4055 §3.1; DEFAULTs (SHA-1, MGF1 with SHA-1, salt 20) are left out. */
function pssParameters(hash: HashName, saltLength: number): Bytes {
  const fields: Bytes[] = [];
  if (hash !== 'sha1') {
    fields.push(context(0, hashIdentifierWithNull(hash)));
    fields.push(context(1, sequence(oid('1.2.840.113549.1.1.8'), hashIdentifierWithNull(hash))));
  }
  if (saltLength !== 20) fields.push(context(2, integer(saltLength)));
  return sequence(...fields);
}

function family(keys: KeyPair): string {
  return keys.algorithm.split('-')[0] ?? '';
}

const edOids: Record<string, string> = { ed25519: '1.3.101.112', ed448: '1.3.101.113' };

/** The AlgorithmIdentifier of a signature that these keys make with these options, DER. */
export function signatureAlgorithm(keys: KeyPair, options: SignatureOptions = {}): Bytes {
  const hash = options.hash ?? 'sha256';
  const kind = family(keys);
  const edwards = edOids[kind];
  if (edwards !== undefined) return sequence(oid(edwards));
  if (kind === 'rsa' && options.pss === true) {
    const saltLength = options.saltLength ?? createHash(hash).digest().length;
    return sequence(oid('1.2.840.113549.1.1.10'), pssParameters(hash, saltLength));
  }
  const dotted = (kind === 'rsa' ? rsaOids : kind === 'ec' ? ecdsaOids : dsaOids)[hash];
  if (dotted === undefined) throw new TypeError(`${kind} signatures have no algorithm identifier with ${hash}`);
  return kind === 'rsa' ? sequence(oid(dotted), nullValue) : sequence(oid(dotted));
}

/** The signature over `data`, in the form that certificates, CRLs and CMS carry. */
export function signBytes(keys: KeyPair, data: Bytes, options: SignatureOptions = {}): Bytes {
  if (edOids[family(keys)] !== undefined) return new Uint8Array(signWithKey(null, data, keys.privateKey));
  const hash = options.hash ?? 'sha256';
  const key: SignKeyObjectInput = { key: keys.privateKey };
  if (family(keys) === 'rsa' && options.pss === true) {
    key.padding = constants.RSA_PKCS1_PSS_PADDING;
    key.saltLength = options.saltLength ?? constants.RSA_PSS_SALTLEN_DIGEST;
  }
  return new Uint8Array(signWithKey(hash, data, key));
}
