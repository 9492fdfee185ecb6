/** Octets as text: short ones are put together by hand, long ones by the runtime, with the same result. */
import { expect, it } from 'vitest';
import { latin1, toHex } from '../../src/der/octets.js';

/** Every octet of 0 to 255 stands somewhere, and none of these views begins where its buffer does. */
const views = Array.from({ length: 300 }, (_, length) =>
  new Uint8Array(length + 3).map((_, i) => (i * 7 + length) & 0xff).subarray(3),
);

it.each([
  ['Latin-1', latin1, 'latin1'],
  ['hexadecimal digits', toHex, 'hex'],
] as const)('%s are what a Buffer writes, at every length', (_, write, encoding) => {
  for (const octets of views) expect(write(octets)).toBe(Buffer.from(octets).toString(encoding));
});
