/**
 * The authorities whose CRLs are needed: those of the catalogues, with the certificates installed for them and every
 * URL known for their CRLs. URLs come from the catalogue, from the distribution points of certificates that an
 * authority signed (checked here, or when they were harvested), and from nowhere else: whoever could add one could make
 * this machine connect to it.
 */
import { verifySignature } from '../crypto/signature.js';
import { toHex } from '../der/octets.js';
import type { KnownUrl, Store } from '../store/port.js';
import type { Authority, Catalogue } from '../trust/catalogue.js';
import { KnownCertificate } from '../trust/known-certificate.js';
import { createPins, factDifferences } from '../trust/pins.js';
import { type Certificate, parseCertificate } from '../x509/certificate.js';
import type { DistributionPoint } from '../x509/extensions.js';
import { generalNameTag } from '../x509/name.js';

export interface NeededAuthority {
  readonly catalogue: Catalogue;
  readonly authority: Authority;
  /** Installed, pinned, and with the published facts or confirmed. */
  readonly certificate?: KnownCertificate;
  /** Installed, but its facts differ from the published ones and nobody has confirmed it: it is not used. */
  readonly disputed: boolean;
  readonly notAfter?: number;
  readonly urls: readonly string[];
}

const day = 86_400_000;
/** With a host: directory products write ldap:///cn=…, which only their own clients can resolve. */
const fetchable = /^(https?|ldaps?):\/\/[^/]/i;
/** What the fetcher and the store's index take. */
const maximumUrl = 2_048;

export async function readAuthorities(store: Store, catalogues: readonly Catalogue[]): Promise<NeededAuthority[]> {
  const [installed, known] = await Promise.all([store.authorities(), store.knownUrls()]);
  const pins = createPins(catalogues);
  const certificates = installed.flatMap(({ der, sha256 }) => {
    const pinned = pins.match(der, sha256);
    const parsed = parseCertificate(der);
    return pinned === undefined || !parsed.ok ? [] : [new KnownCertificate(parsed.value, sha256, pinned)];
  });
  return catalogues.flatMap((catalogue) =>
    catalogue.authorities.map((authority) => describe(catalogue, authority, certificates, known)),
  );
}

function describe(
  catalogue: Catalogue,
  authority: Authority,
  certificates: readonly KnownCertificate[],
  known: readonly KnownUrl[],
): NeededAuthority {
  const held = certificates.find(({ pinned }) => pinned?.catalogue === catalogue && pinned.authority === authority);
  const disputed =
    held !== undefined && !authority.confirmed && factDifferences(authority, held.certificate).length > 0;
  const certificate = disputed ? undefined : held;
  const notAfter = certificate?.certificate.notAfter ?? endOfDay(authority.validTo);
  const urls = new Set(authority.crlUrls.map((url) => new URL(url).href));
  for (const item of known) {
    if (item.catalogue === catalogue.id && item.authority === authority.id) urls.add(item.url);
  }
  if (certificate !== undefined) {
    for (const other of certificates) {
      if (other !== certificate && hasSigned(certificate, other))
        for (const url of crlUrlsOf(other.certificate)) urls.add(url);
    }
  }
  return {
    catalogue,
    authority,
    disputed,
    urls: [...urls],
    ...(certificate === undefined ? {} : { certificate }),
    ...(notAfter === undefined ? {} : { notAfter }),
  };
}

/** The published day has no time zone: a day more covers all of them. */
const endOfDay = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(`${text}T00:00:00Z`) + 2 * day;

/** True where `issuer` is named as the issuer of `child` and its key fits the signature (RFC 5280 §6.1.3 (a)). */
export function hasSigned(issuer: KnownCertificate, child: KnownCertificate): boolean {
  if (issuer.subjectKey !== child.issuerKey || !issuer.loadedKey.ok) return false;
  const { signatureAlgorithm, tbs, signature } = child.certificate;
  return verifySignature(signatureAlgorithm, tbs, signature, issuer.loadedKey.value).verdict === 'good';
}

/** The URLs of a certificate's CRL distribution points that can be fetched (RFC 5280 §4.2.1.13, §4.2.1.15). */
export function crlUrlsOf(certificate: Pick<Certificate, 'cRLDistributionPoints' | 'freshestCRL'>): string[] {
  const points: DistributionPoint[] = [
    ...(certificate.cRLDistributionPoints ?? []),
    ...(certificate.freshestCRL ?? []),
  ];
  const urls = points
    .flatMap((point) => point.fullName ?? [])
    .filter(({ tag }) => tag === generalNameTag.uniformResourceIdentifier)
    .map(({ value }) => Buffer.from(value).toString('latin1'))
    .filter((url) => fetchable.test(url) && URL.canParse(url))
    // The parsed form: plain ASCII, and the same for every spelling.
    .map((url) => new URL(url).href)
    .filter((url) => url.length <= maximumUrl);
  return [...new Set(urls)];
}

export const serialOf = (certificate: Certificate): string => toHex(certificate.serialNumber);
