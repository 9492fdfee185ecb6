/** The public API, nothing else. */
export type { Finding, Status } from './findings/finding.js';
export type { FindingCode, Severity } from './findings/table.js';
export { type IndexedCrl, indexCrl } from './revocation/index-crl.js';
export { type Authority, type Catalogue, loadCatalogue } from './trust/catalogue.js';
export { verifyCertificate } from './verify/certificate.js';
export {
  type CertificateReport,
  inspectCertificate,
  type ReportedExtension,
  type ReportedName,
} from './verify/inspect.js';
export { createMessageVerifier, verifyMessage } from './verify/message.js';
export { createTrust, type Refusal, type Trust, type TrustInput } from './verify/snapshot.js';
export type * from './verify/types.js';
