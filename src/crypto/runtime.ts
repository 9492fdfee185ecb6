/** What the runtime at hand can compute. Part of trustVersion, since it can change a verdict from indeterminate to another. */
import { createPublicKey, getCurves, getHashes } from 'node:crypto';
import { tag } from '../der/reader.js';
import { encodeElement } from '../der/writer.js';
import { curveByOid, digestOctets } from './algorithms.js';

const opensslNames: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
  'P-192': 'prime192v1',
  'P-224': 'secp224r1',
};

let abilities: readonly string[] | undefined;

/** Sorted names of the algorithms of our table that this runtime has. A constant of the process, worked out at first use. */
export function runtimeAbilities(): readonly string[] {
  abilities ??= findAbilities();
  return abilities;
}

function findAbilities(): string[] {
  const hashes = new Set(getHashes().map((name) => name.toLowerCase()));
  const curves = new Set(getCurves());
  const found = Object.keys(digestOctets).filter((name) => hashes.has(name));
  for (const { name } of Object.values(curveByOid)) if (curves.has(opensslNames[name] ?? name)) found.push(name);
  if (hasMlDsa()) found.push('ml-dsa');
  return found.sort();
}

function hasMlDsa(): boolean {
  const oid = new Uint8Array([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11]);
  const info = encodeElement(
    tag.sequence,
    encodeElement(tag.sequence, encodeElement(tag.oid, oid)),
    encodeElement(tag.bitString, new Uint8Array(1 + 1312)),
  );
  try {
    createPublicKey({ key: Buffer.from(info), format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}
