/**
 * The stand-in PKI: an imitation of the Unify PKI's shape (a root of 15 years, a User, an Infrastructure and a
 * PRODUCT CA of 10 years, RSA-2048, CRLs for 6 months and 10 days), with names that say so and a catalogue of
 * its own. It exists for the demo and the tests; nothing may ever trust it outside of them.
 *
 * Keys come from the process's pool by `keySlot`: a second stand-in with the same names and another slot is a
 * foreign CA that copies the names.
 */
import { createHash } from 'node:crypto';
import { type Issued, type Issuer, issueCertificate } from './certificate.js';
import { type CrlEntryInput, type CrlInput, issueCrl } from './crl.js';
import { type KeyAlgorithm, type KeyPair, sharedKeys } from './keys.js';

export interface StandInInput {
  /** Everything is dated from here. */
  now: Date;
  /** Where the CRLs will be served, for instance "http://127.0.0.1:8081"; the files' names are appended. */
  crlBaseUrl: string;
  /** Catalogue id and prefix of the authorities' ids. Default "stand-in". */
  id?: string;
  /** How the names begin. Default "Stand-in". */
  label?: string;
  /** Default rsa-2048. Tests that need speed take ec-p256. */
  algorithm?: KeyAlgorithm;
  /** Default the id. */
  keySlot?: string;
  /** Start of the root's 15 years. Default three years before now. */
  rootFrom?: Date;
  /** Start of the issuing authorities' 10 years. Default two years before now. */
  issuingFrom?: Date;
}

export type AuthorityPart = 'root' | 'user' | 'infrastructure' | 'product';

export interface StandInAuthority extends Issued {
  /** For instance "stand-in-user". */
  readonly id: string;
  readonly part: AuthorityPart;
  /** For instance "Stand-in User CA (not Unify)". */
  readonly commonName: string;
  readonly crlUrl: string;
  /** The URL's path below crlBaseUrl, with its slash. */
  readonly crlPath: string;
}

export interface CatalogueEntry {
  id: string;
  name: string;
  role: 'root' | 'issuing';
  issuesFor: string[];
  validFrom: string;
  validTo: string;
  key: { type: string; size: number };
  fingerprints: { md5: string; sha1: string };
  crlValidity: string;
  crlUrls: string[];
}

export interface StandInCatalogue {
  schema: 1;
  id: string;
  name: string;
  source: string;
  authorities: CatalogueEntry[];
}

export interface PublishedCrl {
  authority: StandInAuthority;
  path: string;
  der: Uint8Array;
}

export interface StandIn {
  readonly root: StandInAuthority;
  readonly user: StandInAuthority;
  readonly infrastructure: StandInAuthority;
  readonly product: StandInAuthority;
  /** The four, root first. */
  readonly authorities: readonly StandInAuthority[];
  readonly catalogue: StandInCatalogue;
  /** Puts a certificate on its authority's CRLs from `revocationDate` on. */
  revoke(certificate: Issued, entry: Omit<CrlEntryInput, 'serialNumber'>): void;
  /**
   * The authority's CRL as of `thisUpdate`: every revocation up to then, nextUpdate by the published validity, CRL
   * number by the clock (its seconds), so that a later CRL always has a higher number. Anything can be overridden.
   */
  issueCrl(authority: StandInAuthority, thisUpdate: Date, overrides?: Partial<CrlInput>): Uint8Array;
  /** The CRLs of all four as of `thisUpdate`. */
  issueCrls(thisUpdate: Date): PublishedCrl[];
}

interface Shape {
  part: AuthorityPart;
  title: string;
  years: number;
  crlValidity: 'P6M' | 'P10D';
  issuesFor: string[];
}

const shapes: readonly Shape[] = [
  { part: 'root', title: 'Root CA', years: 15, crlValidity: 'P6M', issuesFor: [] },
  { part: 'user', title: 'User CA', years: 10, crlValidity: 'P10D', issuesFor: ['smime', 'document'] },
  {
    part: 'infrastructure',
    title: 'Infrastructure CA',
    years: 10,
    crlValidity: 'P10D',
    issuesFor: ['tls-server', 'tls-client', 'webpki-server'],
  },
  {
    part: 'product',
    title: 'PRODUCT CA',
    years: 10,
    crlValidity: 'P10D',
    issuesFor: ['device', 'tls-client'],
  },
];

export function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * 86_400_000);
}

/** The same day of the month and time, some months on; a day that the month lacks becomes its last. */
export function addMonths(date: Date, months: number): Date {
  const moved = new Date(date);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const last = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(date.getUTCDate(), last));
  return moved;
}

export const addYears = (date: Date, years: number): Date => addMonths(date, 12 * years);

/** Ten in the morning UTC: the same calendar day in Europe/Berlin, summer and winter. */
const morningOf = (date: Date): Date =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), 10));

const day = (date: Date): string => date.toISOString().slice(0, 10);

function keyFacts(keys: KeyPair): { type: string; size: number } {
  const details = keys.publicKey.asymmetricKeyDetails;
  if (details?.modulusLength !== undefined)
    return { type: keys.algorithm.slice(0, 3).toUpperCase(), size: details.modulusLength };
  const curveSize = Number(/\d+$/.exec(keys.algorithm)?.[0] ?? 0);
  return keys.algorithm.startsWith('ec-') ? { type: 'EC', size: curveSize } : { type: 'EdDSA', size: curveSize };
}

const fingerprint = (hash: string, der: Uint8Array): string => createHash(hash).update(der).digest('hex');

interface AuthorityInput {
  shape: Shape;
  id: string;
  label: string;
  keys: KeyPair;
  from: Date;
  crlBaseUrl: string;
  parent?: StandInAuthority;
}

function issueAuthority(input: AuthorityInput): StandInAuthority {
  const { shape, parent } = input;
  const commonName = `${input.label} ${shape.title} (not Unify)`;
  const notBefore = morningOf(input.from);
  const issued = issueCertificate({
    subject: `C=DE,O=${input.label} PKI,CN=${commonName}`,
    keys: input.keys,
    notBefore,
    notAfter: addYears(notBefore, shape.years),
    ...(parent === undefined ? {} : { issuer: parent }),
    extensions: {
      basicConstraints: parent === undefined ? { ca: true } : { ca: true, pathLength: 0 },
      keyUsage: ['keyCertSign', 'cRLSign'],
      ...(parent === undefined ? {} : { crlDistributionPoints: [parent.crlUrl] }),
    },
  });
  const id = `${input.id}-${shape.part}`;
  const crlPath = `/${id}.crl`;
  return { ...issued, id, part: shape.part, commonName, crlPath, crlUrl: `${input.crlBaseUrl}${crlPath}` };
}

function catalogueEntry(authority: StandInAuthority, shape: Shape): CatalogueEntry {
  return {
    id: authority.id,
    name: authority.commonName,
    role: shape.part === 'root' ? 'root' : 'issuing',
    issuesFor: shape.issuesFor,
    validFrom: day(authority.notBefore),
    validTo: day(authority.notAfter),
    key: keyFacts(authority.keys),
    fingerprints: {
      md5: fingerprint('md5', authority.certificate),
      sha1: fingerprint('sha1', authority.certificate),
    },
    crlValidity: shape.crlValidity,
    crlUrls: [authority.crlUrl],
  };
}

function crlEnd(shape: Shape, thisUpdate: Date): Date {
  return shape.crlValidity === 'P6M' ? addMonths(thisUpdate, 6) : addDays(thisUpdate, 10);
}

const sameName = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

/** Makes a whole stand-in PKI: four authorities, their catalogue, and CRLs on demand. */
export function createStandIn(input: StandInInput): StandIn {
  const { id = 'stand-in', label = 'Stand-in', algorithm = 'rsa-2048', now } = input;
  const crlBaseUrl = input.crlBaseUrl.replace(/\/$/, '');
  const issue = (shape: Shape, from: Date, parent?: StandInAuthority): StandInAuthority => {
    const keys = sharedKeys(algorithm, `${input.keySlot ?? id}/${shape.part}`);
    return issueAuthority({ shape, id, label, keys, from, crlBaseUrl, ...(parent === undefined ? {} : { parent }) });
  };
  const [rootShape, userShape, infrastructureShape, productShape] = shapes as [Shape, Shape, Shape, Shape];
  const issuingFrom = input.issuingFrom ?? addYears(now, -2);
  const root = issue(rootShape, input.rootFrom ?? addYears(now, -3));
  const user = issue(userShape, issuingFrom, root);
  const infrastructure = issue(infrastructureShape, issuingFrom, root);
  const product = issue(productShape, issuingFrom, root);
  const authorities = [root, user, infrastructure, product];
  const shapeOf = (authority: StandInAuthority): Shape => shapes[authorities.indexOf(authority)] ?? userShape;
  const revocations: { issuer: Issuer['name']; entry: CrlEntryInput }[] = [];

  const crlOf: StandIn['issueCrl'] = (authority, thisUpdate, overrides = {}) =>
    issueCrl({
      issuer: authority,
      thisUpdate,
      nextUpdate: crlEnd(shapeOf(authority), thisUpdate),
      crlNumber: Math.floor(thisUpdate.getTime() / 1000),
      entries: revocations
        .filter(({ issuer, entry }) => sameName(issuer, authority.name) && entry.revocationDate <= thisUpdate)
        .map(({ entry }) => entry),
      ...overrides,
    });

  return {
    root,
    user,
    infrastructure,
    product,
    authorities,
    catalogue: {
      schema: 1,
      id,
      name: `${label} PKI (not Unify)`,
      source: 'made by the stand-in for demonstrations and tests; never to be trusted',
      authorities: authorities.map((authority) => catalogueEntry(authority, shapeOf(authority))),
    },
    revoke: (certificate, entry) => {
      revocations.push({ issuer: certificate.issuerName, entry: { ...entry, serialNumber: certificate.serialNumber } });
    },
    issueCrl: crlOf,
    issueCrls: (thisUpdate) =>
      authorities.map((authority) => ({ authority, path: authority.crlPath, der: crlOf(authority, thisUpdate) })),
  };
}
