/**
 * Mailboxes (RFC 5321 §4.1.2) and where certificates hold them: rfc822Name, SmtpUTF8Mailbox (RFC 9598) and, from old
 * issuers, the emailAddress attribute of the subject. The local part is compared octet for octet, case included, the
 * domain as A-labels without case (RFC 5280 §7.5, RFC 9598 §5).
 *
 * A quoted local part is compared by what it quotes: RFC 5321 §4.1.2 makes "joe"@example.com and joe@example.com one.
 * The emailAddress attribute counts only where no alternative name is a mailbox: RFC 8550 §3 keeps it for old certificates.
 */
import { latin1 } from '../der/octets.js';
import { type Parsed, parsed, tag } from '../der/reader.js';
import type { Certificate } from '../x509/certificate.js';
import { type GeneralName, generalNameTag, readOtherName } from '../x509/name.js';
import { emailAddressesOf } from './distinguished-name.js';
import { parseHostName } from './host-name.js';
import { parseIpAddress } from './ip-address.js';
import { decodeString } from './prepare.js';

export interface Mailbox {
  /** Without quotation. */
  readonly localPart: string;
  /** A-labels in lower case, or an address literal in brackets. */
  readonly domain: string;
}

/** id-on-SmtpUTF8Mailbox. */
export const smtpUtf8MailboxOid = '1.3.6.1.5.5.7.8.9';

const expected = 'a mailbox';
/** RFC 5321 §4.5.3.1.1. */
const maximumLocalPartOctets = 64;
/** A limit before any work: 64 octets, @, 255 octets, and room for quotation and U-labels. */
const maximumCharacters = 1024;

// RFC 5321 §4.1.2 with the UTF-8 of RFC 6531 §3.3. Each form is one class under one repetition: no backtracking.
const dotString = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+(\.[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+)*$/u;
const quotedContent = /^([ !#-[\]-~\u0080-\u{10ffff}]|\\[ -~])*$/u;
const forbidden = /[\p{Cc}\p{Cs}]/u;

/** Reads `local@domain` as RFC 5321 writes it; characters outside of ASCII as in RFC 6531. */
export function parseMailbox(text: string): Parsed<Mailbox> {
  if (text.length > maximumCharacters) return refuse('a text that is too long');
  const at = text.lastIndexOf('@');
  if (at < 0) return refuse('a text without @');
  const localPart = parseLocalPart(text.slice(0, at));
  if (localPart === undefined) return refuse('a local part that is none');
  if (Buffer.byteLength(localPart) > maximumLocalPartOctets) return refuse('a local part of more than 64 octets');
  const domain = parseDomain(text.slice(at + 1));
  if (domain === undefined) return refuse('a domain that is none');
  return { ok: true, value: { localPart, domain } };
}

function refuse(found: string): Parsed<Mailbox> {
  return { ok: false, expected, found };
}

function parseLocalPart(text: string): string | undefined {
  if (forbidden.test(text)) return undefined;
  if (dotString.test(text)) return text;
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return undefined;
  const content = text.slice(1, -1);
  return quotedContent.test(content) ? content.replace(/\\(.)/gu, '$1') : undefined;
}

function parseDomain(text: string): string | undefined {
  if (text.startsWith('[') && text.endsWith(']')) {
    const literal = text.slice(1, -1);
    const address = /^ipv6:/i.test(literal) ? literal.slice(5) : literal;
    const isIpv6 = address.includes(':');
    if (isIpv6 === (address === literal) || !parseIpAddress(address).ok) return undefined;
    return text.toLowerCase();
  }
  // parseHostName passes over one trailing dot; in a mailbox there is none (RFC 5321 §4.1.2).
  if (text.endsWith('.')) return undefined;
  const host = parseHostName(text);
  return host.ok ? host.value.name : undefined;
}

export function matchMailbox(a: Mailbox, b: Mailbox): boolean {
  return a.localPart === b.localPart && a.domain === b.domain;
}

export function formatMailbox({ localPart, domain }: Mailbox): string {
  const local = dotString.test(localPart) ? localPart : `"${localPart.replace(/["\\]/g, '\\$&')}"`;
  return `${local}@${domain}`;
}

/** Whether an alternative name is one of the two forms that hold mailboxes. */
export function isMailboxName(name: GeneralName): boolean {
  return name.tag === generalNameTag.rfc822Name || smtpUtf8Text(name) !== undefined;
}

/** The text of a SmtpUTF8Mailbox; '' when its value is no UTF8String, undefined when the name is of another form. */
function smtpUtf8Text(name: GeneralName): string | undefined {
  if (name.tag !== generalNameTag.otherName) return undefined;
  const text = parsed(() => {
    const { type, value } = readOtherName(name.value);
    if (type !== smtpUtf8MailboxOid) return undefined;
    const octets = value.content(tag.utf8String, 'SmtpUTF8Mailbox');
    value.finish('SmtpUTF8Mailbox');
    return decodeString(tag.utf8String, octets) ?? '';
  });
  return text.ok ? text.value : '';
}

/** The text of each mailbox of a certificate, readable or not. */
export function mailboxTextsOf(certificate: Certificate): string[] {
  const texts: string[] = [];
  for (const name of certificate.subjectAltName ?? []) {
    if (name.tag === generalNameTag.rfc822Name) texts.push(latin1(name.value));
    else {
      const text = smtpUtf8Text(name);
      if (text !== undefined) texts.push(text);
    }
  }
  return texts.length > 0 ? texts : emailAddressesOf(certificate.subject);
}

/** The mailboxes that a certificate is for; what cannot be read as one is left out. */
export function mailboxesOf(certificate: Certificate): Mailbox[] {
  const mailboxes: Mailbox[] = [];
  for (const text of mailboxTextsOf(certificate)) {
    const mailbox = parseMailbox(text);
    if (mailbox.ok) mailboxes.push(mailbox.value);
  }
  return mailboxes;
}
