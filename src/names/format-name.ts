/**
 * A distinguished name as people read it: the string of RFC 4514, last relative name first. What is hostile in it is
 * escaped: control characters, bidirectional overrides and line separators must not reach a terminal or a log.
 * One departure: a type without a short name is followed by its text where it has one, not by hexadecimal digits (§2.4).
 */

import { toHex } from '../der/octets.js';
import { hexOctet } from '../der/reader.js';
import type { AttributeTypeAndValue, Name } from '../x509/name.js';
import { decodeString } from './prepare.js';

/** RFC 4514 §3, and those that people know besides. */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'GN',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

export function formatName(name: Name): string {
  let text = '';
  for (let i = name.rdns.length - 1; i >= 0; i--) {
    const attributes = name.rdns[i] as readonly AttributeTypeAndValue[];
    const [first] = attributes;
    if (text !== '') text += ',';
    text +=
      attributes.length === 1 && first !== undefined
        ? formatAttribute(first)
        : attributes.map(formatAttribute).join('+');
  }
  return text;
}

function formatAttribute(attribute: AttributeTypeAndValue): string {
  const type = shortNames[attribute.type] ?? attribute.type;
  const text = decodeString(attribute.tag, attribute.value);
  return `${type}=${text === undefined ? `#${toHex(encode(attribute))}` : escapeValue(text)}`;
}

/** What needs no escape wherever it stands: letters, digits and the punctuation of ordinary names. */
const plain = new Uint8Array(128);
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@'()/?=*&-")
  plain[c.charCodeAt(0)] = 1;

/** Nothing to escape, and no space at either end. */
function isPlain(text: string): boolean {
  const last = text.length - 1;
  for (let i = 0; i <= last; i++) {
    const c = text.charCodeAt(i);
    if (plain[c] !== 1 && (c !== 0x20 || i === 0 || i === last)) return false;
  }
  return true;
}

/** RFC 4514 §2.4. */
function escapeValue(text: string): string {
  if (isPlain(text)) return text;
  return text
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, (space, offset: number) => (offset === 0 || text.length === 1 ? space : `\\${space}`))
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  let escaped = '';
  for (const octet of new TextEncoder().encode(character)) escaped += `\\${hexOctet(octet).toUpperCase()}`;
  return escaped;
}

/** The DER of the value again, which is what the digits after # stand for. */
function encode({ tag, value }: AttributeTypeAndValue): Uint8Array {
  const header = [tag];
  if (value.length < 0x80) header.push(value.length);
  else {
    const length: number[] = [];
    for (let rest = value.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
    header.push(0x80 | length.length, ...length);
  }
  const whole = new Uint8Array(header.length + value.length);
  whole.set(header);
  whole.set(value, header.length);
  return whole;
}
