/**
 * May a CRL be taken into the store (REVOCATION.md, "Accept or refuse", rule 1)? Strict DER, one algorithm inside and
 * outside, a signature by a certificate that may sign CRLs, no unknown critical extension. Whether the signer itself has
 * a path to the anchor is for the caller to know; when to fetch and what is current is for refresh.
 */
import { sha256Hex } from '../crypto/digest.js';
import { loadPublicKey, type PublicKey } from '../crypto/keys.js';
import { verifySignature } from '../crypto/signature.js';
import { type Finding, finding } from '../findings/finding.js';
import { compareNames } from '../names/distinguished-name.js';
import { type Certificate, parseCertificate } from '../x509/certificate.js';
import { parseCrl } from '../x509/crl.js';
import { checkCrlSignature, maySignCrls } from './crl-signature.js';
import { unknownCriticalExtension } from './held-crl.js';
import type { IndexedCrl } from './index-crl.js';

/** An empty list: accepted as a CRL of the authority `signer`. Otherwise why not, as warnings about the CRL. */
export function verifyCrl(indexed: IndexedCrl, signer: Certificate): Finding[] {
  if (indexed.failure !== undefined) return [finding('crl_malformed', { ...indexed.failure })];
  const list = parseCrl(indexed.der);
  if (!list.ok) return [finding('crl_malformed', { expected: list.expected, found: list.found })];
  const { value } = list;
  const findings: Finding[] = [];
  const notUsable = (why: string) => findings.push(finding('crl_not_usable', { why }));
  if (!value.algorithmsAgree) notUsable('it names two different signature algorithms');
  if (!compareNames(value.issuer, signer.subject)) notUsable('its issuer is another');
  if (!maySignCrls(signer, true)) notUsable('the certificate of its signer may not sign CRLs');
  const unknown = unknownCriticalExtension(value.extensions) ?? indexed.unknownCriticalEntry;
  if (unknown !== undefined) notUsable(`it has a critical extension that is not understood (${unknown})`);
  const key = loadPublicKey(signer.publicKey);
  const fits = key.ok ? checkCrlSignature(value, key.value) : 'unknown';
  if (fits === 'bad') findings.push(finding('crl_signature_invalid'));
  if (fits === 'unknown') notUsable('its signature could not be checked');
  return findings;
}

/**
 * The same index with its signature looked at once for all: by the keys of `signers` (DER certificates). For large CRLs, in
 * the worker that indexes them, so that no one waits for the digest of 40 MB later. Where no key fits, the index comes
 * back as it was, and each verification that knows more certificates may look again.
 */
export function settleSignature(indexed: IndexedCrl, signers: readonly Uint8Array[]): IndexedCrl {
  if (indexed.failure !== undefined) return indexed;
  const list = parseCrl(indexed.der);
  if (!list.ok) return indexed;
  const keys = new Set<string>();
  const known = signers.map((der) => parseCertificate(der)).flatMap((read) => (read.ok ? [read.value] : []));
  for (const signer of known) {
    if (!compareNames(signer.subject, list.value.issuer)) continue;
    const id = sha256Hex(signer.publicKey.der);
    const key = keys.has(id) ? undefined : keyOf(signer, known);
    if (key !== undefined && checkCrlSignature(list.value, key) === 'good') keys.add(id);
  }
  return keys.size === 0 ? indexed : { ...indexed, verifiedKeys: [...keys] };
}

/** Where it has no parameters of its own they are those of the authority that signed it (RFC 5280 §6.1.4 (e)). */
function keyOf(signer: Certificate, known: readonly Certificate[]): PublicKey | undefined {
  const own = loadPublicKey(signer.publicKey);
  if (own.ok) return own.value;
  for (const parent of known) {
    const key = compareNames(parent.subject, signer.issuer) ? loadPublicKey(parent.publicKey) : own;
    if (!key.ok || key.value.dsaParameters === undefined) continue;
    const { signatureAlgorithm, tbs, signature } = signer;
    if (verifySignature(signatureAlgorithm, tbs, signature, key.value).verdict !== 'good') continue;
    const inherited = loadPublicKey(signer.publicKey, key.value.dsaParameters);
    if (inherited.ok) return inherited.value;
  }
  return undefined;
}
