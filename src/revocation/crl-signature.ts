/** RFC 5280 §6.3.3 (f) with RFC 10007, (g), for one CRL and one certificate: may it sign CRLs, and does its key fit the signature? */
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

/**
 * (f): cRLSign. Without keyUsage only an authority may: what was certified for something else must not speak for a CRL issuer
 * because it bears its name. Here RFC 10007 §4 refuses every version 3 certificate and asks nothing of older ones. We let an
 * authority's pass, since who may issue certificates can issue one with cRLSign; and of the older ones only what is known to
 * be an authority (`isAuthority`: of the path, or pinned), an old root.
 */
export function maySignCrls({ keyUsage, basicConstraints }: Certificate, isAuthority: boolean): boolean {
  if (keyUsage === undefined) return isAuthority || basicConstraints?.cA === true;
  return (keyUsage & keyUsageBit.cRLSign) !== 0;
}
