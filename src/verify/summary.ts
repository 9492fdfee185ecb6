/** How certificates and times are written in verdicts. */
import { toHex } from '../der/octets.js';
import { formatName } from '../names/format-name.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { CertificateSource } from '../trust/trust-store.js';
import type { CertificateSummary } from './types.js';

export function summarize(known: KnownCertificate, source: CertificateSource): CertificateSummary {
  const { certificate, sha256 } = known;
  const authority = known.pinned === undefined ? undefined : source.authorityOf(known)?.authority.id;
  return {
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    serialNumber: toHex(certificate.serialNumber),
    sha256,
    notBefore: isoTime(certificate.notBefore),
    notAfter: isoTime(certificate.notAfter),
    ...(authority === undefined ? {} : { authority }),
  };
}

/** RFC 3339 in UTC, whole seconds where the time is whole. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}
