/**
 * CMS SignedData (RFC 5652 §5) as data: any number of signers of any kind, with or without signed
 * attributes, attached or detached, in DER or in the indefinite lengths that streaming signers write.
 * Messages (message.ts) and timestamp tokens (timestamp.ts) are built on it. Nothing is checked.
 */
import {
  type Bytes,
  context,
  contextPrimitive,
  indefinite,
  integer,
  nullValue,
  octetString,
  oid,
  retag,
  sequence,
  setOf,
  time,
} from './asn1.js';
import type { Issued } from './certificate.js';
import {
  digest,
  type HashName,
  hashIdentifier,
  type KeyAlgorithm,
  type SignatureOptions,
  signatureAlgorithm,
  signBytes,
} from './keys.js';

export const contentTypes = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
} as const;

export const attributeTypes = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signatureTimestamp: '1.2.840.113549.1.9.16.2.14',
  contentTimestamp: '1.2.840.113549.1.9.16.2.20',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

export interface SignerInput extends SignatureOptions {
  /** The signer's certificate and keys. */
  by: Issued;
  /** Default issuer-serial. */
  identifier?: 'issuer-serial' | 'key-id';
  /** Default true. Without them the signature is over the content itself. */
  signedAttributes?: boolean;
  /** The claimed signing time. Absent: no such attribute. */
  signingTime?: Date;
  /** Adds ESS signingCertificateV2 (RFC 5035), as CAdES and RFC 3161 want it. */
  signingCertificate?: boolean;
  /** Further signed attributes, each an Attribute's DER (see `attribute`). */
  otherSignedAttributes?: Uint8Array[];
  /** Unsigned attributes, made when the signature is known. */
  unsignedAttributes?: (signature: Uint8Array) => Uint8Array[];
  /** The bytes that messageDigest speaks of, where they shall not be the content. */
  digested?: Uint8Array;
  /** The digest itself, where the content is too large to be held. */
  messageDigest?: Uint8Array;
  /** The digest's AlgorithmIdentifier, DER, in place of the right one. */
  digestIdentifier?: Uint8Array;
  /** Writes sha256WithRSAEncryption and its like in place of rsaEncryption (RFC 3370 §3.2 allows both). */
  combinedAlgorithm?: boolean;
  /** Changes the finished signature value. */
  alter?: (signature: Uint8Array) => Uint8Array;
}

export interface SignedDataInput {
  /** The octets of eContent, also when they are detached. */
  content: Uint8Array;
  /** Default id-data. */
  contentType?: string;
  detached?: boolean;
  signers: readonly SignerInput[];
  /** Default: the signers' certificates. */
  certificates?: readonly Uint8Array[];
  crls?: readonly Uint8Array[];
  /** ber: indefinite lengths and eContent in pieces. Default der. */
  encoding?: 'der' | 'ber';
}

/** Attribute ::= SEQUENCE { type, SET OF value }, DER. */
export const attribute = (type: string, ...values: Uint8Array[]): Bytes => sequence(oid(type), setOf(values));

const ownDigests: Partial<Record<KeyAlgorithm, HashName>> = { ed25519: 'sha512', ed448: 'shake256' };

/** Ed25519 wants SHA-512 and Ed448 SHAKE256 (RFC 8419 §3.1), everything else has SHA-256 unless told. */
export const digestOf = (signer: SignerInput): HashName =>
  signer.hash ?? ownDigests[signer.by.keys.algorithm] ?? 'sha256';

/** RFC 8419 §3.1, §3.2: with signed attributes SHAKE256's length is written, without them it is not. */
function digestIdentifier(signer: SignerInput): Bytes {
  if (signer.digestIdentifier !== undefined) return signer.digestIdentifier;
  const hash = digestOf(signer);
  if (hash !== 'shake256' || signer.signedAttributes === false) return hashIdentifier(hash);
  return sequence(oid('2.16.840.1.101.3.4.2.18'), integer(512));
}

/** ESSCertIDv2 with its default hash, SHA-256. */
const signingCertificate = (certificate: Uint8Array): Bytes =>
  attribute(
    attributeTypes.signingCertificateV2,
    sequence(sequence(sequence(octetString(digest('sha256', certificate))))),
  );

function signedAttributes(signer: SignerInput, input: SignedDataInput): Bytes[] {
  const messageDigest = signer.messageDigest ?? digest(digestOf(signer), signer.digested ?? input.content);
  const attributes = [
    attribute(attributeTypes.contentType, oid(input.contentType ?? contentTypes.data)),
    attribute(attributeTypes.messageDigest, octetString(messageDigest)),
  ];
  if (signer.signingTime !== undefined)
    attributes.push(attribute(attributeTypes.signingTime, time(signer.signingTime)));
  if (signer.signingCertificate === true) attributes.push(signingCertificate(signer.by.certificate));
  return [...attributes, ...(signer.otherSignedAttributes ?? [])];
}

function signatureIdentifier(signer: SignerInput, options: SignatureOptions): Bytes {
  const plainRsa = signer.by.keys.algorithm.startsWith('rsa') && signer.pss !== true;
  if (plainRsa && signer.combinedAlgorithm !== true) return sequence(oid('1.2.840.113549.1.1.1'), nullValue);
  return signatureAlgorithm(signer.by.keys, options);
}

function signerInfo(signer: SignerInput, input: SignedDataInput): Bytes {
  const hash = digestOf(signer);
  const options: SignatureOptions = { ...signer, hash };
  const attributes = signer.signedAttributes === false ? undefined : setOf(signedAttributes(signer, input));
  const value = signBytes(signer.by.keys, attributes ?? input.content, options);
  const signature = signer.alter?.(value) ?? value;
  const unsigned = signer.unsignedAttributes?.(signature) ?? [];
  const byKey = signer.identifier === 'key-id';
  return sequence(
    integer(byKey ? 3 : 1),
    byKey
      ? contextPrimitive(0, signer.by.keys.keyIdentifier)
      : sequence(signer.by.issuerName, integer(signer.by.serialNumber)),
    digestIdentifier(signer),
    ...(attributes === undefined ? [] : [retag(0xa0, attributes)]),
    signatureIdentifier(signer, options),
    octetString(signature),
    ...(unsigned.length === 0 ? [] : [retag(0xa1, setOf(unsigned))]),
  );
}

/** eContent as a constructed OCTET STRING of 1 KiB pieces, as `openssl cms -stream` makes it. */
function pieces(content: Uint8Array): Bytes {
  const parts: Bytes[] = [];
  for (let at = 0; at < content.length; at += 1024) parts.push(octetString(content.subarray(at, at + 1024)));
  return indefinite(0x24, ...parts);
}

function encapsulated(input: SignedDataInput): Bytes {
  const type = oid(input.contentType ?? contentTypes.data);
  if (input.detached === true) return sequence(type);
  if (input.encoding !== 'ber') return sequence(type, context(0, octetString(input.content)));
  return indefinite(0x30, type, indefinite(0xa0, pieces(input.content)));
}

/** RFC 5652 §5.1: 3 with a key identifier or another content type than id-data, else 1. */
function version(input: SignedDataInput): number {
  const other = (input.contentType ?? contentTypes.data) !== contentTypes.data;
  return other || input.signers.some((signer) => signer.identifier === 'key-id') ? 3 : 1;
}

/** A ContentInfo with SignedData. No signers: a certs-only bundle (.p7c, .p7b). */
export function signedData(input: SignedDataInput): Uint8Array {
  const certificates = input.certificates ?? input.signers.map((signer) => signer.by.certificate);
  const crls = input.crls ?? [];
  const digests = input.signers.map(digestIdentifier);
  const distinct = digests.filter((one, at) => digests.findIndex((other) => Buffer.compare(one, other) === 0) === at);
  const fields = [
    integer(version(input)),
    setOf(distinct),
    encapsulated(input),
    ...(certificates.length === 0 ? [] : [retag(0xa0, setOf(certificates))]),
    ...(crls.length === 0 ? [] : [retag(0xa1, setOf(crls))]),
    setOf(input.signers.map((signer) => signerInfo(signer, input))),
  ];
  const type = oid(contentTypes.signedData);
  if (input.encoding !== 'ber') return sequence(type, context(0, sequence(...fields)));
  return indefinite(0x30, type, indefinite(0xa0, indefinite(0x30, ...fields)));
}

/** A certs-only SignedData: certificates and CRLs, nothing signed. */
export function certificateBundle(certificates: readonly Uint8Array[], crls: readonly Uint8Array[] = []): Uint8Array {
  return signedData({ content: new Uint8Array(0), detached: true, signers: [], certificates, crls });
}
