/**
 * SignedData (RFC 5652 §5) as it was received: what stands behind the content, read into a view that keeps the exact octets
 * of certificates, CRLs and attributes. Nothing is judged here; signer.ts checks digests and signature values, verify the rest.
 *
 * Departures: versions are read and not compared with what they should be (§5.1 binds the sender); attribute certificates and
 * revocation information that is no CRL are passed over.
 */
import type { BerReader } from '../der/ber.js';
import { readOid } from '../der/oid.js';
import { contextConstructed, contextPrimitive, DerError, DerReader, readWhole, tag } from '../der/reader.js';
import { type AlgorithmIdentifier, readAlgorithm } from '../x509/algorithm.js';
import { type Name, readName } from '../x509/name.js';
import {
  type Attributes,
  readSignedAttributes,
  readUnsignedAttributes,
  type UnsignedAttributes,
} from './attributes.js';
import type { SignedContent } from './content.js';
import { LimitError, limits } from './failure.js';

export const contentTypeOid = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
  signedAndEnvelopedData: '1.2.840.113549.1.7.4',
  encryptedData: '1.2.840.113549.1.7.6',
  authEnvelopedData: '1.2.840.113549.1.9.16.1.23',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
} as const;

/** SignerIdentifier (§5.3). */
export type SignerIdentifier =
  | { readonly kind: 'issuerAndSerialNumber'; readonly issuer: Name; readonly serialNumber: Uint8Array }
  | { readonly kind: 'subjectKeyIdentifier'; readonly keyIdentifier: Uint8Array };

export interface SignerInfo {
  readonly identifier: SignerIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  /** undefined: there are none, and the signature is over the content itself. */
  readonly signedAttributes: Attributes | undefined;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly unsignedAttributes: UnsignedAttributes;
}

/** What stands behind encapContentInfo. */
export interface SignedDataTail {
  /** Each the exact DER of one certificate, in the order received; not parsed. */
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly signers: readonly SignerInfo[];
}

export interface SignedData extends SignedDataTail {
  readonly contentType: string;
  /**
   * The content in every form in which it came: inside, beside, or both, and then all must fit. Empty: it is
   * detached and was not given.
   */
  readonly contents: readonly SignedContent[];
}

/** certificates, crls and signerInfos, up to what ends SignedData. */
export function readSignedDataTail(reader: BerReader): SignedDataTail {
  const certificates = readMembers(reader, 0, 'certificates', limits.certificates);
  const crls = readMembers(reader, 1, 'crls', limits.crls);
  const infos = reader.enter(tag.set, 'signerInfos');
  const signers: SignerInfo[] = [];
  while (!infos.done) {
    if (signers.length >= limits.signers) throw new LimitError('signers', limits.signers);
    signers.push(readSignerInfo(infos.enter(tag.sequence, 'a SignerInfo')));
  }
  return { certificates, crls, signers };
}

/** The members that are a plain SEQUENCE; the other choices of CertificateSet and RevocationInfoChoices carry context tags. */
function readMembers(reader: BerReader, number: number, what: string, limit: number): Uint8Array[] {
  if (reader.peek() !== contextConstructed(number)) return [];
  const set = reader.enter(contextConstructed(number), what);
  const members: Uint8Array[] = [];
  for (let count = 0; !set.done; count++) {
    if (count >= limit) throw new LimitError(what, limit);
    if (set.peek() === tag.sequence) members.push(set.element(tag.sequence, what));
    else set.skip(what);
  }
  return members;
}

function readSignerInfo(info: BerReader): SignerInfo {
  info.unsigned('the version of a SignerInfo', 255);
  const identifier = readIdentifier(info);
  const digestAlgorithm = readAlgorithmElement(info, 'digestAlgorithm');
  const signedAttributes =
    info.peek() === contextConstructed(0)
      ? readSignedAttributes(info.content(contextConstructed(0), 'signedAttrs'))
      : undefined;
  const signatureAlgorithm = readAlgorithmElement(info, 'signatureAlgorithm');
  const signature = info.octetString('a signature value');
  const unsignedAttributes: UnsignedAttributes =
    info.peek() === contextConstructed(1)
      ? readUnsignedAttributes(info.enter(contextConstructed(1), 'unsignedAttrs'))
      : { signatureTimestamps: [], countersignatures: 0 };
  info.finish('a SignerInfo');
  return { identifier, digestAlgorithm, signedAttributes, signatureAlgorithm, signature, unsignedAttributes };
}

function readIdentifier(info: BerReader): SignerIdentifier {
  const what = 'a signer identifier';
  if (info.peek() === contextPrimitive(0)) {
    return { kind: 'subjectKeyIdentifier', keyIdentifier: info.content(contextPrimitive(0), what) };
  }
  const sequence = new DerReader(info.content(tag.sequence, what));
  const issuer = readName(sequence, 'issuer of a signer identifier');
  const serialNumber = sequence.integer('the serial number of a signer identifier');
  sequence.finish(what);
  return { kind: 'issuerAndSerialNumber', issuer, serialNumber };
}

export function readAlgorithmElement(reader: BerReader, what: string): AlgorithmIdentifier {
  return readWhole(reader.element(tag.sequence, what), what, (der) => readAlgorithm(der, what));
}

/** DigestAlgorithmIdentifiers: the identifiers, in order. */
export function readDigestAlgorithms(set: BerReader): AlgorithmIdentifier[] {
  const algorithms: AlgorithmIdentifier[] = [];
  while (!set.done) {
    if (algorithms.length >= limits.signers) throw new LimitError('digest algorithms', limits.signers);
    algorithms.push(readAlgorithmElement(set, 'a digest algorithm'));
  }
  return algorithms;
}

export function readOidElement(reader: BerReader, what: string): string {
  return readOid(new DerReader(reader.element(tag.oid, what)), what);
}

/** Both must end where the outermost structure ends. */
export function trailingData(what: string): DerError {
  return new DerError(`the end of ${what}`, 'trailing data');
}
