/** The little DER writing that verifying needs: putting known elements into a new wrapper. Nothing received is re-encoded. */
import { concatOctets } from './octets.js';

/** One element: tag, minimal length, the concatenated contents. */
export function encodeElement(tagOctet: number, ...contents: Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  const header = length < 0x80 ? [tagOctet, length] : [tagOctet, 0x80 | octets.length, ...octets];
  return concatOctets(new Uint8Array(header), ...contents);
}
