/**
 * Certificate (RFC 5280 §4.1): an immutable view over the received octets, read whole and strictly at once. The signed
 * bytes are kept as they came and never re-encoded. Extensions that take part in validation are read here, so that a
 * malformed one makes the certificate unreadable instead of being passed over (their room is extensions.ts).
 *
 * Departures from the RFC, as issuers in the field demand: cA FALSE written out, serial numbers that are negative,
 * zero or long, GeneralizedTime before 2050 are read and listed in `defects`, which are warnings unless the
 * caller asks for strict conformance.
 */
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
import { type GeneralName, maximumAttributes, type Name, readName } from './name.js';

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

/** Reads one DER certificate that fills `der` to the end. */
export function parseCertificate(der: Uint8Array): Parsed<Certificate> {
  return parsed(() => readCertificate(der));
}

function readCertificate(der: Uint8Array): Certificate {
  if (der.length > maximumCertificateOctets)
    throw new DerError('a certificate of at most 1 MiB', `${der.length} octets`);
  const outer = new DerReader(der);
  const sequence = outer.enter(tag.sequence, 'a certificate');
  outer.finish('the certificate');
  const tbsStart = sequence.position;
  const tbsReader = sequence.enter(tag.sequence, 'tbsCertificate');
  const tbs = der.subarray(tbsStart, sequence.position);
  const signatureAlgorithm = readAlgorithm(sequence, 'signatureAlgorithm');
  const signature = readSignatureValue(sequence);
  sequence.finish('the certificate');
  const defects: Finding[] = [];
  const body = readTbs(tbsReader, defects);
  if (!sameAlgorithm(body.innerAlgorithm, signatureAlgorithm)) defects.push(finding('signature_algorithm_mismatch'));
  const { innerAlgorithm: _, ...fields } = body;
  return { der, tbs, signatureAlgorithm, signature, ...fields, defects };
}

/** No algorithm makes a value with unused bits; one that has some is read as a value that fits no key. */
export function readSignatureValue(sequence: DerReader): Uint8Array {
  const { octets, unused } = sequence.bitString('the signature value');
  return unused === 0 ? octets : new Uint8Array(0);
}

/** §4.1.1.2: MUST contain the same algorithm identifier, compared octet by octet. */
export function sameAlgorithm(a: AlgorithmIdentifier, b: AlgorithmIdentifier): boolean {
  if (a.der.length !== b.der.length) return false;
  for (let i = 0; i < a.der.length; i++) if (a.der[i] !== b.der[i]) return false;
  return true;
}

function readTbs(tbs: DerReader, defects: Finding[]) {
  const version = readVersion(tbs);
  const serialNumber = tbs.integer('serialNumber');
  checkSerialNumber(serialNumber, defects);
  const innerAlgorithm = readAlgorithm(tbs, 'signature');
  const issuer = readName(tbs, 'issuer');
  const validity = tbs.enter(tag.sequence, 'validity');
  const notBefore = readTime(validity, 'notBefore');
  const notAfter = readTime(validity, 'notAfter');
  validity.finish('validity');
  if (!notBefore.canonical || !notAfter.canonical) {
    defects.push(finding('encoding_not_canonical', { what: 'a date before 2050 as GeneralizedTime' }));
  }
  const subject = readName(tbs, 'subject');
  checkNames([issuer, subject], defects);
  const publicKey = readPublicKeyInfo(tbs);
  for (const number of [1, 2]) {
    if (tbs.peek() !== contextPrimitive(number)) continue;
    tbs.bitString('a unique identifier', contextPrimitive(number));
    if (version === 1) defects.push(finding('extension_not_allowed', { what: 'a unique identifier', version }));
  }
  let extensions: Extension[] = [];
  if (tbs.peek() === contextConstructed(3)) {
    const explicit = tbs.enter(contextConstructed(3), 'extensions');
    extensions = readExtensions(explicit, 'the certificate');
    explicit.finish('extensions');
    if (version !== 3) defects.push(finding('extension_not_allowed', { what: 'extensions', version }));
  }
  tbs.finish('tbsCertificate');
  const known = readKnownExtensions(extensions);
  if (known.basicConstraints?.explicitDefault) {
    defects.push(finding('encoding_not_canonical', { what: 'cA FALSE explicitly' }));
  }
  return {
    version,
    serialNumber,
    innerAlgorithm,
    issuer,
    subject,
    notBefore: notBefore.milliseconds,
    notAfter: notAfter.milliseconds,
    publicKey,
    extensions,
    ...known,
  };
}

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

function checkNames(names: readonly Name[], defects: Finding[]): void {
  if (names.some(({ irregular }) => irregular)) {
    defects.push(finding('encoding_not_canonical', { what: 'a name as PrintableString with other characters' }));
  }
  if (names.some(({ attributes }) => attributes > maximumAttributes)) {
    defects.push(finding('budget_exceeded', { budget: 'attributes of a name', limit: maximumAttributes }));
  }
}

/** SubjectPublicKeyInfo (§4.1.2.7). */
export function readPublicKeyInfo(reader: DerReader): SubjectPublicKeyInfo {
  const start = reader.position;
  const sequence = reader.enter(tag.sequence, 'subjectPublicKeyInfo');
  const der = reader.bytes.subarray(start, reader.position);
  const algorithm = readAlgorithm(sequence, 'the algorithm of subjectPublicKeyInfo');
  const { octets: key, unused } = sequence.bitString('subjectPublicKey');
  if (unused !== 0) throw new DerError('a subjectPublicKey of whole octets', 'unused bits');
  sequence.finish('subjectPublicKeyInfo');
  return { der, algorithm, key };
}

function readKnownExtensions(extensions: readonly Extension[]) {
  let basicConstraints: BasicConstraints | undefined;
  let keyUsage: number | undefined;
  let extKeyUsage: string[] | undefined;
  let subjectKeyIdentifier: Uint8Array | undefined;
  let authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  let subjectAltName: GeneralName[] | undefined;
  let nameConstraints: NameConstraints | undefined;
  let certificatePolicies: PolicyInformation[] | undefined;
  let policyMappings: PolicyMapping[] | undefined;
  let policyConstraints: PolicyConstraints | undefined;
  let inhibitAnyPolicy: number | undefined;
  let cRLDistributionPoints: DistributionPoint[] | undefined;
  let freshestCRL: DistributionPoint[] | undefined;
  let authorityInfoAccess: AccessDescription[] | undefined;
  for (const { oid, value } of extensions) {
    switch (oid) {
      case extensionOid.basicConstraints:
        basicConstraints = readBasicConstraints(value);
        break;
      case extensionOid.keyUsage:
        keyUsage = readKeyUsage(value);
        break;
      case extensionOid.extKeyUsage:
        extKeyUsage = readExtKeyUsage(value);
        break;
      case extensionOid.subjectKeyIdentifier:
        subjectKeyIdentifier = readSubjectKeyIdentifier(value);
        break;
      case extensionOid.authorityKeyIdentifier:
        authorityKeyIdentifier = readAuthorityKeyIdentifier(value);
        break;
      case extensionOid.subjectAltName:
        subjectAltName = readAlternativeNames(value, 'subjectAltName');
        break;
      case extensionOid.issuerAltName:
        readAlternativeNames(value, 'issuerAltName');
        break;
      case extensionOid.nameConstraints:
        nameConstraints = readNameConstraints(value);
        break;
      case extensionOid.certificatePolicies:
        certificatePolicies = readCertificatePolicies(value);
        break;
      case extensionOid.policyMappings:
        policyMappings = readPolicyMappings(value);
        break;
      case extensionOid.policyConstraints:
        policyConstraints = readPolicyConstraints(value);
        break;
      case extensionOid.inhibitAnyPolicy:
        inhibitAnyPolicy = readInhibitAnyPolicy(value);
        break;
      case extensionOid.cRLDistributionPoints:
        cRLDistributionPoints = readDistributionPoints(value, 'cRLDistributionPoints');
        break;
      case extensionOid.freshestCRL:
        freshestCRL = readDistributionPoints(value, 'freshestCRL');
        break;
      case extensionOid.authorityInfoAccess:
        authorityInfoAccess = readAuthorityInfoAccess(value);
        break;
    }
  }
  return {
    basicConstraints,
    keyUsage,
    extKeyUsage,
    subjectKeyIdentifier,
    authorityKeyIdentifier,
    subjectAltName,
    nameConstraints,
    certificatePolicies,
    policyMappings,
    policyConstraints,
    inhibitAnyPolicy,
    cRLDistributionPoints,
    freshestCRL,
    authorityInfoAccess,
  };
}

/** The extension with this OID, when present. */
export function findExtension(extensions: readonly Extension[], oid: string): Extension | undefined {
  return extensions.find((extension) => extension.oid === oid);
}
