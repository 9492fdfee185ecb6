/**
 * One entry of revokedCertificates (RFC 5280 §5.1.2.6, §5.3), read on demand: the index keeps offsets only. Structure is
 * judged when the CRL is indexed, so reading an indexed entry cannot fail.
 *
 * A reason that the RFC does not define is read as "unspecified": the entry revokes all the same.
 */
import { DerError, DerReader, readWhole, tag } from '../der/reader.js';
import { readGeneralizedTime, readTime } from '../der/time.js';
import { type Extension, extensionOid, readExtensions } from '../x509/extensions.js';
import { type GeneralName, readGeneralNames } from '../x509/name.js';

/** CRLReason (§5.3.1) by its number. */
const reasonNames = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

export type CrlReason = NonNullable<(typeof reasonNames)[number]>;

export interface CrlEntry {
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  readonly revocationDate: number;
  /** Absent stands for unspecified (§5.3.1). */
  readonly reason: CrlReason;
  readonly invalidityDate: number | undefined;
  readonly certificateIssuer: readonly GeneralName[] | undefined;
  /** The OID of a critical extension that is not understood (§5.3). */
  readonly unknownCritical: string | undefined;
}

/** Reads the entry that starts at `offset`. Throws DerError where it breaks the grammar. */
export function readEntry(der: Uint8Array, offset: number, end: number, version: 1 | 2): CrlEntry {
  const entry = new DerReader(der, offset, end).enter(tag.sequence, 'an entry of the CRL');
  const serialNumber = entry.integer('the serial number of an entry');
  const revocationDate = readTime(entry, 'the revocationDate of an entry').milliseconds;
  let extensions: readonly Extension[] = [];
  if (!entry.done) {
    // §5.1.2.1: extensions demand version 2.
    if (version === 1) throw new DerError('an entry without extensions in a version 1 CRL', 'extensions');
    extensions = readExtensions(entry, 'an entry of the CRL');
  }
  entry.finish('an entry of the CRL');
  return { serialNumber, revocationDate, ...readEntryExtensions(extensions) };
}

function readEntryExtensions(extensions: readonly Extension[]) {
  let reason: CrlReason = 'unspecified';
  let invalidityDate: number | undefined;
  let certificateIssuer: GeneralName[] | undefined;
  let unknownCritical: string | undefined;
  for (const { oid, value, critical } of extensions) {
    if (oid === extensionOid.reasonCode) reason = readReason(value);
    else if (oid === extensionOid.invalidityDate)
      invalidityDate = readWhole(value, 'invalidityDate', (reader) => readGeneralizedTime(reader, 'invalidityDate'));
    else if (oid === extensionOid.certificateIssuer)
      certificateIssuer = readWhole(value, 'certificateIssuer', (reader) =>
        readGeneralNames(reader, 'certificateIssuer'),
      );
    else if (critical) unknownCritical ??= oid;
  }
  return { reason, invalidityDate, certificateIssuer, unknownCritical };
}

function readReason(value: Uint8Array): CrlReason {
  const number = readWhole(value, 'the reason of an entry', (reader) =>
    reader.unsigned('the reason of an entry', 255, tag.enumerated),
  );
  return reasonNames[number] ?? 'unspecified';
}
