/**
 * May a CRL be taken into the store (REVOCATION.md, "Accept or refuse", rule 1)? Strict DER, one algorithm inside and
 * outside, a signature by a certificate that may sign CRLs, no unknown critical extension. Whether the signer itself has
 * a path to the anchor is for the caller to know; when to fetch and what is current is for refresh.
 */
import { loadPublicKey } from '../crypto/keys.js';
import { type Finding, finding } from '../findings/finding.js';
import { compareNames } from '../names/distinguished-name.js';
import type { Certificate } from '../x509/certificate.js';
import { parseCrl } from '../x509/crl.js';
import { keyUsageBit } from '../x509/extensions.js';
import type { IndexedCrl } from './index-crl.js';
import { unknownCriticalExtension } from './observe.js';
import { checkCrlSignature } from './signer.js';

/** An empty list: accepted. Otherwise why not, as warnings about the CRL. */
export function verifyCrl(indexed: IndexedCrl, signer: Certificate): Finding[] {
  if (indexed.failure !== undefined) return [finding('crl_malformed', { ...indexed.failure })];
  const list = parseCrl(indexed.der);
  if (!list.ok) return [finding('crl_malformed', { expected: list.expected, found: list.found })];
  const { value } = list;
  const findings: Finding[] = [];
  const notUsable = (why: string) => findings.push(finding('crl_not_usable', { why }));
  if (!value.algorithmsAgree) notUsable('it names two different signature algorithms');
  if (!compareNames(value.issuer, signer.subject)) notUsable('its issuer is another');
  if (signer.keyUsage !== undefined && (signer.keyUsage & keyUsageBit.cRLSign) === 0)
    notUsable('the certificate of its signer may not sign CRLs');
  const unknown = unknownCriticalExtension(value.extensions) ?? indexed.unknownCriticalEntry;
  if (unknown !== undefined) notUsable(`it has a critical extension that is not understood (${unknown})`);
  const key = loadPublicKey(signer.publicKey);
  const fits = key.ok ? checkCrlSignature(value, key.value) : 'unknown';
  if (fits === 'bad') findings.push(finding('crl_signature_invalid'));
  if (fits === 'unknown') notUsable('its signature could not be checked');
  return findings;
}
