/**
 * Issues CRLs as data: complete, delta, indirect, scoped, with any entry extension, at any time; and quickly
 * ones of a million entries for the benches. Like issueCertificate it checks nothing.
 */
import { type Bytes, context, enumerated, generalizedTime, integer, sequence, time } from './asn1.js';
import { type Issuer, signed } from './certificate.js';
import {
  type AuthorityKeyIdentifierInput,
  type DistributionPointInput,
  encodeAuthorityKeyIdentifier,
  encodeDistributionPoints,
  encodeExtension,
  encodeIssuingDistributionPoint,
  type IssuingDistributionPointInput,
  type RawExtension,
} from './extensions.js';
import { type SignatureOptions, signatureAlgorithm } from './keys.js';
import { encodeGeneralName, encodeName, type NameInput } from './names.js';

/** RFC 5280 §5.3.1. */
export const crlReasons = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;
export type CrlReason = keyof typeof crlReasons;

export interface CrlEntryInput {
  serialNumber: bigint | number;
  revocationDate: Date;
  reason?: CrlReason;
  invalidityDate?: Date;
  /** Critical, as RFC 5280 §5.3.3 demands; holds for the following entries too. */
  certificateIssuer?: NameInput;
  other?: RawExtension[];
}

export interface CrlInput {
  issuer: Issuer;
  thisUpdate: Date;
  /** Absent: the CRL has no nextUpdate. */
  nextUpdate?: Date;
  entries?: readonly CrlEntryInput[];
  /** Default 1; false: none. */
  crlNumber?: bigint | number | false;
  /** Makes it a delta CRL (critical deltaCRLIndicator). */
  baseCrlNumber?: bigint | number;
  /** Critical. */
  issuingDistributionPoint?: IssuingDistributionPointInput;
  freshestCRL?: (string | DistributionPointInput)[];
  /** Default: the issuer's key identifier; false: none. */
  authorityKeyIdentifier?: false | AuthorityKeyIdentifierInput;
  /** X.509's expiredCertsOnCRL (2.5.29.60). */
  expiredCertsOnCRL?: Date;
  other?: RawExtension[];
  signature?: SignatureOptions;
  /** The issuer field, where it shall differ from the issuer's name. */
  issuerName?: NameInput;
  /** Default 2. Version 1 carries no extensions. */
  version?: 1 | 2;
  /** The outer AlgorithmIdentifier, DER, in place of the right one. */
  outerAlgorithm?: Uint8Array;
}

function entry(input: CrlEntryInput): Bytes {
  const extensions: Bytes[] = [];
  const add = (oid: string, value: Bytes, critical = false) =>
    extensions.push(encodeExtension({ oid, critical, value }));
  if (input.reason !== undefined) add('2.5.29.21', enumerated(crlReasons[input.reason]));
  if (input.invalidityDate !== undefined) add('2.5.29.24', generalizedTime(input.invalidityDate));
  if (input.certificateIssuer !== undefined)
    add('2.5.29.29', sequence(encodeGeneralName({ directory: input.certificateIssuer })), true);
  extensions.push(...(input.other ?? []).map(encodeExtension));
  const tail = extensions.length === 0 ? [] : [sequence(...extensions)];
  return sequence(integer(input.serialNumber), time(input.revocationDate), ...tail);
}

function crlExtensions(input: CrlInput): Bytes[] {
  const extensions: RawExtension[] = [];
  const authority = input.authorityKeyIdentifier ?? { keyIdentifier: input.issuer.keys.keyIdentifier };
  if (authority !== false) extensions.push({ oid: '2.5.29.35', value: encodeAuthorityKeyIdentifier(authority) });
  const number = input.crlNumber ?? 1;
  if (number !== false) extensions.push({ oid: '2.5.29.20', value: integer(number) });
  if (input.baseCrlNumber !== undefined)
    extensions.push({ oid: '2.5.29.27', critical: true, value: integer(input.baseCrlNumber) });
  const scope = input.issuingDistributionPoint;
  if (scope !== undefined)
    extensions.push({ oid: '2.5.29.28', critical: true, value: encodeIssuingDistributionPoint(scope) });
  if (input.freshestCRL !== undefined)
    extensions.push({ oid: '2.5.29.46', value: encodeDistributionPoints(input.freshestCRL) });
  if (input.expiredCertsOnCRL !== undefined)
    extensions.push({ oid: '2.5.29.60', value: generalizedTime(input.expiredCertsOnCRL) });
  return [...extensions, ...(input.other ?? [])].map(encodeExtension);
}

/** Signs a CRL around the given revokedCertificates (one TLV, or nothing for an empty list). */
function assemble(input: CrlInput, revokedCertificates: readonly Bytes[]): Bytes {
  const { issuer, version = 2 } = input;
  const extensions = version === 1 ? [] : crlExtensions(input);
  const toBeSigned = sequence(
    ...(version === 1 ? [] : [integer(1)]),
    signatureAlgorithm(issuer.keys, input.signature),
    input.issuerName === undefined ? issuer.name : encodeName(input.issuerName),
    time(input.thisUpdate),
    ...(input.nextUpdate === undefined ? [] : [time(input.nextUpdate)]),
    ...revokedCertificates,
    ...(extensions.length === 0 ? [] : [context(0, sequence(...extensions))]),
  );
  return signed(toBeSigned, issuer.keys, input.signature, input.outerAlgorithm);
}

/** Issues one CRL, DER. */
export function issueCrl(input: CrlInput): Uint8Array {
  const entries = (input.entries ?? []).map(entry);
  return assemble(input, entries.length === 0 ? [] : [sequence(...entries)]);
}

export interface LargeCrlInput extends Omit<CrlInput, 'entries'> {
  count: number;
  /** Default 16 octets each; at least 6. */
  serialLength?: number;
  revocationDate: Date;
  /** Every entry gets this reason. */
  reason?: CrlReason;
}

/** The serial number of entry `index` in a large CRL: scattered like random ones, all different, always the same. */
export function largeCrlSerial(index: number, serialLength = 16): bigint {
  return BigInt(`0x${Buffer.from(largeSerial(index, new Uint8Array(serialLength))).toString('hex')}`);
}

/** Fills `target`: 0x40 in front keeps it positive and minimal, the index (a bijection of 32 bits) keeps it unique. */
function largeSerial(index: number, target: Uint8Array): Uint8Array {
  let state = Math.imul(index ^ 0x5bd1e995, 0x9e3779b1) >>> 0;
  target[0] = 0x40 | (state & 0x3f);
  for (let at = 1; at < 5; at += 1) target[at] = (state >>> (8 * (at - 1))) & 0xff;
  for (let at = 5; at < target.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    target[at] = state >>> 24;
  }
  return target;
}

/** A CRL with `count` entries, assembled in one buffer: a million takes about a second. */
export function issueLargeCrl(input: LargeCrlInput): Uint8Array {
  const serialLength = input.serialLength ?? 16;
  const template = entry({
    serialNumber: largeCrlSerial(0, serialLength),
    revocationDate: input.revocationDate,
    ...(input.reason === undefined ? {} : { reason: input.reason }),
  });
  const entries = new Uint8Array(template.length * input.count);
  for (let index = 0; index < input.count; index += 1) {
    const start = index * template.length;
    entries.set(template, start);
    largeSerial(index, entries.subarray(start + 4, start + 4 + serialLength));
  }
  return assemble(input, input.count === 0 ? [] : [sequence(entries)]);
}
