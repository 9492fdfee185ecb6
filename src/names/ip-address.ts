/**
 * IP addresses: strict reading of their text, the canonical text of RFC 5952, and the subnets of name constraints
 * (RFC 5280 §4.2.1.10). Addresses of the two families never equal each other, mapped ones included: the octets of an
 * iPAddress are compared as they stand (RFC 9525 §6.4).
 */
import { latin1 } from '../der/octets.js';
import type { Parsed } from '../der/reader.js';

const decimalOctet = /^(0|[1-9]\d{0,2})$/;
const hexGroup = /^[\da-fA-F]{1,4}$/;

/** Reads dotted decimal (without leading zeros, which some read as octal) or RFC 4291 §2.2 text, without zone or brackets. */
export function parseIpAddress(text: string): Parsed<Uint8Array> {
  const octets = text.length > 45 ? undefined : text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  return octets === undefined
    ? { ok: false, expected: 'an IP address', found: 'text that is none' }
    : { ok: true, value: Uint8Array.from(octets) };
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => decimalOctet.test(part))) return undefined;
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [parseGroups(halves[0] as string, halves.length === 1), parseGroups(halves[1] ?? '', true)];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  // "::" stands for at least one group of zeros.
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** Groups of one side of "::"; only the last of the whole address may be a dotted IPv4 address. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (last && index === groups.length - 1 && group.includes('.')) {
      const embedded = parseIpv4(group);
      if (embedded === undefined) return undefined;
      octets.push(...embedded);
    } else {
      if (!hexGroup.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 0xff);
    }
  }
  return octets;
}

/** The canonical text: dotted decimal, or RFC 5952 §4 and, for mapped addresses, §5. Hexadecimal digits for other lengths. */
export function formatIpAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return Buffer.from(octets).toString('hex');
  const mapped = octets.subarray(0, 10).every((octet) => octet === 0) && octets[10] === 0xff && octets[11] === 0xff;
  if (mapped) return `::ffff:${octets.subarray(12).join('.')}`;
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((octets[i] as number) << 8) | (octets[i + 1] as number));
  const run = longestZeroRun(groups);
  const write = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (run.length < 2) return write(groups);
  return `${write(groups.slice(0, run.start))}::${write(groups.slice(run.start + run.length))}`;
}

/** RFC 5952 §4.2.3: the longest run, the first of equal ones. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** Whether the octets of a constraint are an address and a mask of contiguous one bits (RFC 4632 §3.1). */
export function isSubnet(constraint: Uint8Array): boolean {
  if (constraint.length !== 8 && constraint.length !== 32) return false;
  let ended = false;
  for (const octet of constraint.subarray(constraint.length / 2)) {
    for (let bit = 0x80; bit > 0; bit >>= 1) {
      const set = (octet & bit) !== 0;
      if (set && ended) return false;
      ended ||= !set;
    }
  }
  return true;
}

/** Whether an address lies in the subnet of a constraint of the same family. */
export function isWithinSubnet(address: Uint8Array, constraint: Uint8Array): boolean {
  const size = constraint.length / 2;
  if (address.length !== size) return false;
  for (let i = 0; i < size; i++) {
    const mask = constraint[size + i] as number;
    if (((address[i] as number) & mask) !== ((constraint[i] as number) & mask)) return false;
  }
  return true;
}

/** The address that the octets of a dNSName or common name spell, so that it can be kept from passing for a host name. */
export function isIpAddressText(text: string | Uint8Array): boolean {
  const asked = typeof text === 'string' ? text : latin1(text);
  // Dotted decimal ends with a digit, the other family has a colon: hardly any name comes further.
  const last = asked.charCodeAt(asked.length - 1);
  return ((last >= 0x30 && last <= 0x39) || asked.includes(':')) && parseIpAddress(asked).ok;
}
