/**
 * Who signed a CRL, and may they? (REVOCATION.md, "Accept or refuse", rule 1.) An authority signs its own; a delegated
 * signer must have a path to an anchor of the same catalogue, allowed to sign CRLs, valid when the CRL was issued. The
 * signature itself was looked at when the CRL was indexed, by the keys of all of them, and is not computed a second time.
 */

import { sha256Hex } from '../crypto/digest.js';
import { nameKey } from '../names/distinguished-name.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import { maySignCrls } from '../revocation/signer.js';
import { KnownCertificate } from '../trust/known-certificate.js';
import { verifyCertificate } from '../verify/certificate.js';
import { createTrust } from '../verify/snapshot.js';
import { parseCertificate } from '../x509/certificate.js';
import type { CertificateList } from '../x509/crl.js';
import type { NeededAuthority } from './authorities.js';

export interface CrlSigner {
  readonly certificate: KnownCertificate;
  /** The authority itself; undefined for a delegated signer. */
  readonly authority?: NeededAuthority;
}

export type SignerRefusal = 'crl_issuer_unknown' | 'crl_signature_invalid' | 'crl_signer_not_allowed';

/** A CRL that was read, and its index with the signature settled. */
export interface SettledList {
  readonly list: CertificateList;
  readonly indexed: Pick<IndexedCrl, 'verifiedKeys'>;
}

export function findSigner(
  { list, indexed }: SettledList,
  authorities: readonly NeededAuthority[],
  delegates: readonly Uint8Array[],
  now: number,
): CrlSigner | SignerRefusal {
  const issuer = nameKey(list.issuer);
  let refusal: SignerRefusal = 'crl_issuer_unknown';
  const own: CrlSigner[] = [];
  for (const authority of authorities) {
    const { certificate } = authority;
    if (certificate?.subjectKey !== issuer) continue;
    const answer = judge(indexed, certificate, true);
    if (answer === 'good') own.push({ certificate, authority });
    else refusal = answer;
  }
  // A certificate that was renewed with its key: whichever had not ended when the CRL was issued.
  const signer = own.find(({ certificate }) => certificate.certificate.notAfter >= list.thisUpdate) ?? own[0];
  if (signer !== undefined) return signer;
  for (const der of delegates) {
    const parsed = parseCertificate(der);
    if (!parsed.ok) continue;
    const certificate = new KnownCertificate(parsed.value, sha256Hex(der));
    if (certificate.subjectKey !== issuer) continue;
    const answer = judge(indexed, certificate, false);
    if (answer === 'good' && hasPath(der, authorities, delegates, list.thisUpdate, now)) return { certificate };
    refusal = answer === 'good' ? 'crl_signer_not_allowed' : answer;
  }
  return refusal;
}

function judge(
  { verifiedKeys }: SettledList['indexed'],
  signer: KnownCertificate,
  isAuthority: boolean,
): 'good' | SignerRefusal {
  if (verifiedKeys?.includes(signer.publicKeyId) !== true) return 'crl_signature_invalid';
  return maySignCrls(signer.certificate, isAuthority) ? 'good' : 'crl_signer_not_allowed';
}

/** Revocation of the signer is judged with every verdict that rests on the CRL, not once here. */
function hasPath(
  certificate: Uint8Array,
  authorities: readonly NeededAuthority[],
  delegates: readonly Uint8Array[],
  thisUpdate: number,
  now: number,
): boolean {
  const intermediates = [
    ...authorities.flatMap((a) => (a.certificate ? [a.certificate.certificate.der] : [])),
    ...delegates,
  ];
  const trust = createTrust({ catalogues: [...new Set(authorities.map((a) => a.catalogue))], intermediates });
  const at = new Date(Math.min(thisUpdate, now));
  const request = { certificate, keyUsage: ['cRLSign'], revocation: 'off' as const };
  return verifyCertificate(request, trust, { now: new Date(now), at }).status === 'valid';
}
