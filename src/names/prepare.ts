/**
 * Attribute values as text, and LDAP StringPrep (RFC 4518) as RFC 5280 §7.1 demands: transcode, map, normalise (NFKC),
 * prohibit, insignificant spaces. Plain ASCII, nearly every value in the field, takes a path without any of this.
 *
 * Departures. Code points that Unicode 3.2 had not assigned are let through: the table would make names written today
 * incomparable, and the answer must not depend on a Unicode version. T61String is read as Latin-1, as its writers meant
 * it and as other verifiers do. Case folding is the language's own, closed over both directions, which differs from
 * RFC 3454 table B.2 in no assigned letter of Unicode 3.2 but the dotless ı, kept apart by hand.
 */
import { isAscii, latin1 } from '../der/octets.js';
import { tag } from '../der/reader.js';

const numericString = 0x12;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The characters of an attribute value; undefined when it is no string or its octets are none of its type. */
export function decodeString(valueTag: number, value: Uint8Array): string | undefined {
  switch (valueTag) {
    case tag.utf8String:
      if (isAscii(value)) return latin1(value);
      try {
        return utf8.decode(value);
      } catch {
        return undefined;
      }
    case tag.t61String:
      return latin1(value);
    case tag.printableString:
    case tag.ia5String:
    case tag.visibleString:
    case numericString:
      return isAscii(value) ? latin1(value) : undefined;
    case tag.bmpString:
      return decodeUnits(value, 2);
    case tag.universalString:
      return decodeUnits(value, 4);
    default:
      return undefined;
  }
}

function decodeUnits(value: Uint8Array, width: 2 | 4): string | undefined {
  if (value.length % width !== 0) return undefined;
  const parts: string[] = [];
  for (let i = 0; i < value.length; i += width) {
    let point = 0;
    for (let j = 0; j < width; j++) point = point * 256 + (value[i + j] as number);
    if (point > 0x10ffff) return undefined;
    parts.push(String.fromCodePoint(point));
  }
  return parts.join('');
}

function isStringTag(valueTag: number): boolean {
  return (
    valueTag === tag.printableString ||
    valueTag === tag.utf8String ||
    valueTag === tag.ia5String ||
    valueTag === tag.t61String ||
    valueTag === tag.visibleString ||
    valueTag === numericString
  );
}

/** The prepared text of an attribute value; undefined when it is no string or StringPrep prohibits it. */
export function prepareString(valueTag: number, value: Uint8Array): string | undefined {
  if (isStringTag(valueTag)) {
    const plain = preparePlain(value);
    if (plain !== undefined) return plain;
  }
  const text = decodeString(valueTag, value);
  return text === undefined ? undefined : prepare(text);
}

/** What needs nothing but its case folded: visible ASCII without a space that is insignificant. */
function preparePlain(value: Uint8Array): string | undefined {
  let previous = 0x20;
  for (let i = 0; i < value.length; i++) {
    const octet = value[i] as number;
    if (octet < 0x20 || octet > 0x7e || (octet === 0x20 && previous === 0x20)) return undefined;
    previous = octet;
  }
  return value.length === 0 || previous !== 0x20 ? latin1(value).toLowerCase() : undefined;
}

type Range = readonly [from: number, to: number];

/** RFC 4518 §2.2: mapped to nothing. */
const mappedToNothing = characterClass([
  [0x0000, 0x0008],
  [0x000e, 0x001f],
  [0x007f, 0x0084],
  [0x0086, 0x009f],
  [0x00ad, 0x00ad],
  [0x034f, 0x034f],
  [0x06dd, 0x06dd],
  [0x070f, 0x070f],
  [0x1806, 0x1806],
  [0x180b, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2063],
  [0x206a, 0x206f],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffc],
  [0x1d173, 0x1d17a],
  [0xe0001, 0xe0001],
  [0xe0020, 0xe007f],
]);

/** RFC 4518 §2.2: mapped to SPACE. */
const mappedToSpace = characterClass([
  [0x0009, 0x000d],
  [0x0085, 0x0085],
  [0x00a0, 0x00a0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
]);

/** RFC 4518 §2.4: surrogates, private use, what is no character, and the replacement character. */
const prohibited = characterClass([
  [0xd800, 0xf8ff],
  [0xfdd0, 0xfdef],
  [0xfffd, 0xffff],
  ...Array.from({ length: 14 }, (_, plane): Range => [plane * 0x10000 + 0x1fffe, plane * 0x10000 + 0x1ffff]),
  [0xf0000, 0x10ffff],
]);

function characterClass(ranges: readonly Range[]): RegExp {
  const parts = ranges.map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`);
  return new RegExp(`[${parts.join('')}]`, 'gu');
}

/** RFC 4518 §2 for text; undefined when the text holds what is prohibited. */
export function prepare(text: string): string | undefined {
  const mapped = text.replace(mappedToNothing, '').replace(mappedToSpace, ' ');
  const normalized = foldCase(mapped.normalize('NFKC')).normalize('NFKC');
  return normalized.search(prohibited) >= 0 ? undefined : trimSpaces(normalized);
}

/** Character by character, so that the form of a sigma does not depend on its place in the word. */
function foldCase(text: string): string {
  let folded = '';
  for (const character of text) {
    folded += character === 'ı' ? character : character.toLowerCase().toUpperCase().toLowerCase();
  }
  return folded;
}

/** RFC 4518 §2.6.1. A space that carries a combining mark is no space in this sense. */
function trimSpaces(text: string): string {
  return text
    .replace(/ +(?!\p{M})/gu, ' ')
    .replace(/^ (?!\p{M})/u, '')
    .replace(/ $/u, '');
}
