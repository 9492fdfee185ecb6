/**
 * The hash of the serial index: a multilinear one (Lemire, Kaser 2014) with one multiplier for each two octets, and a
 * finish that spreads neighbours. Whatever serials are chosen beforehand, two of them collide in all 32 bits with a
 * chance of at most 2^-16: of an odd multiplier at least 16 unknown bits count for any difference of two octets. Of a
 * million chosen for it, 15 may so meet one serial. Chosen beforehand they are: the multipliers come from the digest of the
 * CRL itself, so whoever changes a serial changes them all, and the same CRL still gives the same index on every machine. A
 * plain mixing function would not do: those have collisions that hold for every seed.
 */

const positions = 32;

/** The multipliers, out of a SHA-256 value in hexadecimal; all odd. */
export function hashKey(sha256: string): Uint32Array {
  const words = Array.from({ length: 8 }, (_, i) => Number.parseInt(sha256.slice(i * 8, i * 8 + 8), 16));
  const next = (i: number) => (words[i & 7] as number) + Math.imul((i >> 3) + 1, 0x9e3779b9);
  return Uint32Array.from({ length: positions }, (_, i) => mix(next(i) ^ mix(next(i + 1))) | 1);
}

/** 32 bits, with a sign: a number above 2^31 would be an object wherever it is handed over. */
export function hashOctets(bytes: Uint8Array, start: number, end: number, key: Uint32Array): number {
  let sum = end - start;
  let at = start;
  for (;;) {
    const stop = Math.min(end, at + 2 * positions);
    for (let i = 0; at + 1 < stop; i++, at += 2) {
      sum = (sum + Math.imul(key[i] as number, ((bytes[at] as number) << 8) | (bytes[at + 1] as number))) | 0;
    }
    if (stop === end) break;
    // Serials beyond 64 octets break §4.1.2.2 and are rare: the multipliers are used again, with another power.
    sum = Math.imul(sum, key[0] as number);
  }
  // An odd octet counts as if a zero followed: the length, which is in the sum, tells the two apart.
  if (at < end) sum += Math.imul(key[((at - start) >>> 1) % positions] as number, (bytes[at] as number) << 8);
  return mix(sum | 0);
}

/** The finalizer of MurmurHash3: a bijection in which every bit reaches every other. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
