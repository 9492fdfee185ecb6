/** How certificates are written in verdicts. */
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { CertificateSource } from '../trust/trust-store.js';
import type { CertificateSummary } from './types.js';

export function summarize(known: KnownCertificate, source: CertificateSource): CertificateSummary {
  const { subject, issuer, serialNumber, sha256, notBefore, notAfter } = known.facts;
  // A copy, field by field (spreading takes longer): a verdict is the caller's to change.
  const summary: CertificateSummary = { subject, issuer, serialNumber, sha256, notBefore, notAfter };
  const authority = known.pinned === undefined ? undefined : source.authorityOf(known)?.authority.id;
  if (authority !== undefined) summary.authority = authority;
  return summary;
}
