/**
 * Host names: what is asked for (the reference identifier) and whether a dNSName is that (RFC 9525 §6.3). The common name
 * is never looked at (RFC 9525 §2).
 *
 * A wildcard counts only as the whole leftmost label, stands for exactly one label, and needs two labels behind it:
 * `*` and `*.com` match nothing. RFC 9525 leaves that to policy; OpenSSL and Node.js decide likewise. Which suffixes are
 * public is left to the profile webpki-server. Underscores are refused: they are in no host name (RFC 1123 §2.1).
 */
import { domainToASCII } from 'node:url';
import type { Parsed } from '../der/reader.js';

export interface HostName {
  /** A-labels in lower case, without a trailing dot. */
  readonly name: string;
  readonly labels: readonly string[];
}

const expected = 'a host name';
const dot = 0x2e;
const hyphen = 0x2d;
const maximumNameOctets = 253;
const maximumLabelOctets = 63;

/** Reads a host name that someone asks about: U-labels or A-labels, one trailing dot ignored. */
export function parseHostName(text: string): Parsed<HostName> {
  // A U-label has at most 63 characters too, and each of them may take two UTF-16 units.
  if (text.length > 2 * maximumNameOctets) return refuse('a name that is too long');
  let name = text;
  if (!isAscii(text)) {
    // domainToASCII also resolves percent signs and the like: of ASCII, only what host names hold may be in its input.
    if (/[^a-z\d.\-\u0080-\u{10ffff}]/iu.test(text)) return refuse('a character that it cannot hold');
    name = domainToASCII(text);
    if (name === '') return refuse('an internationalized name that has no ASCII form');
  }
  if (name.charCodeAt(name.length - 1) === dot) name = name.slice(0, -1);
  if (name.length === 0) return refuse('an empty name');
  if (name.length > maximumNameOctets) return refuse(`a name of more than ${maximumNameOctets} octets`);
  name = name.toLowerCase();
  const labels = name.split('.');
  for (const label of labels) {
    const defect = labelDefect(label);
    if (defect !== undefined) return refuse(defect);
  }
  // RFC 1123 §2.1: the last label tells a name from an address. The many spellings of addresses are no names either.
  const last = labels[labels.length - 1] as string;
  if (isDigit(last.charCodeAt(0)) && /^(\d+|0x[\da-f]*)$/.test(last)) return refuse('an IP address or a number');
  return { ok: true, value: { name, labels } };
}

function refuse(found: string): Parsed<HostName> {
  return { ok: false, expected, found };
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
const isLetterOrDigit = (c: number): boolean => (c >= 0x61 && c <= 0x7a) || isDigit(c);

/** RFC 1123 §2.1, RFC 5890 §2.3.1: letters, digits, hyphens; no hyphen at an end; 1 to 63 octets. */
function labelDefect(label: string): string | undefined {
  if (label === '') return 'an empty label';
  if (label.length > maximumLabelOctets) return `a label of more than ${maximumLabelOctets} octets`;
  if (label.charCodeAt(0) === hyphen || label.charCodeAt(label.length - 1) === hyphen)
    return 'a label that begins or ends with a hyphen';
  for (let i = 0; i < label.length; i++) {
    const c = label.charCodeAt(i);
    if (!isLetterOrDigit(c) && c !== hyphen) return 'a character that it cannot hold';
  }
  return undefined;
}

/** RFC 9525 §6.3: whether a dNSName, by its octets, is the name asked for. */
export function matchHostName(presented: Uint8Array, reference: HostName): boolean {
  if (presented[0] === 0x2a && presented[1] === 0x2e) {
    const { labels, name } = reference;
    const [first = ''] = labels;
    return labels.length >= 3 && equalsIgnoringCase(presented, 2, name, first.length + 1);
  }
  return equalsIgnoringCase(presented, 0, reference.name, 0);
}

/** Octets from `at` against lower-case ASCII text from `from`, both to their ends. */
function equalsIgnoringCase(octets: Uint8Array, at: number, text: string, from: number): boolean {
  if (octets.length - at !== text.length - from) return false;
  for (let i = at; i < octets.length; i++) {
    const octet = octets[i] as number;
    const lower = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
    if (lower !== text.charCodeAt(from + i - at)) return false;
  }
  return true;
}
