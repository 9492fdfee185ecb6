/**
 * Attributes of a signer (RFC 5652 §11, RFC 5035, RFC 6211): the signed ones read strictly, since §5.3 demands DER of them, and
 * what of the unsigned ones is of use. A signed attribute that breaks a rule is remembered as a defect, so that the other
 * checks of the signer still run.
 *
 * The digest is over the DER encoding of the SET (§5.4): the attributes as received, in DER's order. One computation,
 * never a second try with the order received.
 */
import type { BerReader } from '../der/ber.js';
import { readOid } from '../der/oid.js';
import { DerError, DerReader, parsed, tag } from '../der/reader.js';
import { readTime } from '../der/time.js';
import { encodeElement } from '../der/writer.js';
import { type EssCertificateId, readSigningCertificate, readSigningCertificateV2 } from './ess.js';
import { LimitError, limits } from './failure.js';

export const attributeOid = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  countersignature: '1.2.840.113549.1.9.6',
  algorithmProtection: '1.2.840.113549.1.9.52',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signatureTimestamp: '1.2.840.113549.1.9.16.2.14',
  contentTimestamp: '1.2.840.113549.1.9.16.2.20',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

export interface Attributes {
  /** The DER of the SET OF Attribute: what the signature is over. */
  readonly der: Uint8Array;
  /** False where they came in another order than DER's. */
  readonly ordered: boolean;
  readonly contentType: string | undefined;
  readonly messageDigest: Uint8Array | undefined;
  /** Milliseconds since 1970: a claim of the signer. */
  readonly signingTime: number | undefined;
  /** The signer's certificate as the attributes name it, by each attribute present. */
  readonly signingCertificates: readonly EssCertificateId[];
  /** CMSAlgorithmProtection (RFC 6211), the content of its SEQUENCE. */
  readonly algorithmProtection: Uint8Array | undefined;
  /** Timestamp tokens over the content (RFC 5126 §5.11.4), unread. */
  readonly contentTimestamps: readonly Uint8Array[];
  /** Rules broken, in words. */
  readonly defects: readonly string[];
}

interface Attribute {
  readonly type: string;
  readonly values: readonly Uint8Array[];
  readonly der: Uint8Array;
}

/** From the content octets of [0] IMPLICIT SignedAttributes. */
export function readSignedAttributes(content: Uint8Array): Attributes {
  const defects: string[] = [];
  const read = parsed(() => readAttributes(content));
  if (!read.ok) defects.push(`they are not DER: expected ${read.expected}, found ${read.found}`);
  const attributes = read.ok ? read.value : [];
  if (read.ok && attributes.length === 0) defects.push('there is none, although the field is present');
  const ordered = isOrdered(attributes);
  const single = <T>(type: string, name: string, value: (reader: DerReader) => T): T | undefined => {
    const first = attributes.find((attribute) => attribute.type === type);
    if (first === undefined) return undefined;
    const [octets] = first.values;
    const again = attributes.some((attribute) => attribute !== first && attribute.type === type);
    if (again || first.values.length !== 1 || octets === undefined) {
      defects.push(`${name} is there more than once, or has not exactly one value`);
      return undefined;
    }
    const result = parsed(() => {
      const reader = new DerReader(octets);
      const read = value(reader);
      reader.finish(name);
      return read;
    });
    if (result.ok) return result.value;
    defects.push(`${name} cannot be read: expected ${result.expected}, found ${result.found}`);
    return undefined;
  };
  const essIds = [
    single(attributeOid.signingCertificate, 'signingCertificate', readSigningCertificate),
    single(attributeOid.signingCertificateV2, 'signingCertificateV2', readSigningCertificateV2),
  ];
  return {
    der: ordered ? encodeElement(tag.set, content) : encodeElement(tag.set, ...sorted(attributes)),
    ordered,
    contentType: single(attributeOid.contentType, 'contentType', (reader) => readOid(reader, 'contentType')),
    messageDigest: single(attributeOid.messageDigest, 'messageDigest', (reader) =>
      reader.content(tag.octetString, 'messageDigest'),
    ),
    signingTime: single(
      attributeOid.signingTime,
      'signingTime',
      (reader) => readTime(reader, 'signingTime').milliseconds,
    ),
    signingCertificates: essIds.filter((id) => id !== undefined),
    algorithmProtection: single(attributeOid.algorithmProtection, 'CMSAlgorithmProtection', (reader) =>
      reader.content(tag.sequence, 'CMSAlgorithmProtection'),
    ),
    contentTimestamps: attributes
      .filter((attribute) => attribute.type === attributeOid.contentTimestamp)
      .flatMap((attribute) => attribute.values),
    defects,
  };
}

function readAttributes(content: Uint8Array): Attribute[] {
  const set = new DerReader(content);
  const attributes: Attribute[] = [];
  while (!set.done) {
    if (attributes.length >= limits.attributes) throw new LimitError('signed attributes', limits.attributes);
    const der = set.element(tag.sequence, 'an attribute');
    const fields = new DerReader(der).enter(tag.sequence, 'an attribute');
    const type = readOid(fields, 'the type of an attribute');
    const set_ = fields.enter(tag.set, 'the values of an attribute');
    fields.finish('an attribute');
    const values: Uint8Array[] = [];
    while (!set_.done) {
      if (values.length >= limits.attributes) throw new LimitError('values of an attribute', limits.attributes);
      values.push(set_.element(set_.peek(), 'a value of an attribute'));
    }
    attributes.push({ type, values, der });
  }
  return attributes;
}

/** X.690 §11.6: ascending octets; of two elements neither can be the start of the other. */
function compareOctets(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function isOrdered(attributes: readonly Attribute[]): boolean {
  return attributes.every(({ der }, index) => {
    const previous = attributes[index - 1];
    return previous === undefined || compareOctets(previous.der, der) <= 0;
  });
}

function sorted(attributes: readonly Attribute[]): Uint8Array[] {
  return attributes.map(({ der }) => der).sort(compareOctets);
}

/** True for octets that could be signed attributes: see signer.ts, where content must not look so. */
export function looksLikeSignedAttributes(octets: Uint8Array): boolean {
  if (octets[0] !== tag.set) return false;
  const read = parsed(() => {
    const outer = new DerReader(octets);
    const content = outer.content(tag.set, 'a SET');
    outer.finish('a SET');
    return readAttributes(content);
  });
  return read.ok && read.value.some(({ type }) => type === attributeOid.messageDigest);
}

export interface UnsignedAttributes {
  /** Timestamp tokens over the signature value (RFC 3161 appendix A), unread. */
  readonly signatureTimestamps: readonly Uint8Array[];
  readonly countersignatures: number;
}

/** Nobody signed these, so what cannot be read counts as absent: it could as well have been left out. */
export function readUnsignedAttributes(set: BerReader): UnsignedAttributes {
  const signatureTimestamps: Uint8Array[] = [];
  let countersignatures = 0;
  const read = parsed(() => {
    for (let count = 0; !set.done; count++) {
      if (count >= limits.attributes) throw new DerError('fewer unsigned attributes', 'more');
      const attribute = set.enter(tag.sequence, 'an attribute');
      const type = readOid(new DerReader(attribute.element(tag.oid, 'the type of an attribute')), 'an attribute');
      const values = attribute.enter(tag.set, 'the values of an attribute');
      while (!values.done) {
        const value = values.element(-1, 'a value of an attribute');
        if (type === attributeOid.countersignature) countersignatures++;
        if (type !== attributeOid.signatureTimestamp) continue;
        if (signatureTimestamps.length < limits.attributes) signatureTimestamps.push(value);
      }
    }
  });
  return read.ok ? { signatureTimestamps, countersignatures } : { signatureTimestamps: [], countersignatures: 0 };
}
