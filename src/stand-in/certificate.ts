/**
 * Issues certificates as data: whatever combination a test asks for, right or wrong. What the caller leaves
 * out gets RFC 5280's sensible value (version 3, subject and authority key identifiers, a random serial
 * number). Nothing is checked: issuing wrong certificates is half of the job.
 */
import { randomBytes } from 'node:crypto';
import { type Bytes, bitString, context, integer, sequence, time, tlv } from './asn1.js';
import { type AuthorityKeyIdentifierInput, type ExtensionsInput, encodeExtensions } from './extensions.js';
import {
  generateKeys,
  type KeyAlgorithm,
  type KeyPair,
  type SignatureOptions,
  sharedKeys,
  signatureAlgorithm,
  signBytes,
} from './keys.js';
import { encodeName, type NameInput } from './names.js';

/** What signs: a name and a key. Everything issued here can be an issuer. */
export interface Issuer {
  /** The subject's Name, DER. */
  readonly name: Uint8Array;
  readonly keys: KeyPair;
}

export interface Issued extends Issuer {
  /** The certificate, DER. */
  readonly certificate: Uint8Array;
  /** The issuer's Name as the certificate has it, DER. */
  readonly issuerName: Uint8Array;
  readonly serialNumber: bigint;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface CertificateInput {
  subject: NameInput;
  /** Absent: self-signed. */
  issuer?: Issuer;
  /** The subject's keys; default: new ones of `algorithm`, shared ones for RSA and DSA end entities. */
  keys?: KeyPair;
  /** Default ec-p256. */
  algorithm?: KeyAlgorithm;
  notBefore: Date;
  notAfter: Date;
  /** Default 16 random octets, positive. */
  serialNumber?: bigint | number;
  signature?: SignatureOptions;
  extensions?: ExtensionsInput;
  /** Default 3; without extensions too. */
  version?: 1 | 2 | 3;
  /** The issuer field, where it shall differ from the issuer's name. */
  issuerName?: NameInput;
  /** SubjectPublicKeyInfo, DER, in place of the keys' own (for instance DSA with inherited parameters). */
  publicKeyInfo?: Uint8Array;
  /** AlgorithmIdentifiers, DER, in place of the right ones. */
  innerAlgorithm?: Uint8Array;
  outerAlgorithm?: Uint8Array;
  /** Validity's two times as DER, where they shall be encoded otherwise. */
  rawValidity?: [Uint8Array, Uint8Array];
  issuerUniqueId?: Uint8Array;
  subjectUniqueId?: Uint8Array;
}

export function randomSerialNumber(): bigint {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return BigInt(`0x${octets.toString('hex')}`);
}

/** TBS and algorithm, signed: the shape that certificates and CRLs share. */
export function signed(toBeSigned: Bytes, by: KeyPair, signature: SignatureOptions = {}, outer?: Uint8Array): Bytes {
  const algorithm = outer ?? signatureAlgorithm(by, signature);
  return sequence(toBeSigned, algorithm, bitString(signBytes(by, toBeSigned, signature)));
}

/** Fills in `true` and the defaults of the two key identifiers (RFC 5280 §4.2.1.1, §4.2.1.2). */
function withKeyIdentifiers(input: CertificateInput, keys: KeyPair, issuerKeys: KeyPair): ExtensionsInput {
  const given = input.extensions ?? {};
  const subject = given.subjectKeyIdentifier ?? true;
  const authority = given.authorityKeyIdentifier ?? input.issuer !== undefined;
  const resolved: boolean | AuthorityKeyIdentifierInput =
    authority === true ? { keyIdentifier: issuerKeys.keyIdentifier } : authority;
  return {
    ...given,
    subjectKeyIdentifier: subject === true ? keys.keyIdentifier : subject,
    authorityKeyIdentifier: resolved,
  };
}

const versionField = (version: number): Bytes[] => (version === 1 ? [] : [context(0, integer(version - 1))]);

const uniqueId = (tag: number, value: Uint8Array | undefined): Bytes[] =>
  value === undefined ? [] : [tlv(tag, new Uint8Array([0]), value)];

/**
 * Issues one certificate. The result can itself be an `issuer`, a signer of messages, a timestamp authority.
 * Versions 1 and 2 carry no extensions unless `extensions` is given.
 */
export function issueCertificate(input: CertificateInput): Issued {
  const keys = input.keys ?? defaultKeys(input.algorithm, input.extensions?.basicConstraints?.ca);
  const name = encodeName(input.subject);
  const issuerKeys = input.issuer?.keys ?? keys;
  const issuerName = input.issuerName === undefined ? (input.issuer?.name ?? name) : encodeName(input.issuerName);
  const serialNumber = BigInt(input.serialNumber ?? randomSerialNumber());
  const version = input.version ?? 3;
  const bare = version !== 3 && input.extensions === undefined;
  const extensions = bare ? [] : encodeExtensions(withKeyIdentifiers(input, keys, issuerKeys));
  const toBeSigned = sequence(
    ...versionField(version),
    integer(serialNumber),
    input.innerAlgorithm ?? signatureAlgorithm(issuerKeys, input.signature),
    issuerName,
    sequence(...(input.rawValidity ?? [time(input.notBefore), time(input.notAfter)])),
    name,
    input.publicKeyInfo ?? keys.publicKeyInfo,
    ...uniqueId(0x81, input.issuerUniqueId),
    ...uniqueId(0x82, input.subjectUniqueId),
    ...(extensions.length === 0 ? [] : [context(3, sequence(...extensions))]),
  );
  const certificate = signed(toBeSigned, issuerKeys, input.signature, input.outerAlgorithm);
  return { certificate, name, keys, issuerName, serialNumber, notBefore: input.notBefore, notAfter: input.notAfter };
}

let turn = 0;

/**
 * New keys where making them is cheap, and for every CA: two authorities must never share a key by accident.
 * Other RSA and DSA subjects take turns with four pairs of the process.
 */
function defaultKeys(algorithm: KeyAlgorithm = 'ec-p256', isAuthority = false): KeyPair {
  if (isAuthority || /^e[cd]/.test(algorithm)) return generateKeys(algorithm);
  turn = (turn + 1) % 4;
  return sharedKeys(algorithm, `end entity ${turn}`);
}
