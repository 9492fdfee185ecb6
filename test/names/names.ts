/** Distinguished names for tests, from attributes with the string type of choice. */
import { DerReader, tag } from '../../src/der/reader.js';
import { oid, sequence, setOf, tlv } from '../../src/stand-in/asn1.js';
import { type Name, readName } from '../../src/x509/name.js';

export type StringType = 'printableString' | 'utf8String' | 'ia5String' | 't61String' | 'bmpString' | 'universalString';

export interface Attribute {
  type?: string;
  value: string | Uint8Array;
  as?: StringType;
  tag?: number;
}

export const commonName = '2.5.4.3';

export function encodeText(text: string, as: StringType): Uint8Array {
  if (as === 'utf8String') return new Uint8Array(Buffer.from(text, 'utf8'));
  if (as === 'bmpString') return new Uint8Array(Buffer.from(text, 'utf16le').swap16());
  if (as !== 'universalString') return new Uint8Array(Buffer.from(text, 'latin1'));
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const octets = Buffer.alloc(points.length * 4);
  for (const [index, point] of points.entries()) octets.writeUInt32BE(point, index * 4);
  return new Uint8Array(octets);
}

/** One relative name for each argument; an array is a multi-valued one, encoded in the order given. */
export function makeName(...rdns: (Attribute | Attribute[])[]): Name {
  const encoded = rdns.map((rdn) => {
    const attributes = [rdn].flat().map(({ type = commonName, value, as = 'utf8String', tag: number }) => {
      const octets = typeof value === 'string' ? encodeText(value, as) : value;
      return sequence(oid(type), tlv(number ?? tag[as], octets));
    });
    return attributes.length === 1 ? setOf(attributes) : tlv(0x31, ...attributes);
  });
  return readName(new DerReader(sequence(...encoded)), 'name');
}

/** The short form: a common name. */
export const cn = (value: string, as: StringType = 'utf8String'): Attribute => ({ value, as });
