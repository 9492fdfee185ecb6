/**
 * RFC 5280 §6.3.3 (b) to (e): may this CRL speak for this certificate, and about which reasons? Names of distribution
 * points, the flags of the issuingDistributionPoint each on its own, the reasons mask. Who signed is signer.ts' question.
 *
 * The RFC asks the distribution points of the certificate first and then, where the status is still open, one that stands for
 * the certificate's issuer itself. Here both are asked always: more evidence never hurts.
 */
import { equalOctets } from '../der/octets.js';
import { nameKey } from '../names/distinguished-name.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { type Certificate, findExtension } from '../x509/certificate.js';
import type { IssuingDistributionPoint } from '../x509/crl.js';
import { type DistributionPoint, extensionOid, readAlternativeNames } from '../x509/extensions.js';
import { type AttributeTypeAndValue, type GeneralName, generalNameTag, type Name } from '../x509/name.js';
import type { CrlSource } from './evidence.js';
import type { HeldCrl } from './held-crl.js';

/** Bits 1 to 8 of ReasonFlags (§4.2.1.13); bit 0 is unused. */
export const allReasons = 0x1fe;
export const holdReason = 1 << 6;

/** A CRL that is in scope, and the reasons that it covers for the certificate. */
export interface ApplicableCrl {
  readonly crl: HeldCrl;
  readonly reasons: number;
}

export interface Scope {
  readonly applicable: readonly ApplicableCrl[];
  /** Why CRLs of the right name were left out: a few sentences at most. */
  readonly refused: ReadonlySet<string>;
}

/** Points of one certificate that are looked at. Far above what is seen; each costs a walk over the CRLs of a name. */
const maximumPoints = 32;

/** All CRLs held that may speak for `subject`, latest first. */
export function scopeOf(subject: KnownCertificate, source: CrlSource): Scope {
  const search: Search = { subject, applicable: [], refused: undefined };
  const points = subject.certificate.cRLDistributionPoints;
  if (points === undefined) lookAt(source.byIssuer(subject.issuerKey), onlyImplicit, search);
  else for (const [issuerKey, asked] of byIssuer(points, subject)) lookAt(source.byIssuer(issuerKey), asked, search);
  return { applicable: search.applicable, refused: search.refused ?? nothingRefused };
}

const nothingRefused: ReadonlySet<string> = new Set();

/** The points by the names that the issuer of a CRL may have there. */
function byIssuer(
  points: readonly DistributionPoint[],
  subject: KnownCertificate,
): ReadonlyMap<string, readonly DistributionPoint[]> {
  const own: DistributionPoint[] = [];
  const byKey = new Map([[subject.issuerKey, own]]);
  for (const point of points.slice(0, maximumPoints)) {
    if (point.cRLIssuer === undefined) own.push(point);
    else {
      for (const issuerKey of issuersOf(point.cRLIssuer)) {
        const others = byKey.get(issuerKey);
        if (others === undefined) byKey.set(issuerKey, [point]);
        else others.push(point);
      }
    }
  }
  own.push(implicitPoint);
  return byKey;
}

/** §6.3.3, last paragraph: both reasons and cRLIssuer omitted, the names those of the certificate's issuer (`namesOfIssuer`). */
const implicitPoint: DistributionPoint = {
  fullName: undefined,
  nameRelativeToCRLIssuer: undefined,
  reasons: undefined,
  cRLIssuer: undefined,
};

const onlyImplicit: readonly DistributionPoint[] = [implicitPoint];

interface Search {
  readonly subject: KnownCertificate;
  readonly applicable: ApplicableCrl[];
  refused: Set<string> | undefined;
}

/** (b)(1): the names that the CRL's issuer may have where the point names it. */
function issuersOf(cRLIssuer: readonly GeneralName[]): ReadonlySet<string> {
  return new Set(cRLIssuer.flatMap(({ name }) => (name === undefined ? [] : [nameKey(name)])));
}

/** Those of the CRLs of one name that may speak by way of one of the points. */
function lookAt(crls: readonly HeldCrl[], points: readonly DistributionPoint[], search: Search): void {
  // The same issuingDistributionPoint has the same answer: worked out once for a history of hundreds.
  const answers = crls.length < 2 ? undefined : new Map<string, number>();
  for (const crl of crls) {
    const reasons = answers?.get(crl.scopeKey) ?? reasonsCovered(crl, points, search);
    answers?.set(crl.scopeKey, reasons);
    if (reasons !== 0) search.applicable.push({ crl, reasons });
  }
}

/** The reasons that the CRL covers by way of all points together; why it speaks by way of none or some of them is kept. */
function reasonsCovered(crl: HeldCrl, points: readonly DistributionPoint[], search: Search): number {
  let reasons = 0;
  for (const point of points) {
    const answer = judgeScope(point, crl, search.subject);
    if (typeof answer === 'number') reasons |= answer;
    else search.refused = (search.refused ?? new Set()).add(answer);
  }
  return reasons;
}

/** The reasons that the CRL covers by way of this point, or why it is out of scope. */
function judgeScope(point: DistributionPoint, crl: HeldCrl, subject: KnownCertificate): number | string {
  const scope = crl.list.issuingDistributionPoint;
  // (b)(1) A CRL of another issuer than the certificate's must say that it is indirect.
  if (point.cRLIssuer !== undefined && scope?.indirectCRL !== true) return 'it is not an indirect CRL';
  if (scope === undefined) return reasonsOf(point, undefined) || noReason;
  // (b)(2)(i)
  if (!namesMatch(point, scope, crl, subject)) return 'it is for another distribution point';
  const isAuthority = subject.certificate.basicConstraints?.cA === true;
  // (ii) to (iv)
  if (scope.onlyContainsUserCerts && isAuthority) return 'it is for end entities only';
  if (scope.onlyContainsCACerts && !isAuthority) return 'it is for authorities only';
  if (scope.onlyContainsAttributeCerts) return 'it is for attribute certificates only';
  return reasonsOf(point, scope.onlySomeReasons) || noReason;
}

const noReason = 'it is for other reasons than its distribution point';

/** (d) interim_reasons_mask. */
function reasonsOf(point: DistributionPoint, onlySomeReasons: number | undefined): number {
  return (point.reasons ?? allReasons) & (onlySomeReasons ?? allReasons) & allReasons;
}

function namesMatch(
  point: DistributionPoint,
  scope: IssuingDistributionPoint,
  crl: HeldCrl,
  subject: KnownCertificate,
): boolean {
  const issued = fullNames(scope, crl.list.issuer);
  if (issued.length === 0) return true;
  // §4.2.1.13: a relative name in the certificate is relative to the cRLIssuer, or else to the certificate's issuer.
  const relativeTo = point.cRLIssuer?.find(({ name }) => name !== undefined)?.name ?? subject.certificate.issuer;
  const asked = point === implicitPoint ? namesOfIssuer(subject.certificate) : fullNames(point, relativeTo);
  const names = asked.length > 0 ? asked : (point.cRLIssuer ?? []);
  return names.some((name) => issued.some((other) => sameGeneralName(name, other)));
}

function namesOfIssuer({ issuer, extensions }: Certificate): readonly GeneralName[] {
  const name: GeneralName = { tag: generalNameTag.directoryName, value: issuer.der, name: issuer };
  const alternatives = findExtension(extensions, extensionOid.issuerAltName);
  return alternatives === undefined ? [name] : [name, ...readAlternativeNames(alternatives.value, 'issuerAltName')];
}

type PointName = Pick<DistributionPoint, 'fullName' | 'nameRelativeToCRLIssuer'>;

function fullNames(point: PointName, relativeTo: Name): readonly GeneralName[] {
  if (point.fullName !== undefined) return point.fullName;
  if (point.nameRelativeToCRLIssuer === undefined) return [];
  const name = append(relativeTo, point.nameRelativeToCRLIssuer);
  return [{ tag: generalNameTag.directoryName, value: new Uint8Array(0), name }];
}

/** Compared by its relative names only: the octets of such a name exist nowhere. */
function append(base: Name, relative: readonly AttributeTypeAndValue[]): Name {
  const attributes = base.attributes + relative.length;
  return { der: new Uint8Array(0), rdns: [...base.rdns, relative], attributes, irregular: base.irregular };
}

/** Directory names by §7.1; all other forms octet by octet: these names are labels, not addresses to be resolved. */
function sameGeneralName(a: GeneralName, b: GeneralName): boolean {
  if (a.tag !== b.tag) return false;
  if (a.name !== undefined && b.name !== undefined) return nameKey(a.name) === nameKey(b.name);
  return equalOctets(a.value, b.value);
}
