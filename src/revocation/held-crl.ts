/**
 * One CRL, ready to be asked: its header, what follows from it and is worked out once, and the way to its entries. What
 * stands here is evidence, not judgement: a CRL with a bad signature is held as well, and says so when asked.
 */

import { latin1 } from '../der/octets.js';
import { formatTime } from '../der/time.js';
import { nameKey } from '../names/distinguished-name.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { type CertificateList, parseCrl } from '../x509/crl.js';
import { type Extension, extensionOid } from '../x509/extensions.js';
import { brokenDuties } from './crl-conformance.js';
import { type CrlEntry, readEntry } from './entry.js';
import { type IndexedCrl, issuerEntryOf } from './index-crl.js';
import { findEntries } from './serial-table.js';

/** An entry together with the authority that it speaks of. */
export interface ListedEntry {
  readonly entry: CrlEntry;
  /** Name keys of the certificateIssuer in force there, none if it has no directory name; undefined: the issuer of the CRL. */
  readonly issuerKeys: readonly string[] | undefined;
}

/** How the entries of a CRL are found: in its own index, or in the timeline of a compacted history. */
export interface EntrySource {
  readonly entryCount: number;
  readonly unknownCriticalEntry: string | undefined;
  find(serialNumber: Uint8Array): readonly ListedEntry[];
}

/** One CRL, ready to be asked. */
export interface HeldCrl {
  readonly list: CertificateList;
  readonly sha256: string;
  /** Name key of the issuer. */
  readonly issuerKey: string;
  /** Equal for CRLs whose issuingDistributionPoint is the same, octet by octet. */
  readonly scopeKey: string;
  readonly number: bigint | undefined;
  /** BaseCRLNumber: this is a delta CRL. */
  readonly base: bigint | undefined;
  readonly entries: EntrySource;
  readonly existedBy: number | undefined;
  /** OID of a critical extension that is not understood, of the CRL or of one of its entries. */
  readonly unknownCritical: string | undefined;
  /** What its issuer did against RFC 5280 §5 and a verifier can live without. */
  readonly duties: readonly string[];
  /** How it is named as evidence. */
  readonly summary: CrlSummary;
  /** Whether a certificate's key fits its signature, as far as asked; never deciding. */
  readonly signatures: WeakMap<KnownCertificate, CrlSignature>;
  /** Keys (publicKeyId) that its signature fits, where that was settled when its history was compacted. */
  readonly verifiedKeys?: ReadonlySet<string>;
  /** Brought by the request: work on it is the request's and paid from its budget. */
  readonly brought: boolean;
}

/** The contract's `evidence`: `crlNumber` decimal, times RFC 3339. */
export interface CrlSummary {
  kind: 'crl' | 'ocsp';
  sha256: string;
  crlNumber?: string;
  thisUpdate: string;
  nextUpdate?: string;
}

/** Answer to: does this key fit the signature of this CRL? */
export type CrlSignature = 'good' | 'bad' | 'unknown';

/** An index made ready for questions; undefined where the octets are no CRL after all. */
export function holdCrl(indexed: IndexedCrl, brought = false): HeldCrl | undefined {
  if (indexed.failure !== undefined) return undefined;
  const parsed = parseCrl(indexed.der);
  if (!parsed.ok) return undefined;
  return heldCrl(parsed.value, {
    sha256: indexed.sha256,
    entries: indexSource(indexed, parsed.value),
    existedBy: indexed.existedBy,
    brought,
    ...(indexed.verifiedKeys === undefined ? {} : { verifiedKeys: new Set(indexed.verifiedKeys) }),
  });
}

export function heldCrl(
  list: CertificateList,
  rest: Pick<HeldCrl, 'sha256' | 'entries' | 'existedBy' | 'brought' | 'verifiedKeys'>,
): HeldCrl {
  const scope = list.extensions.find(({ oid }) => oid === extensionOid.issuingDistributionPoint);
  const number = toBigInt(list.cRLNumber);
  return {
    list,
    issuerKey: nameKey(list.issuer),
    scopeKey: scope === undefined ? '' : latin1(scope.value),
    number,
    base: toBigInt(list.deltaCRLIndicator),
    unknownCritical: unknownCriticalExtension(list.extensions) ?? rest.entries.unknownCriticalEntry,
    duties: brokenDuties(list),
    summary: {
      kind: 'crl',
      sha256: rest.sha256,
      ...(number === undefined ? {} : { crlNumber: number.toString() }),
      thisUpdate: formatTime(list.thisUpdate),
      ...(list.nextUpdate === undefined ? {} : { nextUpdate: formatTime(list.nextUpdate) }),
    },
    signatures: new WeakMap(),
    ...rest,
  };
}

/** Extensions of a CRL that are processed in scope.ts, observe.ts and status.ts (§5.2). */
const processedExtensions: ReadonlySet<string> = new Set([
  extensionOid.authorityKeyIdentifier,
  extensionOid.issuerAltName,
  extensionOid.cRLNumber,
  extensionOid.deltaCRLIndicator,
  extensionOid.issuingDistributionPoint,
  extensionOid.freshestCRL,
  extensionOid.authorityInfoAccess,
  extensionOid.expiredCertsOnCRL,
]);

/** The first critical extension that is not understood: §5.2 forbids to use such a CRL; here it still proves revocation. */
export function unknownCriticalExtension(extensions: readonly Extension[]): string | undefined {
  return extensions.find(({ oid, critical }) => critical && !processedExtensions.has(oid))?.oid;
}

/** A non-negative INTEGER from its content octets. */
function toBigInt(octets: Uint8Array | undefined): bigint | undefined {
  return octets === undefined ? undefined : BigInt(`0x${Buffer.from(octets).toString('hex')}`);
}

function indexSource(indexed: IndexedCrl, list: CertificateList): EntrySource {
  const read = (offset: number) => readEntry(indexed.der, offset, list.entries.end, list.version);
  return {
    entryCount: indexed.entryCount,
    unknownCriticalEntry: indexed.unknownCriticalEntry,
    find(serialNumber) {
      const offsets = findEntries(indexed, serialNumber);
      if (offsets.length === 0) return nothingListed;
      return offsets.map((offset) => {
        const issuer = issuerEntryOf(indexed, offset);
        const names = issuer === undefined ? undefined : read(issuer).certificateIssuer;
        const issuerKeys = names?.flatMap(({ name }) => (name === undefined ? [] : [nameKey(name)]));
        return { entry: read(offset), issuerKeys };
      });
    },
  };
}

const nothingListed: readonly ListedEntry[] = [];
