/**
 * Comparison of distinguished names (RFC 5280 §7.1) by way of a canonical key: two names are equal if and only if their
 * keys are. Every string type compares with every other by its characters, prepared in prepare.ts; values of other types
 * compare by tag and octets. Attribute types are all compared ignoring case, as §7.1 demands at the least.
 *
 * The order of relative names counts, the order of the attributes inside one does not (X.501 §9.3: it is a set). Nothing
 * is remembered here: the snapshot caches keys where they are used often.
 */
import { equalOctets, toHex } from '../der/octets.js';
import type { AttributeTypeAndValue, Name } from '../x509/name.js';
import { decodeString, prepareString } from './prepare.js';

export const attributeOid = {
  commonName: '2.5.4.3',
  emailAddress: '1.2.840.113549.1.9.1',
} as const;

/**
 * Each part says its own length, so that no value can pretend to be two attributes. A value that StringPrep prohibits is
 * compared by tag and octets too: such a name still equals itself, and never one that merely looks alike.
 */
function attributeKey(attribute: AttributeTypeAndValue): string {
  const text = prepareString(attribute.tag, attribute.value);
  if (text !== undefined) return `${attribute.type}:${text.length}:${text}`;
  const octets = toHex(attribute.value);
  return `${attribute.type}#${attribute.tag}:${octets.length}:${octets}`;
}

function relativeNameKey(attributes: readonly AttributeTypeAndValue[]): string {
  const [first] = attributes;
  if (attributes.length === 1 && first !== undefined) return attributeKey(first);
  return attributes.map(attributeKey).sort().join('+');
}

/** The canonical keys of the relative names in order: what `isWithin` compares, made once per name. */
export function relativeNameKeys(name: Name): string[] {
  return name.rdns.map(relativeNameKey);
}

/** The canonical key for an index: equal if and only if the names are equal by RFC 5280 §7.1. */
export function nameKey(name: Name): string {
  let key = '';
  for (const attributes of name.rdns) key += `${relativeNameKey(attributes)}/`;
  return key;
}

export function compareNames(a: Name, b: Name): boolean {
  if (equalOctets(a.der, b.der)) return true;
  if (a.rdns.length !== b.rdns.length) return false;
  for (let i = 0; i < a.rdns.length; i++) {
    const [left, right] = [a.rdns[i], b.rdns[i]];
    if (left === undefined || right === undefined || left.length !== right.length) return false;
    if (relativeNameKey(left) !== relativeNameKey(right)) return false;
  }
  return true;
}

/** RFC 5280 §7.1: a name is within a subtree when the relative names of the base are its first ones. */
export function isWithin(name: readonly string[], base: readonly string[]): boolean {
  if (base.length > name.length) return false;
  for (let i = 0; i < base.length; i++) if (name[i] !== base[i]) return false;
  return true;
}

export function isWithinDirectoryName(name: Name, base: Name): boolean {
  return isWithin(relativeNameKeys(name), relativeNameKeys(base));
}

/** The values of one attribute type as text, in the order of the name; `unreadable` stands for those that are none. */
export function attributeValues(name: Name, type: string, unreadable?: string): string[] {
  const values: string[] = [];
  for (const attributes of name.rdns) {
    for (const attribute of attributes) {
      if (attribute.type !== type) continue;
      const text = decodeString(attribute.tag, attribute.value) ?? unreadable;
      if (text !== undefined) values.push(text);
    }
  }
  return values;
}

/**
 * PKCS #9 emailAddress attributes (RFC 5280 §4.1.2.6), where old issuers put mailboxes. One that is no string is the empty
 * text, which is no mailbox either: left out, it would escape name constraints.
 */
export function emailAddressesOf(name: Name): string[] {
  return attributeValues(name, attributeOid.emailAddress, '');
}
