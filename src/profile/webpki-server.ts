/**
 * The rules of the CA/Browser Forum's Baseline Requirements (2.x) for TLS servers of the public web that a verifier can
 * see: §6.1.5, §6.1.6 keys, §7.1.2.7.12 names, §7.1.2.7.10 purposes, §7.1.4.3 common names. Only under this profile.
 */
import { parse } from 'tldts';
import { describePublicKey } from '../crypto/keys.js';
import { equalOctets, latin1 } from '../der/octets.js';
import { type Finding, finding } from '../findings/finding.js';
import { attributeOid, attributeValues } from '../names/distinguished-name.js';
import { parseHostName } from '../names/host-name.js';
import { formatIpAddress } from '../names/ip-address.js';
import type { Certificate } from '../x509/certificate.js';
import { extensionOid } from '../x509/extensions.js';
import { generalNameTag } from '../x509/name.js';

type Report = (detail: string, certificate: number) => void;

export function checkWebPkiServer(path: readonly Certificate[]): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (detail, certificate) =>
    findings.push(finding('profile_rule_broken', { profile: 'webpki-server', detail }, { certificate }));
  path.forEach((certificate, index) => {
    checkKey(certificate, index, report);
    if (index === 0) checkSubscriber(certificate, report);
    else if (index === path.length - 1) checkRoot(certificate, index, report);
  });
  return findings;
}

/** §6.1.5: RSA of at least 2048 bits, a multiple of eight; P-256, P-384 or P-521. */
function checkKey(certificate: Certificate, index: number, report: Report): void {
  const key = describePublicKey(certificate.publicKey);
  if (!key.ok) {
    report(wrongKey, index);
    return;
  }
  const { type, bits, curve } = key.value;
  if (type === 'rsa') {
    if (bits < 2048) report(`an RSA modulus of ${bits} bits is shorter than 2048`, index);
    if (bits % 8 !== 0) report(`the length of the RSA modulus (${bits} bits) is no multiple of 8`, index);
  } else if (type !== 'ec' || !['P-256', 'P-384', 'P-521'].includes(curve ?? '')) {
    report(wrongKey, index);
  }
}

const wrongKey = 'the key is none of RSA and ECDSA on P-256, P-384 or P-521';

function checkSubscriber(certificate: Certificate, report: Report): void {
  if (certificate.basicConstraints?.cA === true) report('a server certificate must not be one of an authority', 0);
  const purposes = certificate.extensions.find(({ oid }) => oid === extensionOid.extKeyUsage);
  if (purposes === undefined) report('extKeyUsage is required', 0);
  else if (purposes.critical) report('extKeyUsage must not be critical', 0);
  if (certificate.subjectAltName === undefined) {
    report('subjectAltName is required', 0);
    return;
  }
  const names: string[] = [];
  for (const { tag, value } of certificate.subjectAltName) {
    if (tag === generalNameTag.dNSName) {
      const name = latin1(value);
      names.push(name);
      checkDnsName(name, report);
    } else if (tag === generalNameTag.iPAddress) names.push(formatIpAddress(value));
    else report('subjectAltName may hold host names and IP addresses only', 0);
  }
  // §7.1.4.3: a common name is one of the alternative names, character for character. The domain of a wildcard is let
  // through: it is common, and nothing here compares common names with anything.
  for (const commonName of attributeValues(certificate.subject, attributeOid.commonName, '')) {
    if (!names.includes(commonName) && !names.includes(`*.${commonName}`))
      report('the common name is not among the alternative names', 0);
  }
}

/** §7.1.2.7.12: a host name, or a wildcard in place of its whole first label, and never for a public suffix. */
function checkDnsName(name: string, report: Report): void {
  const wildcard = name.startsWith('*.');
  const host = wildcard ? name.slice(2) : name;
  const parsed = parseHostName(host);
  if (!parsed.ok || host.endsWith('.')) {
    report('a dNSName is no host name', 0);
    return;
  }
  if (!wildcard) return;
  const { publicSuffix } = parse(host, { allowPrivateDomains: true });
  if (publicSuffix === host.toLowerCase()) report('a wildcard stands for all names under a public suffix', 0);
}

/** §7.1.2.1: a root has no extKeyUsage; its authorityKeyIdentifier, when present, is its own key's. */
function checkRoot(certificate: Certificate, index: number, report: Report): void {
  if (certificate.extKeyUsage !== undefined) report('a root must not have extKeyUsage', index);
  const identifier = certificate.authorityKeyIdentifier;
  if (identifier === undefined) return;
  if (identifier.keyIdentifier === undefined)
    report('the authorityKeyIdentifier of a root lacks the key identifier', index);
  else if (
    certificate.subjectKeyIdentifier === undefined ||
    !equalOctets(identifier.keyIdentifier, certificate.subjectKeyIdentifier)
  ) {
    report('the authorityKeyIdentifier of a root is not its own subjectKeyIdentifier', index);
  }
}
