/**
 * The quick way to a good RSASSA-PKCS1-v1_5 signature, as RFC 8017 §8.2.2 describes it: recover the encoded message, and
 * compare the whole of it with what should have been signed. node's verification sets up a digest and an object for each
 * call, for the garbage collector to take down again.
 *
 * It only ever says yes. What it does not recognise, for whatever reason, is node's verification to judge.
 */
import { type KeyObject, publicDecrypt } from 'node:crypto';
import { toHex } from '../der/octets.js';
import type { DigestName } from './algorithms.js';
import { digestHex } from './digest.js';
import type { Pkcs1Input } from './keys.js';

/** DigestInfo in DER up to the digest itself (RFC 8017 §9.2, note 1). */
const digestInfo: Readonly<Partial<Record<DigestName, string>>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** True: `signature` is one of `data` under the RSA key. False says nothing. */
export function recognisesPkcs1(
  digest: DigestName | undefined,
  data: Uint8Array,
  signature: Uint8Array,
  key: KeyObject | Pkcs1Input,
): boolean {
  if (digest === undefined || digest === 'shake256') return false;
  const expected = digestInfo[digest];
  if (expected === undefined) return false;
  try {
    // Takes off 00 01 FF … FF 00, the padding that is node's default. Since all that is left is compared, with its length, the
    // padding had the right one too: nothing hides behind the digest (Bleichenbacher 2006, CVE-2006-4339).
    return toHex(publicDecrypt(key, signature)) === expected + digestHex(digest, data);
  } catch {
    return false;
  }
}
