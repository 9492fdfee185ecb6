/**
 * Distinguished names and GeneralNames as data. @peculiar/x509 encodes distinguished names from their text;
 * a Uint8Array is taken as the finished encoding, so that a name can be copied octet for octet.
 */
import 'reflect-metadata';
import { isIP } from 'node:net';
import { type JsonNameParams, Name } from '@peculiar/x509';
import { type Bytes, context, contextPrimitive, oid, tlv, utf8 } from './asn1.js';

/** Text in the order of the encoding ("C=DE,O=…,CN=…"), attributes as @peculiar/x509 takes them, or finished DER. */
export type NameInput = string | JsonNameParams | Uint8Array;

/** The Name's DER; the empty string gives the empty name. */
export function encodeName(name: NameInput): Bytes {
  if (name instanceof Uint8Array) return name;
  return new Uint8Array(new Name(name).toArrayBuffer());
}

export type GeneralNameInput =
  | { dns: string }
  /** An address; in name constraints also "10.0.0.0/8" or "2001:db8::/32". */
  | { ip: string }
  | { email: string }
  /** otherName SmtpUTF8Mailbox (RFC 9598). */
  | { smtpUtf8: string }
  | { directory: NameInput }
  | { uri: string }
  | { registeredId: string }
  /** Any other otherName; `value` is the DER inside [0]. */
  | { other: { oid: string; value: Uint8Array } }
  /** A finished GeneralName, DER. */
  | { raw: Uint8Array };

export const smtpUtf8MailboxOid = '1.3.6.1.5.5.7.8.9';

const text = (value: string): Bytes => new Uint8Array(Buffer.from(value, 'latin1'));

const otherName = (type: string, value: Bytes): Bytes => context(0, oid(type), context(0, value));

/** GeneralName, DER (RFC 5280 §4.2.1.6). */
export function encodeGeneralName(name: GeneralNameInput): Bytes {
  if ('raw' in name) return name.raw;
  if ('email' in name) return contextPrimitive(1, text(name.email));
  if ('dns' in name) return contextPrimitive(2, text(name.dns));
  if ('directory' in name) return context(4, encodeName(name.directory));
  if ('uri' in name) return contextPrimitive(6, text(name.uri));
  if ('ip' in name) return contextPrimitive(7, encodeAddress(name.ip));
  if ('registeredId' in name) return tlv(0x88, oid(name.registeredId).subarray(2));
  if ('smtpUtf8' in name) return otherName(smtpUtf8MailboxOid, utf8(name.smtpUtf8));
  return otherName(name.other.oid, name.other.value);
}

/** Octets of an address, with the octets of the mask behind them where a prefix length is given. */
function encodeAddress(value: string): Bytes {
  const [address = '', prefix] = value.split('/');
  const octets = isIP(address) === 4 ? address.split('.').map(Number) : ipv6Octets(address);
  if (prefix === undefined) return new Uint8Array(octets);
  const mask = octets.map((_, index) => (0xff00 >> Math.min(8, Math.max(0, Number(prefix) - 8 * index))) & 0xff);
  return new Uint8Array([...octets, ...mask]);
}

function ipv6Octets(address: string): number[] {
  if (isIP(address) !== 6) throw new TypeError(`not an IP address: ${address}`);
  const [head = '', tail] = address.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = new Array<number>(8 - left.length - right.length).fill(0);
  return [...left, ...middle, ...right].flatMap((group) => [group >> 8, group & 0xff]);
}

/** The form in which a certificate states a mailbox: rfc822Name, or SmtpUTF8Mailbox for a local part beyond ASCII. */
export function mailboxName(mailbox: string): GeneralNameInput {
  const localPart = mailbox.slice(0, mailbox.lastIndexOf('@'));
  return [...localPart].every((character) => character <= '\u007f') ? { email: mailbox } : { smtpUtf8: mailbox };
}
