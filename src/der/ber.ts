/**
 * A tolerant reader for the BER in which CMS may come (RFC 5652 §3; X.690 §8): indefinite lengths, lengths that are not
 * minimal, constructed octet strings. It only finds elements; what must be DER inside (certificates, attributes) is
 * handed on as the exact octets and read by DerReader.
 *
 * An indefinite element is bounded by one pass over its headers, without recursion and with limits on depth and
 * number, so that nested hostile input costs neither stack nor quadratic time.
 */
import { concatOctets } from './octets.js';
import { DerError, hexOctet, tag } from './reader.js';

/** Length of an element that ends with an end-of-contents marker. */
export const indefinite = -1;

/** Constructed OCTET STRING. */
export const constructedOctetString = 0x24;

export interface BerHeader {
  readonly tag: number;
  /** Offset of the first content octet. */
  readonly contentStart: number;
  readonly length: number;
}

/** Longest header that is read: one tag octet, one length octet, eight octets of length. */
export const maximumHeaderOctets = 10;

/** Elements open at once inside an indefinite one, and elements seen on the way to its end. */
const maximumDepth = 64;
const maximumNodes = 65_536;

/** The header at `at`; undefined where `end` cuts it off. */
export function readBerHeader(bytes: Uint8Array, at: number, end: number, what: string): BerHeader | undefined {
  if (at + 2 > end) return undefined;
  const found = bytes[at] as number;
  if ((found & 0x1f) === 0x1f) throw new DerError(what, 'a tag of more than one octet');
  const first = bytes[at + 1] as number;
  if (first < 0x80) return { tag: found, contentStart: at + 2, length: first };
  if (first === 0x80) {
    if ((found & 0x20) === 0) throw new DerError(what, 'a primitive element of indefinite length');
    return { tag: found, contentStart: at + 2, length: indefinite };
  }
  const octets = first & 0x7f;
  if (octets > 8) throw new DerError(what, 'a length of more than eight octets');
  if (at + 2 + octets > end) return undefined;
  let length = 0;
  for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at + 2 + i] as number);
  if (length > 2 ** 40) throw new DerError(what, 'a length beyond any input');
  return { tag: found, contentStart: at + 2 + octets, length };
}

/** True for the end-of-contents marker at `at`. */
export function isEndOfContents(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 2 <= end && bytes[at] === 0 && bytes[at + 1] === 0;
}

/** Offset of the marker that ends the indefinite element whose content starts at `at`. */
function findEndOfContents(bytes: Uint8Array, at: number, end: number, what: string): number {
  let depth = 1;
  for (let nodes = 0; nodes < maximumNodes; nodes++) {
    if (isEndOfContents(bytes, at, end)) {
      if (--depth === 0) return at;
      at += 2;
      continue;
    }
    const header = readBerHeader(bytes, at, end, what);
    if (header === undefined) throw new DerError(what, 'an element of indefinite length that does not end');
    if (header.length === indefinite) {
      if (++depth > maximumDepth) throw new DerError(what, 'elements nested too deeply');
      at = header.contentStart;
    } else {
      at = header.contentStart + header.length;
      if (at > end) throw new DerError(what, 'a truncated element');
    }
  }
  throw new DerError(what, 'too many elements of indefinite length');
}

export class BerReader {
  readonly bytes: Uint8Array;
  /** Offset of the next element. */
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** The tag octet of the next element, or -1 at the end. */
  peek(): number {
    return this.position < this.end ? (this.bytes[this.position] as number) : -1;
  }

  /** Reads a header, checks it, moves behind the element; the region of its content. */
  private advance(expectedTag: number, what: string): { start: number; end: number } {
    if (this.done) throw new DerError(what, 'the end of the data');
    const header = readBerHeader(this.bytes, this.position, this.end, what);
    if (header === undefined) throw new DerError(what, 'a truncated element');
    if (expectedTag !== -1 && header.tag !== expectedTag) throw new DerError(what, `tag 0x${hexOctet(header.tag)}`);
    const { contentStart: start, length } = header;
    if (length === indefinite) {
      const end = findEndOfContents(this.bytes, start, this.end, what);
      this.position = end + 2;
      return { start, end };
    }
    if (length > this.end - start) throw new DerError(what, 'a truncated element');
    this.position = start + length;
    return { start, end: start + length };
  }

  /** A reader over the content of the next element. */
  enter(expectedTag: number, what: string): BerReader {
    const { start, end } = this.advance(expectedTag, what);
    return new BerReader(this.bytes, start, end);
  }

  /** The content octets of the next element, not copied. */
  content(expectedTag: number, what: string): Uint8Array {
    const { start, end } = this.advance(expectedTag, what);
    return this.bytes.subarray(start, end);
  }

  /** The whole next element, header and end marker included, not copied; -1 for any tag. */
  element(expectedTag: number, what: string): Uint8Array {
    const start = this.position;
    this.advance(expectedTag, what);
    return this.bytes.subarray(start, this.position);
  }

  /** Passes over the next element, whatever it is. */
  skip(what: string): void {
    this.advance(-1, what);
  }

  /** The octets of an OCTET STRING, put together where it comes in pieces (X.690 §8.7). */
  octetString(what: string): Uint8Array {
    if (this.peek() !== constructedOctetString) return this.content(tag.octetString, what);
    const pieces = this.enter(constructedOctetString, what);
    const parts: Uint8Array[] = [];
    // Pieces in pieces are allowed and made by no one; one level is read.
    while (!pieces.done) {
      if (parts.length >= maximumNodes) throw new DerError(what, 'too many pieces');
      parts.push(pieces.content(tag.octetString, what));
    }
    return concatOctets(...parts);
  }

  /** A non-negative INTEGER up to `maximum`. */
  unsigned(what: string, maximum: number): number {
    const content = this.content(tag.integer, what);
    if (content.length === 0 || (content[0] as number) >= 0x80) throw new DerError(what, 'no such INTEGER');
    let value = 0;
    for (const octet of content) {
      value = value * 256 + octet;
      if (value > maximum) throw new DerError(what, `an INTEGER above ${maximum}`);
    }
    return value;
  }

  /** Nothing may follow. */
  finish(what: string): void {
    if (!this.done) throw new DerError(`the end of ${what}`, 'trailing data');
  }
}
