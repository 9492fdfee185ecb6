/**
 * Certificate and CRL extensions as data, turned into DER. Criticality is what RFC 5280 §4.2 and §5.2 say
 * unless `critical` says otherwise: tests need extensions that break the RFC. @peculiar/x509 encodes
 * basic constraints and extended key usage; the others are put together here, since it has no writers for most of
 * them and none for their wrong forms.
 */
import 'reflect-metadata';
import { BasicConstraintsExtension, ExtendedKeyUsageExtension } from '@peculiar/x509';
import {
  type Bytes,
  context,
  contextPrimitive,
  ia5,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  trueValue,
} from './asn1.js';
import { encodeGeneralName, type GeneralNameInput, type NameInput } from './names.js';

export const keyUsageBits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsageName = (typeof keyUsageBits)[number];

const purposes: Record<string, string> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  anyExtendedKeyUsage: '2.5.29.37.0',
};

export type ReasonFlag =
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'privilegeWithdrawn'
  | 'aACompromise';
const reasonFlags: readonly string[] = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
];

/** RFC 5280 §4.2.1.13. A plain string stands for `{ fullName: [{ uri }] }`. */
export interface DistributionPointInput {
  fullName?: GeneralNameInput[];
  /** RelativeDistinguishedName, DER (a SET). */
  relativeName?: Uint8Array;
  reasons?: ReasonFlag[];
  crlIssuer?: NameInput;
}

/** RFC 5280 §5.2.5. */
export interface IssuingDistributionPointInput {
  fullName?: GeneralNameInput[];
  relativeName?: Uint8Array;
  onlyContainsUserCerts?: boolean;
  onlyContainsCACerts?: boolean;
  onlySomeReasons?: ReasonFlag[];
  indirectCRL?: boolean;
  onlyContainsAttributeCerts?: boolean;
}

export interface RawExtension {
  oid: string;
  critical?: boolean;
  /** The DER inside the OCTET STRING. */
  value: Uint8Array;
}

/** Extensions of a certificate. What is left out is not there; see issueCertificate for the two key identifiers. */
export interface ExtensionsInput {
  subjectKeyIdentifier?: boolean | Uint8Array;
  authorityKeyIdentifier?: boolean | { keyIdentifier?: Uint8Array; issuer?: NameInput; serialNumber?: bigint | number };
  /** `{}` is an empty sequence: cA FALSE. */
  basicConstraints?: { ca?: boolean; pathLength?: number };
  keyUsage?: KeyUsageName[];
  /** Names (serverAuth, …) or OIDs. */
  extendedKeyUsage?: string[];
  subjectAltName?: GeneralNameInput[];
  issuerAltName?: GeneralNameInput[];
  nameConstraints?: { permitted?: GeneralNameInput[]; excluded?: GeneralNameInput[] };
  /** Policy OIDs, or with a CPS pointer. */
  certificatePolicies?: (string | { oid: string; cps?: string })[];
  /** Pairs of issuerDomainPolicy and subjectDomainPolicy. */
  policyMappings?: [string, string][];
  policyConstraints?: { requireExplicitPolicy?: number; inhibitPolicyMapping?: number };
  inhibitAnyPolicy?: number;
  crlDistributionPoints?: (string | DistributionPointInput)[];
  freshestCRL?: (string | DistributionPointInput)[];
  authorityInfoAccess?: { ocsp?: string[]; caIssuers?: string[] };
  /** Appended as they are, after all others. */
  other?: RawExtension[];
  /** Criticality other than the RFC's default. */
  critical?: Partial<Record<ExtensionName, boolean>>;
}

export type ExtensionName = Exclude<keyof ExtensionsInput, 'other' | 'critical'>;

const extensionOids: Record<ExtensionName, { oid: string; critical: boolean }> = {
  basicConstraints: { oid: '2.5.29.19', critical: true },
  keyUsage: { oid: '2.5.29.15', critical: true },
  extendedKeyUsage: { oid: '2.5.29.37', critical: false },
  subjectKeyIdentifier: { oid: '2.5.29.14', critical: false },
  authorityKeyIdentifier: { oid: '2.5.29.35', critical: false },
  subjectAltName: { oid: '2.5.29.17', critical: false },
  issuerAltName: { oid: '2.5.29.18', critical: false },
  nameConstraints: { oid: '2.5.29.30', critical: true },
  certificatePolicies: { oid: '2.5.29.32', critical: false },
  policyMappings: { oid: '2.5.29.33', critical: true },
  policyConstraints: { oid: '2.5.29.36', critical: true },
  inhibitAnyPolicy: { oid: '2.5.29.54', critical: true },
  crlDistributionPoints: { oid: '2.5.29.31', critical: false },
  freshestCRL: { oid: '2.5.29.46', critical: false },
  authorityInfoAccess: { oid: '1.3.6.1.5.5.7.1.1', critical: false },
};

export function encodeExtension(extension: RawExtension): Bytes {
  const critical = extension.critical === true ? [trueValue] : [];
  return sequence(oid(extension.oid), ...critical, octetString(extension.value));
}

const names = (list: readonly GeneralNameInput[]): Bytes[] => list.map(encodeGeneralName);
const subtrees = (list: readonly GeneralNameInput[]): Bytes[] => names(list).map((name) => sequence(name));
const reasonBits = (reasons: readonly string[]): Bytes =>
  namedBits(reasons.map((reason) => reasonFlags.indexOf(reason))).subarray(2);

function distributionPointName(input: { fullName?: GeneralNameInput[]; relativeName?: Uint8Array }): Bytes[] {
  if (input.fullName !== undefined) return [context(0, context(0, ...names(input.fullName)))];
  if (input.relativeName === undefined) return [];
  return [context(0, new Uint8Array([0xa1, ...input.relativeName.subarray(1)]))];
}

function distributionPoint(input: string | DistributionPointInput): Bytes {
  const point = typeof input === 'string' ? { fullName: [{ uri: input }] } : input;
  const fields = distributionPointName(point);
  if (point.reasons !== undefined) fields.push(contextPrimitive(1, reasonBits(point.reasons)));
  if (point.crlIssuer !== undefined) fields.push(context(2, encodeGeneralName({ directory: point.crlIssuer })));
  return sequence(...fields);
}

export const encodeDistributionPoints = (points: readonly (string | DistributionPointInput)[]): Bytes =>
  sequence(...points.map(distributionPoint));

export function encodeIssuingDistributionPoint(input: IssuingDistributionPointInput): Bytes {
  const flag = (number: number, set: boolean | undefined): Bytes[] =>
    set === true ? [contextPrimitive(number, new Uint8Array([0xff]))] : [];
  return sequence(
    ...distributionPointName(input),
    ...flag(1, input.onlyContainsUserCerts),
    ...flag(2, input.onlyContainsCACerts),
    ...(input.onlySomeReasons === undefined ? [] : [contextPrimitive(3, reasonBits(input.onlySomeReasons))]),
    ...flag(4, input.indirectCRL),
    ...flag(5, input.onlyContainsAttributeCerts),
  );
}

export interface AuthorityKeyIdentifierInput {
  keyIdentifier?: Uint8Array;
  issuer?: NameInput;
  serialNumber?: bigint | number;
}

export function encodeAuthorityKeyIdentifier(input: AuthorityKeyIdentifierInput): Bytes {
  const fields: Bytes[] = [];
  if (input.keyIdentifier !== undefined) fields.push(contextPrimitive(0, input.keyIdentifier));
  if (input.issuer !== undefined) fields.push(context(1, encodeGeneralName({ directory: input.issuer })));
  if (input.serialNumber !== undefined) fields.push(contextPrimitive(2, integer(input.serialNumber).subarray(2)));
  return sequence(...fields);
}

function policy(input: string | { oid: string; cps?: string }): Bytes {
  const { oid: identifier, cps } = typeof input === 'string' ? { oid: input, cps: undefined } : input;
  if (cps === undefined) return sequence(oid(identifier));
  return sequence(oid(identifier), sequence(sequence(oid('1.3.6.1.5.5.7.2.1'), ia5(cps))));
}

function accessDescriptions(input: { ocsp?: string[]; caIssuers?: string[] }): Bytes {
  const describe = (method: string, uris: string[] = []): Bytes[] =>
    uris.map((uri) => sequence(oid(method), encodeGeneralName({ uri })));
  return sequence(...describe('1.3.6.1.5.5.7.48.1', input.ocsp), ...describe('1.3.6.1.5.5.7.48.2', input.caIssuers));
}

const implicitInteger = (number: number, value: number): Bytes => contextPrimitive(number, integer(value).subarray(2));

/** How each extension's value is written. Key identifiers arrive here already resolved by issueCertificate. */
const writers: { [Name in ExtensionName]: (value: NonNullable<ExtensionsInput[Name]>) => Bytes | undefined } = {
  subjectKeyIdentifier: (value) => (value instanceof Uint8Array ? octetString(value) : undefined),
  authorityKeyIdentifier: (value) => (typeof value === 'object' ? encodeAuthorityKeyIdentifier(value) : undefined),
  basicConstraints: (value) => new Uint8Array(new BasicConstraintsExtension(value.ca === true, value.pathLength).value),
  keyUsage: (value) => namedBits(value.map((name) => keyUsageBits.indexOf(name))),
  extendedKeyUsage: (value) =>
    new Uint8Array(new ExtendedKeyUsageExtension(value.map((name) => purposes[name] ?? name)).value),
  subjectAltName: (value) => sequence(...names(value)),
  issuerAltName: (value) => sequence(...names(value)),
  nameConstraints: (value) =>
    sequence(
      ...(value.permitted === undefined ? [] : [context(0, ...subtrees(value.permitted))]),
      ...(value.excluded === undefined ? [] : [context(1, ...subtrees(value.excluded))]),
    ),
  certificatePolicies: (value) => sequence(...value.map(policy)),
  policyMappings: (value) => sequence(...value.map(([issuer, subject]) => sequence(oid(issuer), oid(subject)))),
  policyConstraints: (value) =>
    sequence(
      ...(value.requireExplicitPolicy === undefined ? [] : [implicitInteger(0, value.requireExplicitPolicy)]),
      ...(value.inhibitPolicyMapping === undefined ? [] : [implicitInteger(1, value.inhibitPolicyMapping)]),
    ),
  inhibitAnyPolicy: (value) => integer(value),
  crlDistributionPoints: (value) => encodeDistributionPoints(value),
  freshestCRL: (value) => encodeDistributionPoints(value),
  authorityInfoAccess: (value) => accessDescriptions(value),
};

function write<Name extends ExtensionName>(name: Name, input: ExtensionsInput): Bytes[] {
  const value = input[name];
  if (value === undefined) return [];
  const encoded = writers[name](value as NonNullable<ExtensionsInput[Name]>);
  if (encoded === undefined) return [];
  const { oid: identifier, critical } = extensionOids[name];
  return [encodeExtension({ oid: identifier, critical: input.critical?.[name] ?? critical, value: encoded })];
}

/** The extensions one after another, each as its DER, in a fixed order. */
export function encodeExtensions(input: ExtensionsInput): Bytes[] {
  const known = (Object.keys(extensionOids) as ExtensionName[]).flatMap((name) => write(name, input));
  return [...known, ...(input.other ?? []).map(encodeExtension)];
}
