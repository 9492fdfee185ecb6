/** How certificates are written in verdicts. */
import { toHex } from '../der/octets.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { CertificateSource } from '../trust/trust-store.js';
import type { CertificateSummary } from './types.js';

export function summarize(known: KnownCertificate, source: CertificateSource): CertificateSummary {
  const { certificate, sha256 } = known;
  const authority = known.pinned === undefined ? undefined : source.authorityOf(known)?.authority.id;
  const summary: CertificateSummary = {
    subject: known.subjectText,
    issuer: known.issuerText,
    serialNumber: toHex(certificate.serialNumber),
    sha256,
    notBefore: known.notBeforeText,
    notAfter: known.notAfterText,
  };
  if (authority !== undefined) summary.authority = authority;
  return summary;
}
