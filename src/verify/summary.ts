/** How certificates are written in verdicts. */
import { toHex } from '../der/octets.js';
import { formatTime } from '../der/time.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { CertificateSource } from '../trust/trust-store.js';
import type { CertificateSummary } from './types.js';

export function summarize(known: KnownCertificate, source: CertificateSource): CertificateSummary {
  const { certificate, sha256 } = known;
  const authority = known.pinned === undefined ? undefined : source.authorityOf(known)?.authority.id;
  return {
    subject: known.subjectText,
    issuer: known.issuerText,
    serialNumber: toHex(certificate.serialNumber),
    sha256,
    notBefore: formatTime(certificate.notBefore),
    notAfter: formatTime(certificate.notAfter),
    ...(authority === undefined ? {} : { authority }),
  };
}
