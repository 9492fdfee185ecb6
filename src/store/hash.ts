/** SHA-256: over text, as the log's links are made, and over octets that may be many. */
import { setImmediate } from 'node:timers/promises';
import { createDigest, sha256Hex } from '../crypto/digest.js';
import { toHex } from '../der/octets.js';

export const sha256Text = (text: string): string => sha256Hex(new TextEncoder().encode(text));

/** About five milliseconds of work, after which requests that wait get their turn. */
const slice = 4 * 1024 * 1024;

export async function sha256Octets(bytes: Uint8Array): Promise<string> {
  if (bytes.length <= slice) return sha256Hex(bytes);
  const digest = createDigest('sha256');
  for (let at = 0; at < bytes.length; at += slice) {
    digest.update(bytes.subarray(at, at + slice));
    await setImmediate();
  }
  return toHex(digest.finish());
}
