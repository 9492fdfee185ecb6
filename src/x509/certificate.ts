/**
 * Certificate (RFC 5280 §4.1): an immutable view over the received octets, read whole and strictly at once. The signed
 * bytes are kept as they came and never re-encoded. Extensions that take part in validation are read here, so that a
 * malformed one makes the certificate unreadable instead of being passed over (their room is extensions.ts).
 *
 * Departures from the RFC, as issuers in the field demand: cA FALSE written out, serial numbers that are negative,
 * zero or long, GeneralizedTime before 2050 are read and listed in `defects`, which are warnings unless the
 * caller asks for strict conformance.
 */
import { equalOctets } from '../der/octets.js';
import { contextConstructed, contextPrimitive, DerError, DerReader, type Parsed, parsed, tag } from '../der/reader.js';
import { readTime } from '../der/time.js';
import { type Finding, finding } from '../findings/finding.js';
import { type AlgorithmIdentifier, readAlgorithm } from './algorithm.js';
import {
  type AccessDescription,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  type DistributionPoint,
  type Extension,
  type ExtensionInPlace,
  extensionOid,
  type NameConstraints,
  type PolicyConstraints,
  type PolicyInformation,
  type PolicyMapping,
  readAlternativeNames,
  readAuthorityInfoAccess,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readCertificatePolicies,
  readDistributionPoints,
  readExtensions,
  readExtKeyUsage,
  readInhibitAnyPolicy,
  readKeyUsage,
  readNameConstraints,
  readPolicyConstraints,
  readPolicyMappings,
  readSubjectKeyIdentifier,
} from './extensions.js';
import { type GeneralName, maximumAttributes, type Name, type NameSource, readName } from './name.js';

export interface SubjectPublicKeyInfo {
  readonly der: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  /** The octets of subjectPublicKey. */
  readonly key: Uint8Array;
}

export interface Certificate {
  /** The received octets. */
  readonly der: Uint8Array;
  /** The octets that the signature is over. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  /** Milliseconds since 1970, whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly extensions: readonly Extension[];
  readonly basicConstraints: BasicConstraints | undefined;
  /** Bits by keyUsageBit. */
  readonly keyUsage: number | undefined;
  readonly extKeyUsage: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  readonly certificatePolicies: readonly PolicyInformation[] | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  readonly inhibitAnyPolicy: number | undefined;
  readonly cRLDistributionPoints: readonly DistributionPoint[] | undefined;
  readonly freshestCRL: readonly DistributionPoint[] | undefined;
  readonly authorityInfoAccess: readonly AccessDescription[] | undefined;
  /** What the issuer did wrong and a reader can live with, or must refuse, by severity. */
  readonly defects: readonly Finding[];
}

/** DESIGN.md §5: what the edges let in; the parser holds the same line for callers of the library. */
export const maximumCertificateOctets = 1024 * 1024;

/** Reads one DER certificate that fills `der` to the end. `names`: where its names may be known from. */
export function parseCertificate(der: Uint8Array, names?: NameSource): Parsed<Certificate> {
  return parsed(() => readCertificate(der, names));
}

function readCertificate(der: Uint8Array, names: NameSource | undefined): Certificate {
  if (der.length > maximumCertificateOctets)
    throw new DerError('a certificate of at most 1 MiB', `${der.length} octets`);
  const outer = new DerReader(der, 0, der.length, der.buffer);
  const sequence = outer.enter(tag.sequence, 'a certificate');
  outer.finish('the certificate');
  const tbsStart = sequence.position;
  const tbsReader = sequence.enter(tag.sequence, 'tbsCertificate');
  const tbs = sequence.view(tbsStart, sequence.position);
  const signatureAlgorithm = readAlgorithm(sequence, 'signatureAlgorithm');
  const signature = readSignatureValue(sequence);
  sequence.finish('the certificate');
  return readTbs(tbsReader, { der, tbs, signatureAlgorithm, signature }, names);
}

/** No algorithm makes a value with unused bits; one that has some is read as a value that fits no key. */
export function readSignatureValue(sequence: DerReader): Uint8Array {
  const { octets, unused } = sequence.bitString('the signature value');
  return unused === 0 ? octets : new Uint8Array(0);
}

/** §4.1.1.2: MUST contain the same algorithm identifier, compared octet by octet. */
export function sameAlgorithm(a: AlgorithmIdentifier, b: AlgorithmIdentifier): boolean {
  return equalOctets(a.der, b.der);
}

type Signed = Pick<Certificate, 'der' | 'tbs' | 'signatureAlgorithm' | 'signature'>;

function readTbs(tbs: DerReader, signed: Signed, names: NameSource | undefined): Certificate {
  const defects: Finding[] = [];
  const version = readVersion(tbs);
  const serialNumber = tbs.integer('serialNumber');
  checkSerialNumber(serialNumber, defects);
  const innerAlgorithm = readAlgorithm(tbs, 'signature');
  const issuer = readName(tbs, 'the issuer', tag.sequence, names);
  const validity = tbs.enter(tag.sequence, 'validity');
  const notBefore = readTime(validity, 'notBefore');
  const notAfter = readTime(validity, 'notAfter');
  validity.finish('validity');
  if (!notBefore.canonical || !notAfter.canonical) {
    defects.push(finding('encoding_not_canonical', { what: 'a date before 2050 as GeneralizedTime' }));
  }
  // Hardly a subject was read before, but for that of a self-issued certificate.
  const subject = readName(tbs, 'the subject', tag.sequence, undefined, issuer);
  checkNames(issuer, subject, defects);
  const publicKey = readPublicKeyInfo(tbs);
  for (let number = 1; number <= 2; number++) {
    if (tbs.peek() !== contextPrimitive(number)) continue;
    tbs.bitString('a unique identifier', contextPrimitive(number));
    if (version === 1) defects.push(finding('extension_not_allowed', { what: 'a unique identifier', version }));
  }
  let extensions: ExtensionInPlace[] = [];
  if (tbs.peek() === contextConstructed(3)) {
    const explicit = tbs.enter(contextConstructed(3), 'extensions');
    extensions = readExtensions(explicit, 'the certificate');
    explicit.finish('extensions');
    if (version !== 3) defects.push(finding('extension_not_allowed', { what: 'extensions', version }));
  }
  tbs.finish('tbsCertificate');
  // One literal with every field, filled below: spreading parts together would take longer than reading them.
  const certificate: Mutable<Certificate> = {
    der: signed.der,
    tbs: signed.tbs,
    version,
    serialNumber,
    signatureAlgorithm: signed.signatureAlgorithm,
    signature: signed.signature,
    issuer,
    subject,
    notBefore: notBefore.milliseconds,
    notAfter: notAfter.milliseconds,
    publicKey,
    extensions,
    basicConstraints: undefined,
    keyUsage: undefined,
    extKeyUsage: undefined,
    subjectKeyIdentifier: undefined,
    authorityKeyIdentifier: undefined,
    subjectAltName: undefined,
    nameConstraints: undefined,
    certificatePolicies: undefined,
    policyMappings: undefined,
    policyConstraints: undefined,
    inhibitAnyPolicy: undefined,
    cRLDistributionPoints: undefined,
    freshestCRL: undefined,
    authorityInfoAccess: undefined,
    defects,
  };
  for (const extension of extensions) readKnownExtension(extension, certificate);
  const keyUsage = certificate.keyUsage === undefined ? undefined : findExtension(extensions, extensionOid.keyUsage);
  if (keyUsage !== undefined && !endsWithSetBit(keyUsage.value)) {
    defects.push(finding('encoding_not_canonical', { what: 'keyUsage with trailing zero bits' }));
  }
  if (certificate.basicConstraints?.explicitDefault) {
    defects.push(finding('encoding_not_canonical', { what: 'cA FALSE explicitly' }));
  }
  if (!sameAlgorithm(innerAlgorithm, signed.signatureAlgorithm)) defects.push(finding('signature_algorithm_mismatch'));
  return certificate;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** version [0] EXPLICIT DEFAULT v1: DER forbids an explicit v1. */
function readVersion(tbs: DerReader): 1 | 2 | 3 {
  if (tbs.peek() !== contextConstructed(0)) return 1;
  const explicit = tbs.enter(contextConstructed(0), 'version');
  const value = explicit.unsigned('version', 2);
  explicit.finish('version');
  if (value === 0) throw new DerError('version', 'version 1 written out, which DER forbids');
  return value === 1 ? 2 : 3;
}

/** §4.1.2.2, for the issuer: positive, at most 20 octets. */
function checkSerialNumber(serial: Uint8Array, defects: Finding[]): void {
  if ((serial[0] as number) >= 0x80) defects.push(finding('serial_number_invalid', { detail: 'it is negative' }));
  else if (serial.length === 1 && serial[0] === 0)
    defects.push(finding('serial_number_invalid', { detail: 'it is zero' }));
  if (serial.length > 20) defects.push(finding('serial_number_invalid', { detail: `it has ${serial.length} octets` }));
}

function checkNames(issuer: Name, subject: Name, defects: Finding[]): void {
  if (issuer.irregular || subject.irregular) {
    defects.push(finding('encoding_not_canonical', { what: 'a name as PrintableString with other characters' }));
  }
  if (issuer.attributes > maximumAttributes || subject.attributes > maximumAttributes) {
    defects.push(finding('budget_exceeded', { budget: 'attributes of a name', limit: maximumAttributes }));
  }
}

/** SubjectPublicKeyInfo (§4.1.2.7). */
export function readPublicKeyInfo(reader: DerReader): SubjectPublicKeyInfo {
  const start = reader.position;
  const sequence = reader.enter(tag.sequence, 'subjectPublicKeyInfo');
  const der = reader.view(start, reader.position);
  const algorithm = readAlgorithm(sequence, 'the algorithm of subjectPublicKeyInfo');
  const { octets: key, unused } = sequence.bitString('subjectPublicKey');
  if (unused !== 0) throw new DerError('a subjectPublicKey of whole octets', 'unused bits');
  sequence.finish('subjectPublicKeyInfo');
  return { der, algorithm, key };
}

function readKnownExtension(extension: ExtensionInPlace, certificate: Mutable<Certificate>): void {
  switch (extension.oid) {
    case extensionOid.basicConstraints:
      certificate.basicConstraints = readBasicConstraints(extension);
      break;
    case extensionOid.keyUsage:
      certificate.keyUsage = readKeyUsage(extension);
      break;
    case extensionOid.extKeyUsage:
      certificate.extKeyUsage = readExtKeyUsage(extension);
      break;
    case extensionOid.subjectKeyIdentifier:
      certificate.subjectKeyIdentifier = readSubjectKeyIdentifier(extension);
      break;
    case extensionOid.authorityKeyIdentifier:
      certificate.authorityKeyIdentifier = readAuthorityKeyIdentifier(extension);
      break;
    case extensionOid.subjectAltName:
      certificate.subjectAltName = readAlternativeNames(extension, 'subjectAltName');
      break;
    case extensionOid.issuerAltName:
      readAlternativeNames(extension, 'issuerAltName');
      break;
    case extensionOid.nameConstraints:
      certificate.nameConstraints = readNameConstraints(extension);
      break;
    case extensionOid.certificatePolicies:
      certificate.certificatePolicies = readCertificatePolicies(extension);
      break;
    case extensionOid.policyMappings:
      certificate.policyMappings = readPolicyMappings(extension);
      break;
    case extensionOid.policyConstraints:
      certificate.policyConstraints = readPolicyConstraints(extension);
      break;
    case extensionOid.inhibitAnyPolicy:
      certificate.inhibitAnyPolicy = readInhibitAnyPolicy(extension);
      break;
    case extensionOid.cRLDistributionPoints:
      certificate.cRLDistributionPoints = readDistributionPoints(extension, 'cRLDistributionPoints');
      break;
    case extensionOid.freshestCRL:
      certificate.freshestCRL = readDistributionPoints(extension, 'freshestCRL');
      break;
    case extensionOid.authorityInfoAccess:
      certificate.authorityInfoAccess = readAuthorityInfoAccess(extension);
      break;
  }
}

/** X.690 §11.2.2: a named bit list ends with a bit that is set. `value` is a BIT STRING that was read already. */
function endsWithSetBit(value: Uint8Array): boolean {
  const unused = value[2] ?? 0;
  return (((value[value.length - 1] ?? 0) >> unused) & 1) === 1;
}

/** The extension with this OID, when present. */
export function findExtension(extensions: readonly Extension[], oid: string): Extension | undefined {
  return extensions.find((extension) => extension.oid === oid);
}
