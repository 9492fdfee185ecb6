/** RFC 5280 §6.3.3 (f), (g), for one CRL and one certificate: may it sign CRLs, and does its key fit the signature? */
import type { PublicKey } from '../crypto/keys.js';
import { verifySignature } from '../crypto/signature.js';
import type { Certificate } from '../x509/certificate.js';
import type { CertificateList } from '../x509/crl.js';
import { keyUsageBit } from '../x509/extensions.js';
import type { CrlSignature } from './held-crl.js';

export function checkCrlSignature(list: CertificateList, key: PublicKey): CrlSignature {
  // §5.1.1.2: MUST contain the same algorithm identifier.
  if (!list.algorithmsAgree) return 'bad';
  const { verdict } = verifySignature(list.signatureAlgorithm, list.tbs, list.signature, key);
  return verdict === 'unsupported' ? 'unknown' : verdict;
}

/** (f): where keyUsage is present, cRLSign. */
export function maySignCrls({ certificate }: { readonly certificate: Certificate }): boolean {
  return certificate.keyUsage === undefined || (certificate.keyUsage & keyUsageBit.cRLSign) !== 0;
}
