/** Digests, whole and incremental. */
import * as crypto from 'node:crypto';
import { equalOctets } from '../der/octets.js';
import type { AlgorithmIdentifier } from '../x509/algorithm.js';
import { type DigestName, digestByOid, digestOctets, idShake256, idShake256Len } from './algorithms.js';

export interface Digest {
  update(chunk: Uint8Array): void;
  /** The value; the digest cannot be used afterwards. */
  finish(): Uint8Array;
}

const nullValue = new Uint8Array([0x05, 0x00]);
/** INTEGER 512: the output in bits. */
const integer512 = new Uint8Array([0x02, 0x02, 0x02, 0x00]);

/**
 * The digest that an AlgorithmIdentifier in CMS names; undefined where it is not known. SHAKE256 has 64 octets in CMS: as
 * id-shake256 without parameters (RFC 8702 §3.1; NULL, which OpenSSL wrote, says no more), as id-shake256-len only where
 * the parameter says so (RFC 8419 §3.1, of Ed448 with signed attributes). Of the others parameters say nothing.
 */
export function digestAlgorithm({ oid, parameters }: AlgorithmIdentifier): DigestName | undefined {
  if (oid === idShake256) {
    return parameters === undefined || equalOctets(parameters, nullValue) ? 'shake256' : undefined;
  }
  if (oid === idShake256Len) {
    return parameters !== undefined && equalOctets(parameters, integer512) ? 'shake256' : undefined;
  }
  return digestByOid[oid];
}

const hashOf = (name: DigestName): crypto.Hash =>
  crypto.createHash(name, name === 'shake256' ? { outputLength: digestOctets[name] } : undefined);

export function createDigest(name: DigestName): Digest {
  const hash = hashOf(name);
  return {
    update: (chunk) => {
      hash.update(chunk);
    },
    finish: () => new Uint8Array(hash.digest()),
  };
}

export function digest(name: DigestName, octets: Uint8Array): Uint8Array {
  // The short way knows no output length, which SHAKE256 needs.
  const value = name === 'shake256' ? hashOf(name).update(octets).digest() : crypto.hash(name, octets, 'buffer');
  return new Uint8Array(value.buffer, value.byteOffset, value.length);
}

/** Lower-case hexadecimal digest: how fingerprints and content addresses are written here. */
export function digestHex(name: Exclude<DigestName, 'shake256'>, octets: Uint8Array): string {
  return crypto.hash(name, octets, 'hex');
}

/** Text counts as UTF-8. */
export function sha256Hex(octets: Uint8Array | string): string {
  return crypto.hash('sha256', octets, 'hex');
}
