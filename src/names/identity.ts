/**
 * Whether a certificate is for whom the caller meant (RFC 9525 §6 for hosts and addresses, RFC 8550 §3 for mailboxes).
 * Only alternative names count; for mailboxes see mailbox.ts. Trust in the certificate is judged elsewhere.
 */

import { equalOctets, latin1 } from '../der/octets.js';
import { type Finding, finding } from '../findings/finding.js';
import type { Certificate } from '../x509/certificate.js';
import { generalNameTag } from '../x509/name.js';
import { matchHostName, parseHostName } from './host-name.js';
import { formatIpAddress, isIpAddressText, parseIpAddress } from './ip-address.js';
import { mailboxTextsOf, matchMailbox, parseMailbox } from './mailbox.js';

export interface Identity {
  readonly type: 'dns' | 'ip' | 'mailbox';
  readonly value: string;
}

/** Names told in a message; a certificate may have thousands. */
const maximumShown = 5;

/** No finding: the certificate is for the identity. All findings are about certificate 0. */
export function checkIdentity(certificate: Certificate, identity: Identity): Finding[] {
  switch (identity.type) {
    case 'dns':
      return checkHostName(certificate, identity.value);
    case 'ip':
      return checkIpAddress(certificate, identity.value);
    case 'mailbox':
      return checkMailbox(certificate, identity.value);
  }
}

function checkHostName(certificate: Certificate, value: string): Finding[] {
  // An address is no host name, however a dNSName may spell it (RFC 9525 §6.4): asked, and found to match nothing.
  if (isIpAddressText(value)) {
    return mismatch('host name', value, namesOf(certificate, generalNameTag.dNSName), latin1);
  }
  const reference = parseHostName(value);
  if (!reference.ok) return [malformed(reference)];
  for (const name of certificate.subjectAltName ?? []) {
    if (name.tag === generalNameTag.dNSName && matchHostName(name.value, reference.value)) return [];
  }
  return mismatch('host name', reference.value.name, namesOf(certificate, generalNameTag.dNSName), latin1);
}

function checkIpAddress(certificate: Certificate, value: string): Finding[] {
  const reference = parseIpAddress(value);
  if (!reference.ok) return [malformed(reference)];
  const presented = namesOf(certificate, generalNameTag.iPAddress);
  const match = presented.some((address) => equalOctets(address, reference.value));
  return match ? [] : mismatch('IP address', formatIpAddress(reference.value), presented, formatIpAddress);
}

function checkMailbox(certificate: Certificate, value: string): Finding[] {
  const reference = parseMailbox(value);
  if (!reference.ok) return [malformed(reference)];
  const presented = mailboxTextsOf(certificate);
  const match = presented.some((text) => {
    const mailbox = parseMailbox(text);
    return mailbox.ok && matchMailbox(mailbox.value, reference.value);
  });
  return match ? [] : mismatch('mailbox', value, presented, String);
}

function namesOf(certificate: Certificate, form: number): Uint8Array[] {
  return (certificate.subjectAltName ?? []).filter((name) => name.tag === form).map((name) => name.value);
}

function malformed({ expected, found }: { expected: string; found: string }): Finding {
  return finding('identity_malformed', { expected, found });
}

/** `format` writes only the names that are shown. */
function mismatch<T>(type: string, asked: string, presented: readonly T[], format: (name: T) => string): Finding[] {
  if (presented.length === 0) return [finding('identity_missing', { type }, { certificate: 0 })];
  const shown = presented
    .slice(0, maximumShown)
    .map((name) => format(name))
    .join(', ');
  const more = presented.length > maximumShown ? ` and ${presented.length - maximumShown} more` : '';
  return [finding('name_mismatch', { asked, presented: `${shown}${more}` }, { certificate: 0 })];
}
