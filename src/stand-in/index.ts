/**
 * What the stand-in offers to the demo, the tests and the benches. Importing it loads @peculiar/x509 and pkijs,
 * which takes some tenths of a second: import it lazily where that matters.
 */

export * as asn1 from './asn1.js';
export { pem } from './asn1.js';
export {
  type CertificateInput,
  type Issued,
  type Issuer,
  issueCertificate,
  randomSerialNumber,
} from './certificate.js';
export * from './crl.js';
export * from './distribution-point.js';
export * from './end-entities.js';
export type * from './extensions.js';
export {
  generateKeys,
  type HashName,
  type KeyAlgorithm,
  type KeyPair,
  keyPairFrom,
  type SignatureOptions,
  sharedKeys,
  signatureAlgorithm,
  signBytes,
  withoutParameters,
} from './keys.js';
export * from './message.js';
export { encodeGeneralName, encodeName, type GeneralNameInput, type NameInput } from './names.js';
export * from './pki.js';
export * from './sample-messages.js';
export * from './samples.js';
export {
  attribute,
  attributeTypes,
  certificateBundle,
  contentTypes,
  type SignedDataInput,
  type SignerInput,
  signedData,
} from './signed-data.js';
export * from './timestamp.js';
