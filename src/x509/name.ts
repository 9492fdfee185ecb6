/**
 * Name and GeneralName (RFC 5280 §4.1.2.4, §4.2.1.6): structure only, and the character sets that each string type
 * may hold. Comparison and constraint matching are the room names'.
 */
import { isAscii, isAt } from '../der/octets.js';
import { decodeOid, readOid } from '../der/oid.js';
import { contextConstructed, contextPrimitive, DerError, DerReader, tag } from '../der/reader.js';

export interface AttributeTypeAndValue {
  readonly type: string;
  /** The tag of the value, one of the string types as a rule. */
  readonly tag: number;
  readonly value: Uint8Array;
}

export interface Name {
  readonly der: Uint8Array;
  readonly rdns: readonly (readonly AttributeTypeAndValue[])[];
  /** Attributes in all. */
  readonly attributes: number;
  /** A PrintableString holds one of the characters that issuers put there against X.680. */
  readonly irregular: boolean;
}

/** Attributes in one name beyond which it is read but not worked with: a budget against names made to be slow. */
export const maximumAttributes = 512;

/** Attributes beyond which a name is not even read. */
const maximumAttributesRead = 65_536;

interface Tally {
  attributes: number;
  irregular: boolean;
}

/** Where names that were read before may be found by their octets, so that they are not read again. */
export interface NameSource {
  find(bytes: Uint8Array, start: number, end: number): Name | undefined;
}

/** `like`: a name that may well be the same, octet by octet. */
export function readName(
  reader: DerReader,
  what: string,
  expectedTag: number = tag.sequence,
  known?: NameSource,
  like?: Name,
): Name {
  const start = reader.position;
  reader.pass(expectedTag, what);
  if (like !== undefined && isAt(like.der, reader.bytes, start, reader.position)) return like;
  return known?.find(reader.bytes, start, reader.position) ?? readFields(reader, start, what);
}

/** The name that was passed last and begins at `start`. */
function readFields(reader: DerReader, start: number, what: string): Name {
  const sequence = reader.inside();
  const tally: Tally = { attributes: 0, irregular: false };
  const rdns: AttributeTypeAndValue[][] = [];
  // One reader for all sets and one for all attributes.
  const set = sequence.inside();
  const fields = sequence.inside();
  while (!sequence.done) {
    sequence.pass(tag.set, 'a relative distinguished name', what);
    set.moveInto(sequence);
    const attributes = [readAttribute(set, fields, what, tally)];
    while (!set.done) attributes.push(readAttribute(set, fields, what, tally));
    rdns.push(attributes);
  }
  const der = reader.view(start, reader.position);
  return { der, rdns, attributes: tally.attributes, irregular: tally.irregular };
}

/** One AttributeTypeAndValue, by way of a reader that may be used again; also the form of nameRelativeToCRLIssuer's members. */
function readAttribute(set: DerReader, fields: DerReader, what: string, tally: Tally): AttributeTypeAndValue {
  if (++tally.attributes > maximumAttributesRead)
    throw new DerError(what, `more than ${maximumAttributesRead} attributes`);
  set.pass(tag.sequence, 'an attribute', what);
  fields.moveInto(set);
  const type = readOid(fields, 'an attribute type', tag.oid, what);
  const valueTag = fields.peek();
  if (valueTag === -1) throw new DerError(`an attribute value of ${what}`, 'the end of the data');
  const value = fields.content(valueTag, 'an attribute value', what);
  fields.finish('an attribute', what);
  if (!hasRightCharacters(valueTag, value, what)) tally.irregular = true;
  return { type, tag: valueTag, value };
}

/** RelativeDistinguishedName, IMPLICIT or not (RFC 5280 §4.2.1.13 nameRelativeToCRLIssuer). */
export function readRelativeName(reader: DerReader, what: string, expectedTag: number): AttributeTypeAndValue[] {
  const set = reader.enter(expectedTag, what);
  const attributes: AttributeTypeAndValue[] = [];
  const tally: Tally = { attributes: 0, irregular: false };
  const fields = set.inside();
  while (!set.done) attributes.push(readAttribute(set, fields, what, tally));
  if (attributes.length === 0) throw new DerError(what, 'an empty relative distinguished name');
  return attributes;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** PrintableString (X.680 §41.4): 1. The characters that issuers have always put into it as well: 2. */
const printable = new Uint8Array(256);
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
  printable[c.charCodeAt(0)] = 1;
for (const c of '@&*_') printable[c.charCodeAt(0)] = 2;

/**
 * False for a PrintableString with @, &, * or _, which are harmless, since comparison goes by characters. Any other octet
 * that a string type cannot hold is refused: two readers may see different names.
 */
function hasRightCharacters(valueTag: number, value: Uint8Array, what: string): boolean {
  let regular = true;
  switch (valueTag) {
    case tag.printableString:
      for (let i = 0; i < value.length; i++) {
        const kind = printable[value[i] as number];
        if (kind === 1) continue;
        if (kind === 0) throw new DerError(what, 'a PrintableString with a character that it cannot hold');
        regular = false;
      }
      break;
    case tag.ia5String:
      if (!isAscii(value)) throw new DerError(what, 'an IA5String with a character that it cannot hold');
      break;
    case tag.utf8String:
      if (!isAscii(value)) checkUtf8(value, what);
      break;
    case tag.bmpString:
      if (value.length % 2 !== 0) throw new DerError(what, 'a BMPString of an odd number of octets');
      break;
    case tag.universalString:
      if (value.length % 4 !== 0) {
        throw new DerError(what, 'a UniversalString whose length is no multiple of four');
      }
  }
  return regular;
}

function checkUtf8(value: Uint8Array, what: string): void {
  try {
    utf8.decode(value);
  } catch {
    throw new DerError(what, 'a UTF8String that is not UTF-8');
  }
}

/** GeneralName by its context tag number. */
export const generalNameTag = {
  otherName: 0,
  rfc822Name: 1,
  dNSName: 2,
  x400Address: 3,
  directoryName: 4,
  ediPartyName: 5,
  uniformResourceIdentifier: 6,
  iPAddress: 7,
  registeredID: 8,
} as const;

export interface GeneralName {
  /** 0 to 8, see generalNameTag. */
  readonly tag: number;
  /** Content octets: of the IA5String, the address, the whole Name for a directoryName, type and value for an otherName. */
  readonly value: Uint8Array;
  readonly name: Name | undefined;
}

/** Names in one SubjectAltName or one constraint. A limit on memory; far above the public web's 1,000. */
const maximumGeneralNames = 65_536;

export function readGeneralNames(
  reader: DerReader,
  what: string,
  expectedTag: number = tag.sequence,
  iPAddressLengths: readonly number[] = [4, 16],
): GeneralName[] {
  const sequence = reader.enter(expectedTag, what);
  const names: GeneralName[] = [];
  while (!sequence.done) {
    if (names.length >= maximumGeneralNames) throw new DerError(what, `more than ${maximumGeneralNames} names`);
    names.push(readGeneralName(sequence, what, iPAddressLengths));
  }
  if (names.length === 0) throw new DerError(what, 'an empty list of names');
  return names;
}

export function readGeneralName(reader: DerReader, what: string, iPAddressLengths: readonly number[]): GeneralName {
  const next = reader.peek();
  const number = next & 0x1f;
  switch (next) {
    case contextPrimitive(1):
    case contextPrimitive(2):
    case contextPrimitive(6): {
      const value = reader.content(next, what);
      if (!isAscii(value)) throw new DerError(what, 'a name with a character outside of ASCII');
      return { tag: number, value, name: undefined };
    }
    case contextPrimitive(7): {
      const value = reader.content(next, what);
      if (!iPAddressLengths.includes(value.length)) throw new DerError(what, `an iPAddress of ${value.length} octets`);
      return { tag: number, value, name: undefined };
    }
    case contextPrimitive(8): {
      const value = reader.content(next, what);
      decodeOid(value, what);
      return { tag: number, value, name: undefined };
    }
    case contextConstructed(4): {
      const explicit = reader.enter(next, what);
      const name = readName(explicit, what);
      explicit.finish(what);
      return { tag: number, value: name.der, name };
    }
    case contextConstructed(0):
    case contextConstructed(3):
    case contextConstructed(5): {
      const value = reader.content(next, what);
      if (number === 0) readOtherName(value);
      return { tag: number, value, name: undefined };
    }
    default:
      throw new DerError(what, next === -1 ? 'the end of the data' : 'something that is no GeneralName');
  }
}

/** OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }, from its content octets. */
export function readOtherName(content: Uint8Array): { type: string; value: DerReader } {
  const reader = new DerReader(content);
  const type = decodeOid(reader.content(tag.oid, 'the type of an otherName'), 'the type of an otherName');
  const value = reader.enter(contextConstructed(0), 'the value of an otherName');
  reader.finish('an otherName');
  return { type, value };
}
