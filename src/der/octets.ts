/** Small things about octets that every room needs: comparison, hexadecimal, concatenation. */

export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether `wanted` are the octets from `start` to `end`. From the end, where identifiers of one kind differ. */
export function isAt(wanted: Uint8Array, octets: Uint8Array, start: number, end: number): boolean {
  if (wanted.length !== end - start) return false;
  for (let i = wanted.length - 1; i >= 0; i--) if (wanted[i] !== octets[start + i]) return false;
  return true;
}

export function toHex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex');
}

/** The lower-case hexadecimal digits of `text`, without the colons, spaces and hyphens people write; undefined if it is none. */
export function normalizeHex(text: string): string | undefined {
  const digits = text.replace(/[\s:-]/g, '').toLowerCase();
  return /^([0-9a-f]{2})+$/.test(digits) ? digits : undefined;
}

export function concatOctets(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
