/**
 * CertificateList (RFC 5280 §5): an immutable view over the header, the extensions and the signature. The entries are
 * only bounded here; the revocation room walks them once, in place, since a list may have a million of them.
 */
import {
  contextConstructed,
  contextPrimitive,
  DerError,
  DerReader,
  enterWhole,
  type Parsed,
  parsed,
  readWhole,
  tag,
} from '../der/reader.js';
import { readGeneralizedTime, readTime } from '../der/time.js';
import { type AlgorithmIdentifier, readAlgorithm } from './algorithm.js';
import { readSignatureValue, sameAlgorithm } from './certificate.js';
import {
  type AuthorityKeyIdentifier,
  type DistributionPoint,
  type Extension,
  extensionOid,
  readAlternativeNames,
  readAuthorityKeyIdentifier,
  readDistributionPointName,
  readDistributionPoints,
  readExtensions,
  readNamedBits,
} from './extensions.js';
import { type AttributeTypeAndValue, type GeneralName, type Name, readName } from './name.js';

/** IssuingDistributionPoint (§5.2.5). */
export interface IssuingDistributionPoint {
  readonly fullName: readonly GeneralName[] | undefined;
  readonly nameRelativeToCRLIssuer: readonly AttributeTypeAndValue[] | undefined;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  /** ReasonFlags, bit n at 1 << n; undefined is all reasons. */
  readonly onlySomeReasons: number | undefined;
  readonly indirectCRL: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

export interface CertificateList {
  /** The received octets. */
  readonly der: Uint8Array;
  /** The octets that the signature is over. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** False where the inner and the outer algorithm differ (§5.1.1.2). */
  readonly algorithmsAgree: boolean;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  /** Offsets in `der` of the content of revokedCertificates; empty region when absent. */
  readonly entries: { readonly start: number; readonly end: number };
  readonly extensions: readonly Extension[];
  /** Content octets of the INTEGER. */
  readonly cRLNumber: Uint8Array | undefined;
  /** BaseCRLNumber; present in delta CRLs only. */
  readonly deltaCRLIndicator: Uint8Array | undefined;
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly freshestCRL: readonly DistributionPoint[] | undefined;
  /** ITU-T X.509 §9.5.2.8: entries of certificates that expired since then are kept. */
  readonly expiredCertsOnCRL: number | undefined;
  /** Times of the header in the form that §5.1.2.4 asks for. */
  readonly canonicalTimes: boolean;
}

export const maximumCrlOctets = 64 * 1024 * 1024;

/** Reads one DER CRL that fills `der` to the end; its entries are bounded, not read. */
export function parseCrl(der: Uint8Array): Parsed<CertificateList> {
  return parsed(() => readCrl(der));
}

function readCrl(der: Uint8Array): CertificateList {
  if (der.length > maximumCrlOctets) throw new DerError('a CRL of at most 64 MiB', `${der.length} octets`);
  const outer = new DerReader(der);
  const sequence = outer.enter(tag.sequence, 'a CRL');
  outer.finish('the CRL');
  const tbsStart = sequence.position;
  const list = sequence.enter(tag.sequence, 'tbsCertList');
  const tbs = der.subarray(tbsStart, sequence.position);
  const signatureAlgorithm = readAlgorithm(sequence, 'signatureAlgorithm');
  const signature = readSignatureValue(sequence);
  sequence.finish('the CRL');

  // version OPTIONAL: absent is v1, present must be v2.
  let version: 1 | 2 = 1;
  if (list.peek() === tag.integer) {
    if (list.unsigned('the version of a CRL', 1) !== 1)
      throw new DerError('version 2 of a CRL', 'version 1 written out');
    version = 2;
  }
  const innerAlgorithm = readAlgorithm(list, 'signature');
  const issuer = readName(list, 'the issuer');
  const thisUpdate = readTime(list, 'thisUpdate');
  const hasNext = list.peek() === tag.utcTime || list.peek() === tag.generalizedTime;
  const nextUpdate = hasNext ? readTime(list, 'nextUpdate') : undefined;
  let entries = { start: list.position, end: list.position };
  if (list.peek() === tag.sequence) entries = list.region(tag.sequence, 'revokedCertificates');
  let extensions: Extension[] = [];
  if (list.peek() === contextConstructed(0)) {
    if (version === 1) throw new DerError('a version 1 CRL without extensions', 'extensions');
    const explicit = list.enter(contextConstructed(0), 'crlExtensions');
    extensions = readExtensions(explicit, 'the CRL');
    explicit.finish('crlExtensions');
  }
  list.finish('tbsCertList');
  return {
    der,
    tbs,
    version,
    signatureAlgorithm,
    algorithmsAgree: sameAlgorithm(innerAlgorithm, signatureAlgorithm),
    signature,
    issuer,
    thisUpdate: thisUpdate.milliseconds,
    nextUpdate: nextUpdate?.milliseconds,
    entries,
    extensions,
    canonicalTimes: thisUpdate.canonical && (nextUpdate?.canonical ?? true),
    ...readKnownExtensions(extensions),
  };
}

function readKnownExtensions(extensions: readonly Extension[]) {
  const read = <T>(oid: string, reader: (value: Uint8Array) => T): T | undefined => {
    const extension = extensions.find((candidate) => candidate.oid === oid);
    return extension === undefined ? undefined : reader(extension.value);
  };
  read(extensionOid.issuerAltName, (value) => readAlternativeNames(value, 'issuerAltName'));
  return {
    cRLNumber: read(extensionOid.cRLNumber, (value) => readCrlNumber(value, 'cRLNumber')),
    deltaCRLIndicator: read(extensionOid.deltaCRLIndicator, (value) => readCrlNumber(value, 'deltaCRLIndicator')),
    issuingDistributionPoint: read(extensionOid.issuingDistributionPoint, readIssuingDistributionPoint),
    authorityKeyIdentifier: read(extensionOid.authorityKeyIdentifier, readAuthorityKeyIdentifier),
    freshestCRL: read(extensionOid.freshestCRL, (value) => readDistributionPoints(value, 'freshestCRL')),
    expiredCertsOnCRL: read(extensionOid.expiredCertsOnCRL, (value) =>
      readWhole(value, 'expiredCertsOnCRL', (reader) => readGeneralizedTime(reader, 'expiredCertsOnCRL')),
    ),
  };
}

/** CRLNumber ::= INTEGER (0..MAX), at most 20 octets by §5.2.3; a little more is let through, since it is only compared. */
function readCrlNumber(value: Uint8Array, what: string): Uint8Array {
  return readWhole(value, what, (reader) => {
    const number = reader.integer(what);
    if ((number[0] as number) >= 0x80) throw new DerError(what, 'a negative INTEGER');
    if (number.length > 32) throw new DerError(what, 'an INTEGER of more than 32 octets');
    return number;
  });
}

function readIssuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  const what = 'issuingDistributionPoint';
  const sequence = enterWhole(value, tag.sequence, what);
  const name = readDistributionPointName(sequence, what);
  const flag = (number: number) =>
    sequence.peek() === contextPrimitive(number) ? sequence.boolean(what, contextPrimitive(number)) : false;
  const onlyContainsUserCerts = flag(1);
  const onlyContainsCACerts = flag(2);
  const onlySomeReasons =
    sequence.peek() === contextPrimitive(3) ? readNamedBits(sequence, what, contextPrimitive(3)) : undefined;
  const indirectCRL = flag(4);
  const onlyContainsAttributeCerts = flag(5);
  sequence.finish(what);
  const scopes = [onlyContainsUserCerts, onlyContainsCACerts, onlyContainsAttributeCerts].filter(Boolean).length;
  // §5.2.5: at most one of the three.
  if (scopes > 1) throw new DerError(what, 'more than one of the flags onlyContains…');
  return {
    ...name,
    onlyContainsUserCerts,
    onlyContainsCACerts,
    onlySomeReasons,
    indirectCRL,
    onlyContainsAttributeCerts,
  };
}
