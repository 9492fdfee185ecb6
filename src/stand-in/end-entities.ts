/**
 * The end entities of such a PKI: servers, people, phones, with the extensions that their profiles ask for
 * (RFC 5280 §4.2, RFC 8550 §4.4, RFC 9525). Everything else goes through issueCertificate.
 */
import { type CertificateInput, type Issued, type Issuer, issueCertificate } from './certificate.js';
import type { ExtensionsInput } from './extensions.js';
import { mailboxName } from './names.js';

/** Who issues, and where its CRL lies; every authority of createStandIn fits. */
export interface IssuerWithCrl extends Issuer {
  readonly crlUrl?: string;
}

interface EndEntityInput extends Omit<CertificateInput, 'subject' | 'issuer'> {
  issuer: IssuerWithCrl;
}

export interface ServerInput extends EndEntityInput {
  /** dNSNames; the first is also the common name. */
  hosts: string[];
  addresses?: string[];
}

export interface PersonInput extends EndEntityInput {
  /** rfc822Name, or SmtpUTF8Mailbox where the local part is not ASCII (RFC 9598). */
  mailbox: string;
  /** Default: the mailbox. */
  commonName?: string;
}

export interface PhoneInput extends EndEntityInput {
  /** Common name, as phones have it: model and MAC address. */
  commonName: string;
  hosts?: string[];
}

function issueEndEntity(subject: string, input: EndEntityInput, extensions: ExtensionsInput): Issued {
  const { crlUrl } = input.issuer;
  return issueCertificate({
    ...input,
    subject,
    extensions: {
      basicConstraints: {},
      ...(crlUrl === undefined ? {} : { crlDistributionPoints: [crlUrl] }),
      ...extensions,
      ...input.extensions,
    },
  });
}

/** A server's certificate: HTTPS, SIP over TLS, IMAP … */
export function issueServer(input: ServerInput): Issued {
  const { hosts, addresses = [] } = input;
  return issueEndEntity(`CN=${hosts[0] ?? addresses[0] ?? 'server'}`, input, {
    keyUsage:
      input.algorithm?.startsWith('rsa') === true ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'],
    extendedKeyUsage: ['serverAuth'],
    subjectAltName: [...hosts.map((dns) => ({ dns })), ...addresses.map((ip) => ({ ip }))],
  });
}

/** A person's certificate for signed mail and documents. */
export function issuePerson(input: PersonInput): Issued {
  const { mailbox, commonName = mailbox } = input;
  return issueEndEntity(`CN=${commonName}`, input, {
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    extendedKeyUsage: ['emailProtection', 'clientAuth'],
    subjectAltName: [mailboxName(mailbox)],
  });
}

/** A phone's or gateway's certificate. */
export function issuePhone(input: PhoneInput): Issued {
  const { commonName, hosts } = input;
  return issueEndEntity(`CN=${commonName}`, input, {
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['clientAuth', 'serverAuth'],
    ...(hosts === undefined ? {} : { subjectAltName: hosts.map((dns) => ({ dns })) }),
  });
}
