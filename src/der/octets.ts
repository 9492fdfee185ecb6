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

export function isAscii(octets: Uint8Array): boolean {
  for (let i = 0; i < octets.length; i++) if ((octets[i] as number) >= 0x80) return false;
  return true;
}

/** Octets up to which text is put together here: a Buffer takes longer to make than a short text. */
const shortText = 64;

const { fromCharCode } = String;

/** Octets as Latin-1. */
export function latin1(octets: Uint8Array): string {
  const { length } = octets;
  if (length > shortText) return Buffer.from(octets.buffer, octets.byteOffset, length).toString('latin1');
  const at = (i: number): number => octets[i] as number;
  let text = '';
  let i = 0;
  for (; i + 8 <= length; i += 8)
    text += fromCharCode(at(i), at(i + 1), at(i + 2), at(i + 3), at(i + 4), at(i + 5), at(i + 6), at(i + 7));
  for (; i < length; i++) text += fromCharCode(at(i));
  return text;
}

/** Two lower-case digits for each octet. */
export function toHex(octets: Uint8Array): string {
  const { length } = octets;
  if (length > shortText) return Buffer.from(octets.buffer, octets.byteOffset, length).toString('hex');
  let text = '';
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const [a, b] = [octets[i] as number, octets[i + 1] as number];
    const [c, d] = [octets[i + 2] as number, octets[i + 3] as number];
    text += fromCharCode(upper(a), lower(a), upper(b), lower(b), upper(c), lower(c), upper(d), lower(d));
  }
  for (; i < length; i++) text += fromCharCode(upper(octets[i] as number), lower(octets[i] as number));
  return text;
}

const digits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const upper = (octet: number): number => digits[octet >> 4] as number;
const lower = (octet: number): number => digits[octet & 15] as number;

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
