/** The abilities that trustVersion names are those that the runtime shows when it is asked to work. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { curveByOid, type DigestName, digestOctets } from '../../src/crypto/algorithms.js';
import { loadPublicKey } from '../../src/crypto/keys.js';
import { runtimeAbilities } from '../../src/crypto/runtime.js';
import { asn1 } from '../../src/stand-in/index.js';
import { info } from './support.js';

const opensslNames: Record<string, string> = { 'P-192': 'prime192v1', 'P-224': 'secp224r1' };

function works(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

test('what is named works, what works is named, in order', () => {
  const digests = (Object.keys(digestOctets) as DigestName[]).filter((name) => works(() => createHash(name)));
  const curves = Object.values(curveByOid)
    .map(({ name }) => name)
    .filter((name) => works(() => generateKeyPairSync('ec', { namedCurve: opensslNames[name] ?? name })));
  const mlDsa = loadPublicKey(info([asn1.oid('2.16.840.1.101.3.4.3.18')], new Uint8Array(1952))).ok ? ['ml-dsa'] : [];
  expect(runtimeAbilities()).toEqual([...digests, ...curves, ...mlDsa].sort());
  expect(runtimeAbilities()).toEqual(expect.arrayContaining(['sha256', 'P-256']));
});
