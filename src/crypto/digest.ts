/** Digests, whole and incremental. */
import * as crypto from 'node:crypto';
import { type DigestName, digestByOid } from './algorithms.js';

export interface Digest {
  update(chunk: Uint8Array): void;
  /** The value; the digest cannot be used afterwards. */
  finish(): Uint8Array;
}

/** The digest with this OID; undefined where it is not known. */
export function digestAlgorithm(oid: string): DigestName | undefined {
  return digestByOid[oid];
}

export function createDigest(name: DigestName): Digest {
  const hash = crypto.createHash(name);
  return {
    update: (chunk) => {
      hash.update(chunk);
    },
    finish: () => new Uint8Array(hash.digest()),
  };
}

export function digest(name: DigestName, octets: Uint8Array): Uint8Array {
  return new Uint8Array(crypto.createHash(name).update(octets).digest());
}

/** Lower-case hexadecimal digest: how fingerprints and content addresses are written here. */
export function digestHex(name: DigestName, octets: Uint8Array): string {
  return crypto.hash(name, octets, 'hex');
}

/** Text counts as UTF-8. */
export function sha256Hex(octets: Uint8Array | string): string {
  return crypto.hash('sha256', octets, 'hex');
}
