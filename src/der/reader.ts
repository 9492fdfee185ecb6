/**
 * A strict DER reader (X.690 §10) over a Uint8Array: zero copy, definite and minimal lengths only, single-octet tags.
 * It decides what is well-formed; what a structure means is left to the rooms above.
 *
 * Inside der and x509 a defect is thrown as DerError, because a parser that checks every field by hand hides the
 * grammar. It never leaves a room: `parsed` turns it into a value at the boundary. Depth is bounded by the grammar of
 * the callers, which descend only into structures they know; free recursion is bounded where it occurs.
 */

export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
} as const;

/** [n] IMPLICIT of a primitive type. */
export const contextPrimitive = (n: number): number => 0x80 | n;
/** [n] EXPLICIT, or IMPLICIT of a constructed type. */
export const contextConstructed = (n: number): number => 0xa0 | n;

/** What was expected and what was found, in words that carry no content of the input. */
export class DerError extends Error {
  readonly expected: string;
  readonly found: string;
  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`);
    this.name = 'DerError';
    this.expected = expected;
    this.found = found;
  }
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; expected: string; found: string };

/** The boundary of a parser: DerError becomes a value; any other exception is a defect of ours and goes on. */
export function parsed<T>(parse: () => T): Parsed<T> {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    if (error instanceof DerError) return { ok: false, expected: error.expected, found: error.found };
    throw error;
  }
}

/**
 * What is read, for the error that may come of it: `what` alone, or a part of something (`of`). Two arguments instead of one
 * text, since texts would be put together for every field of every input and thrown away.
 */
const phrase = (what: string, of: string | undefined): string => (of === undefined ? what : `${what} of ${of}`);

export class DerReader {
  readonly bytes: Uint8Array;
  /** Offset of the next element. */
  position: number;
  end: number;
  /** Offsets of the content that was passed last, for callers that read it in place: a view costs as much as most fields. */
  contentStart = 0;
  contentEnd = 0;
  /** What `bytes` stand on: asking them takes as long as a view does, so readers of one input hand it down. */
  buffer: ArrayBufferLike | undefined;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length, buffer?: ArrayBufferLike) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.buffer = buffer;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** The tag octet of the next element, or -1 at the end. */
  peek(): number {
    return this.position < this.end ? (this.bytes[this.position] as number) : -1;
  }

  /** Reads a header, checks it, and moves behind the element. -1: any tag. */
  pass(expectedTag: number, what: string, of?: string): void {
    const { bytes, end } = this;
    let at = this.position;
    if (at + 2 > end) throw new DerError(phrase(what, of), at >= end ? 'the end of the data' : 'a truncated element');
    const found = bytes[at] as number;
    if (expectedTag !== -1 && found !== expectedTag) throw new DerError(phrase(what, of), `tag 0x${hexOctet(found)}`);
    if ((found & 0x1f) === 0x1f) throw new DerError(phrase(what, of), 'a tag of more than one octet');
    let length = bytes[at + 1] as number;
    at += 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0) throw new DerError(phrase(what, of), 'an indefinite length, which DER forbids');
      // Four octets name 4 GiB, more than any input that is let in.
      if (octets > 4) throw new DerError(phrase(what, of), 'a length of more than four octets');
      if (at + octets > end) throw new DerError(phrase(what, of), 'a truncated element');
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at + i] as number);
      if (length < 0x80 || (octets > 1 && bytes[at] === 0))
        throw new DerError(phrase(what, of), 'a length that is not minimal');
      at += octets;
    }
    if (length > end - at) throw new DerError(phrase(what, of), 'a truncated element');
    this.contentStart = at;
    this.contentEnd = at + length;
    this.position = at + length;
  }

  /** A reader over the content of the next element. */
  enter(expectedTag: number, what: string, of?: string): DerReader {
    this.pass(expectedTag, what, of);
    return this.inside();
  }

  /** A reader over the content that was passed last. */
  inside(): DerReader {
    return new DerReader(this.bytes, this.contentStart, this.contentEnd, this.buffer);
  }

  /** Reads on over the content that another reader of the same octets passed last. */
  moveInto({ contentStart, contentEnd }: DerReader): void {
    this.position = contentStart;
    this.end = contentEnd;
  }

  /** The content octets of the next element, not copied. */
  content(expectedTag: number, what: string, of?: string): Uint8Array {
    this.pass(expectedTag, what, of);
    return this.view(this.contentStart, this.contentEnd);
  }

  /** Octets from `start` to `end`, not copied. A constructor, since `subarray` first asks which one to call. */
  view(start: number, end: number): Uint8Array {
    const { bytes } = this;
    this.buffer ??= bytes.buffer;
    return new Uint8Array(this.buffer, bytes.byteOffset + start, end - start);
  }

  /** The whole next element, header included, not copied. */
  element(expectedTag: number, what: string): Uint8Array {
    const start = this.position;
    this.pass(expectedTag, what);
    return this.view(start, this.contentEnd);
  }

  /** Passes over the next element, whatever it is. */
  skip(what: string, of?: string): void {
    this.pass(-1, what, of);
  }

  /** Offsets of the content of the next element, for callers that index it in place. */
  region(expectedTag: number, what: string): { start: number; end: number } {
    this.pass(expectedTag, what);
    return { start: this.contentStart, end: this.contentEnd };
  }

  boolean(what: string, expectedTag: number = tag.boolean, of?: string): boolean {
    this.pass(expectedTag, what, of);
    const octet = this.bytes[this.contentStart];
    if (this.contentEnd - this.contentStart !== 1 || (octet !== 0 && octet !== 0xff))
      throw new DerError(phrase(what, of), 'a BOOLEAN that is neither 00 nor FF');
    return octet === 0xff;
  }

  /** The content octets of an INTEGER, which must be minimal. */
  integer(what: string, expectedTag: number = tag.integer): Uint8Array {
    this.passInteger(what, expectedTag);
    return this.view(this.contentStart, this.contentEnd);
  }

  /** Moves behind an INTEGER, which must be minimal; its content lies between the offsets. */
  passInteger(what: string, expectedTag: number = tag.integer): void {
    this.pass(expectedTag, what);
    const { bytes, contentStart } = this;
    const length = this.contentEnd - contentStart;
    if (length === 0) throw new DerError(what, 'an empty INTEGER');
    if (length === 1) return;
    const first = bytes[contentStart] as number;
    const second = bytes[contentStart + 1] as number;
    if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)) {
      throw new DerError(what, 'an INTEGER that is not minimal');
    }
  }

  /** An INTEGER from 0 to `maximum`. */
  unsigned(what: string, maximum: number, expectedTag: number = tag.integer): number {
    this.passInteger(what, expectedTag);
    const { bytes, contentStart, contentEnd } = this;
    if ((bytes[contentStart] as number) >= 0x80) throw new DerError(what, 'a negative INTEGER');
    let value = 0;
    for (let at = contentStart; at < contentEnd; at++) {
      value = value * 256 + (bytes[at] as number);
      if (value > maximum) throw new DerError(what, `an INTEGER above ${maximum}`);
    }
    return value;
  }

  /** Moves behind a BIT STRING and gives the number of its unused bits, which must be zero bits; its first octet says it. */
  passBitString(what: string, expectedTag: number = tag.bitString): number {
    this.pass(expectedTag, what);
    const { bytes, contentStart, contentEnd } = this;
    const unused = contentStart < contentEnd ? (bytes[contentStart] as number) : 8;
    if (unused > 7 || (unused > 0 && contentEnd - contentStart === 1)) {
      throw new DerError(what, 'a BIT STRING with a wrong count of unused bits');
    }
    const last = bytes[contentEnd - 1] as number;
    if (unused > 0 && (last & ((1 << unused) - 1)) !== 0)
      throw new DerError(what, 'a BIT STRING whose unused bits are set');
    return unused;
  }

  /** The octets of a BIT STRING, not copied, and the number of unused bits, which must be zero bits. */
  bitString(what: string, expectedTag: number = tag.bitString): { octets: Uint8Array; unused: number } {
    const unused = this.passBitString(what, expectedTag);
    return { octets: this.view(this.contentStart + 1, this.contentEnd), unused };
  }

  /** Nothing may follow. */
  finish(what: string, of?: string): void {
    if (this.position < this.end) throw new DerError(`the end of ${phrase(what, of)}`, 'trailing data');
  }
}

/** Octets within others: what a reader may stand on without a view of its own. */
export interface Region {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly buffer: ArrayBufferLike | undefined;
}

export function readerOver(octets: Uint8Array | Region): DerReader {
  return octets instanceof Uint8Array
    ? new DerReader(octets)
    : new DerReader(octets.bytes, octets.start, octets.end, octets.buffer);
}

/** A reader over the content of the one element that fills `octets` to the end. */
export function enterWhole(octets: Uint8Array | Region, expectedTag: number, what: string): DerReader {
  const reader = readerOver(octets);
  reader.pass(expectedTag, what);
  reader.finish(what);
  return reader.inside();
}

/** Reads one structure that fills `octets` to the end. */
export function readWhole<T>(octets: Uint8Array | Region, what: string, read: (reader: DerReader) => T): T {
  const reader = readerOver(octets);
  const value = read(reader);
  reader.finish(what);
  return value;
}

export function hexOctet(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}
