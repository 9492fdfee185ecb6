/**
 * The extensions of RFC 5280 §4.2 and §5.2 that take part in validation, each read strictly to its ASN.1 definition.
 * What they mean for a path is decided in path, revocation and profile.
 */
import { readOid } from '../der/oid.js';
import {
  contextConstructed,
  contextPrimitive,
  DerError,
  type DerReader,
  enterWhole,
  type Region,
  readerOver,
  tag,
} from '../der/reader.js';
import {
  type AttributeTypeAndValue,
  type GeneralName,
  readGeneralName,
  readGeneralNames,
  readRelativeName,
} from './name.js';

export const extensionOid = {
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  freshestCRL: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  expiredCertsOnCRL: '2.5.29.60',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const;

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The content of extnValue: the DER of the extension itself. */
  readonly value: Uint8Array;
}

/** An extension where it stands: most are read once, at once, and need no view of their octets for that. */
export class ExtensionInPlace implements Extension, Region {
  readonly oid: string;
  readonly critical: boolean;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly buffer: ArrayBufferLike | undefined;

  constructor(oid: string, critical: boolean, reader: DerReader) {
    this.oid = oid;
    this.critical = critical;
    this.bytes = reader.bytes;
    this.start = reader.contentStart;
    this.end = reader.contentEnd;
    this.buffer = reader.buffer;
  }

  get value(): Uint8Array {
    const { bytes, start, end } = this;
    return new Uint8Array(this.buffer ?? bytes.buffer, bytes.byteOffset + start, end - start);
  }
}

/** Extensions of one certificate, CRL or entry: a limit on memory, and on the search for duplicates. */
const maximumExtensions = 256;

/** Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension. One OID twice is refused (§4.2), so is critical FALSE written out. */
export function readExtensions(reader: DerReader, what: string): ExtensionInPlace[] {
  const sequence = reader.enter(tag.sequence, what);
  const extensions: ExtensionInPlace[] = [];
  // One reader for the fields of all of them.
  const fields = sequence.inside();
  while (!sequence.done) {
    sequence.pass(tag.sequence, 'an extension', what);
    fields.moveInto(sequence);
    const oid = readOid(fields, 'the identifier of an extension', tag.oid, what);
    let critical = false;
    if (fields.peek() === tag.boolean) {
      critical = fields.boolean('the critical flag of an extension', tag.boolean, what);
      if (!critical) throw new DerError(`an extension of ${what}`, 'critical FALSE written out, which DER forbids');
    }
    fields.pass(tag.octetString, 'the value of an extension', what);
    for (const other of extensions) if (other.oid === oid) throw new DerError(what, `the extension ${oid} twice`);
    if (extensions.length >= maximumExtensions) throw new DerError(what, `more than ${maximumExtensions} extensions`);
    extensions.push(new ExtensionInPlace(oid, critical, fields));
    fields.finish('an extension', what);
  }
  if (extensions.length === 0) throw new DerError(what, 'an empty list of extensions');
  return extensions;
}

export interface BasicConstraints {
  readonly cA: boolean;
  readonly pathLenConstraint: number | undefined;
  readonly explicitDefault: boolean;
}

/** §4.2.1.9. Path lengths above 255 are refused: no path is that long, and readers differ in what they make of them. */
export function readBasicConstraints(value: Uint8Array | Region): BasicConstraints {
  const sequence = enterWhole(value, tag.sequence, 'basicConstraints');
  let cA = false;
  let explicitDefault = false;
  if (sequence.peek() === tag.boolean) {
    cA = sequence.boolean('cA of basicConstraints');
    explicitDefault = !cA;
  }
  const pathLenConstraint = sequence.done ? undefined : sequence.unsigned('pathLenConstraint of basicConstraints', 255);
  sequence.finish('basicConstraints');
  return { cA, pathLenConstraint, explicitDefault };
}

/** Bits of KeyUsage (§4.2.1.3), bit n as 1 << n. */
export const keyUsageBit = {
  digitalSignature: 1,
  nonRepudiation: 2,
  keyEncipherment: 4,
  dataEncipherment: 8,
  keyAgreement: 16,
  keyCertSign: 32,
  cRLSign: 64,
  encipherOnly: 128,
  decipherOnly: 256,
} as const;

export type KeyUsageName = keyof typeof keyUsageBit;

/** §4.2.1.3: at least one bit must be set. */
export function readKeyUsage(value: Uint8Array | Region): number {
  const reader = readerOver(value);
  const bits = readNamedBits(reader, 'keyUsage', tag.bitString);
  reader.finish('keyUsage');
  if (bits === 0) throw new DerError('keyUsage', 'no bit set');
  return bits;
}

/** A named bit list of at most 16 bits, as a number with bit n at 1 << n. */
export function readNamedBits(reader: DerReader, what: string, expectedTag: number): number {
  reader.passBitString(what, expectedTag);
  const { bytes, contentStart, contentEnd } = reader;
  const first = contentStart + 1;
  if (contentEnd - first > 2) throw new DerError(what, 'a BIT STRING of more than two octets');
  let bits = 0;
  for (let n = 0; n < (contentEnd - first) * 8; n++) {
    if (((bytes[first + (n >> 3)] as number) & (0x80 >> (n & 7))) !== 0) bits |= 1 << n;
  }
  return bits;
}

/** §4.2.1.12: purposes as OIDs, at least one. */
export function readExtKeyUsage(value: Uint8Array | Region): string[] {
  const sequence = enterWhole(value, tag.sequence, 'extKeyUsage');
  const purposes: string[] = [];
  while (!sequence.done) purposes.push(readOid(sequence, 'a purpose of extKeyUsage'));
  if (purposes.length === 0) throw new DerError('extKeyUsage', 'an empty list');
  return purposes;
}

export function readSubjectKeyIdentifier(value: Uint8Array | Region): Uint8Array {
  const reader = readerOver(value);
  const identifier = reader.content(tag.octetString, 'subjectKeyIdentifier');
  reader.finish('subjectKeyIdentifier');
  return identifier;
}

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined;
  readonly authorityCertIssuer: readonly GeneralName[] | undefined;
  readonly authorityCertSerialNumber: Uint8Array | undefined;
}

/** §4.2.1.1. */
export function readAuthorityKeyIdentifier(value: Uint8Array | Region): AuthorityKeyIdentifier {
  const what = 'authorityKeyIdentifier';
  const sequence = enterWhole(value, tag.sequence, what);
  const keyIdentifier =
    sequence.peek() === contextPrimitive(0) ? sequence.content(contextPrimitive(0), what) : undefined;
  const authorityCertIssuer =
    sequence.peek() === contextConstructed(1) ? readGeneralNames(sequence, what, contextConstructed(1)) : undefined;
  const authorityCertSerialNumber =
    sequence.peek() === contextPrimitive(2) ? sequence.integer(what, contextPrimitive(2)) : undefined;
  sequence.finish(what);
  if ((authorityCertIssuer === undefined) !== (authorityCertSerialNumber === undefined)) {
    throw new DerError(`${what} with issuer and serial number together`, 'only one of them');
  }
  return { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber };
}

export function readAlternativeNames(value: Uint8Array | Region, what: string): GeneralName[] {
  const reader = readerOver(value);
  const names = readGeneralNames(reader, what);
  reader.finish(what);
  return names;
}

export interface NameConstraints {
  readonly permittedSubtrees: readonly GeneralName[];
  readonly excludedSubtrees: readonly GeneralName[];
}

/**
 * §4.2.1.10. minimum must be 0 and maximum absent there; other values are refused, since they cannot be applied. An empty
 * extension or an empty list of subtrees is refused too.
 */
export function readNameConstraints(value: Uint8Array | Region): NameConstraints {
  const sequence = enterWhole(value, tag.sequence, 'nameConstraints');
  if (sequence.done) throw new DerError('nameConstraints', 'neither permitted nor excluded subtrees');
  const permittedSubtrees = sequence.peek() === contextConstructed(0) ? readSubtrees(sequence, 0) : [];
  const excludedSubtrees = sequence.peek() === contextConstructed(1) ? readSubtrees(sequence, 1) : [];
  sequence.finish('nameConstraints');
  return { permittedSubtrees, excludedSubtrees };
}

function readSubtrees(reader: DerReader, number: number): GeneralName[] {
  const what = 'a subtree of nameConstraints';
  const sequence = reader.enter(contextConstructed(number), what);
  const names: GeneralName[] = [];
  while (!sequence.done) {
    const subtree = sequence.enter(tag.sequence, what);
    names.push(readGeneralName(subtree, what, [8, 32]));
    // minimum [0] DEFAULT 0: an explicit 0 is not DER and means the same.
    if (subtree.peek() === contextPrimitive(0)) subtree.unsigned(`minimum of ${what}`, 0, contextPrimitive(0));
    subtree.finish(what);
  }
  if (names.length === 0) throw new DerError(what, 'an empty list');
  return names;
}

export interface PolicyInformation {
  readonly policyIdentifier: string;
  /** OIDs of the qualifiers, in order. */
  readonly qualifiers: readonly string[];
}

/** §4.2.1.4: no policy twice; qualifiers with identifier and value. */
export function readCertificatePolicies(value: Uint8Array | Region): PolicyInformation[] {
  const what = 'certificatePolicies';
  const sequence = enterWhole(value, tag.sequence, what);
  const policies: PolicyInformation[] = [];
  const seen = new Set<string>();
  while (!sequence.done) {
    const information = sequence.enter(tag.sequence, what);
    const policyIdentifier = readOid(information, what);
    const qualifiers = information.done ? [] : readQualifiers(information, what);
    information.finish(what);
    if (seen.has(policyIdentifier)) throw new DerError(what, `the policy ${policyIdentifier} twice`);
    seen.add(policyIdentifier);
    policies.push({ policyIdentifier, qualifiers });
  }
  if (policies.length === 0) throw new DerError(what, 'an empty list');
  return policies;
}

function readQualifiers(information: DerReader, what: string): string[] {
  const list = information.enter(tag.sequence, `the qualifiers of ${what}`);
  const qualifiers: string[] = [];
  while (!list.done) {
    const qualifier = list.enter(tag.sequence, `a qualifier of ${what}`);
    qualifiers.push(readOid(qualifier, `a qualifier of ${what}`));
    qualifier.skip(`the value of a qualifier of ${what}`);
    qualifier.finish(`a qualifier of ${what}`);
  }
  if (qualifiers.length === 0) throw new DerError(`the qualifiers of ${what}`, 'an empty list');
  return qualifiers;
}

export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/** §4.2.1.5. */
export function readPolicyMappings(value: Uint8Array | Region): PolicyMapping[] {
  const what = 'policyMappings';
  const sequence = enterWhole(value, tag.sequence, what);
  const mappings: PolicyMapping[] = [];
  while (!sequence.done) {
    const pair = sequence.enter(tag.sequence, what);
    mappings.push({ issuerDomainPolicy: readOid(pair, what), subjectDomainPolicy: readOid(pair, what) });
    pair.finish(what);
  }
  if (mappings.length === 0) throw new DerError(what, 'an empty list');
  return mappings;
}

export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
}

/** SkipCerts counts certificates; longer than any path is as good as infinite, and still must be an INTEGER. */
const maximumSkipCerts = 2 ** 31;

/** §4.2.1.11: not empty. */
export function readPolicyConstraints(value: Uint8Array | Region): PolicyConstraints {
  const what = 'policyConstraints';
  const sequence = enterWhole(value, tag.sequence, what);
  if (sequence.done) throw new DerError(what, 'an empty sequence');
  const skip = (number: number) =>
    sequence.peek() === contextPrimitive(number)
      ? sequence.unsigned(what, maximumSkipCerts, contextPrimitive(number))
      : undefined;
  const requireExplicitPolicy = skip(0);
  const inhibitPolicyMapping = skip(1);
  sequence.finish(what);
  return { requireExplicitPolicy, inhibitPolicyMapping };
}

/** §4.2.1.14. */
export function readInhibitAnyPolicy(value: Uint8Array | Region): number {
  const reader = readerOver(value);
  const skipCerts = reader.unsigned('inhibitAnyPolicy', maximumSkipCerts);
  reader.finish('inhibitAnyPolicy');
  return skipCerts;
}

export interface DistributionPoint {
  readonly fullName: readonly GeneralName[] | undefined;
  readonly nameRelativeToCRLIssuer: readonly AttributeTypeAndValue[] | undefined;
  /** ReasonFlags, bit n at 1 << n; undefined is all reasons. */
  readonly reasons: number | undefined;
  readonly cRLIssuer: readonly GeneralName[] | undefined;
}

/** §4.2.1.13, and §4.2.1.15 for freshestCRL. */
export function readDistributionPoints(value: Uint8Array | Region, what: string): DistributionPoint[] {
  const sequence = enterWhole(value, tag.sequence, what);
  const points: DistributionPoint[] = [];
  while (!sequence.done) {
    const point = sequence.enter(tag.sequence, what);
    const { fullName, nameRelativeToCRLIssuer } = readDistributionPointName(point, what);
    const reasons = point.peek() === contextPrimitive(1) ? readNamedBits(point, what, contextPrimitive(1)) : undefined;
    const cRLIssuer =
      point.peek() === contextConstructed(2) ? readGeneralNames(point, what, contextConstructed(2)) : undefined;
    point.finish(what);
    if (fullName === undefined && nameRelativeToCRLIssuer === undefined && cRLIssuer === undefined) {
      throw new DerError(what, 'a distribution point without a name and without a CRL issuer');
    }
    points.push({ fullName, nameRelativeToCRLIssuer, reasons, cRLIssuer });
  }
  if (points.length === 0) throw new DerError(what, 'an empty list');
  return points;
}

type DistributionPointName = Pick<DistributionPoint, 'fullName' | 'nameRelativeToCRLIssuer'>;

/** distributionPoint [0] EXPLICIT CHOICE, when it comes next. */
export function readDistributionPointName(reader: DerReader, what: string): DistributionPointName {
  if (reader.peek() !== contextConstructed(0)) return { fullName: undefined, nameRelativeToCRLIssuer: undefined };
  const choice = reader.enter(contextConstructed(0), what);
  const relative = choice.peek() === contextConstructed(1);
  const name: DistributionPointName = relative
    ? { fullName: undefined, nameRelativeToCRLIssuer: readRelativeName(choice, what, contextConstructed(1)) }
    : { fullName: readGeneralNames(choice, what, contextConstructed(0)), nameRelativeToCRLIssuer: undefined };
  choice.finish(what);
  return name;
}

export interface AccessDescription {
  readonly accessMethod: string;
  readonly accessLocation: GeneralName;
}

/** §4.2.2.1. */
export function readAuthorityInfoAccess(value: Uint8Array | Region): AccessDescription[] {
  const what = 'authorityInfoAccess';
  const sequence = enterWhole(value, tag.sequence, what);
  const descriptions: AccessDescription[] = [];
  while (!sequence.done) {
    const description = sequence.enter(tag.sequence, what);
    const accessMethod = readOid(description, what);
    descriptions.push({ accessMethod, accessLocation: readGeneralName(description, what, [4, 16]) });
    description.finish(what);
  }
  if (descriptions.length === 0) throw new DerError(what, 'an empty list');
  return descriptions;
}
