/**
 * ContentInfo and SignedData (RFC 5652 §3, §5) read while they arrive, DER or BER: the head is kept until it is complete, the
 * content passes through to its collector, what follows is kept up to a limit and read at the end. So a message of any
 * size costs the memory of its certificates and signers only.
 *
 * Other content types end the reading at once: what they hold cannot be seen here.
 */
import type { DigestName } from '../crypto/algorithms.js';
import { digestAlgorithm } from '../crypto/digest.js';
import {
  BerReader,
  constructedOctetString,
  indefinite,
  isEndOfContents,
  maximumHeaderOctets,
  readBerHeader,
} from '../der/ber.js';
import { contextConstructed, DerError, hexOctet, tag } from '../der/reader.js';
import { GrowingBuffer } from './buffer.js';
import { ContentCollector, type SignedContent } from './content.js';
import { LimitError, limits } from './failure.js';
import {
  contentTypeOid,
  readDigestAlgorithms,
  readOidElement,
  readSignedDataTail,
  type SignedData,
  trailingData,
} from './signed-data.js';

export type CmsOutcome =
  | { readonly kind: 'signed-data'; readonly signedData: SignedData }
  | { readonly kind: 'other'; readonly contentType: string };

/** Offset at which an element ends, or -1 where a marker ends it. */
type End = number;

interface Head {
  /** Of ContentInfo, its [0], SignedData. */
  readonly outer: readonly [End, End, End];
  readonly digests: readonly DigestName[];
  readonly contentType: string;
  /** Of encapContentInfo and its [0]; none when the content is detached. */
  readonly inner: readonly End[];
  /** Offset of what follows. */
  readonly position: number;
}

/** Constructed octet strings inside each other: one level is what encoders make. */
const maximumStringDepth = 8;
const none = new Uint8Array(0);

export class CmsReader {
  private readonly head = new GrowingBuffer('octets before the signed content', limits.signedDataHead);
  private readonly tail = new GrowingBuffer('octets behind the signed content', limits.signedDataTail);
  private parsedHead: Head | undefined;
  private otherType: string | undefined;
  private collector: ContentCollector | undefined;
  private readonly stable: boolean;
  private readonly onContent: ((chunk: Uint8Array) => void) | undefined;
  private state: 'head' | 'content' | 'tail' = 'head';
  /** Offset in the stream of the next octet to be looked at. */
  private offset = 0;
  /** encapContentInfo, [0] and the constructed strings that are open. */
  private readonly open: End[] = [];
  /** Octets left of the primitive string at hand. */
  private remaining = 0;
  private sawString = false;
  private carry: Uint8Array = none;
  private tailOffset = 0;

  constructor(stable: boolean, onContent?: (chunk: Uint8Array) => void) {
    this.stable = stable;
    this.onContent = onContent;
  }

  /** True where nothing that follows can change the outcome. */
  get done(): boolean {
    return this.otherType !== undefined;
  }

  /** True once the octets proved to be a ContentInfo. */
  get recognised(): boolean {
    return this.done || this.parsedHead !== undefined;
  }

  update(chunk: Uint8Array): void {
    if (this.done) return;
    let rest: Uint8Array | undefined = chunk;
    if (this.state === 'head') rest = this.readHead(chunk);
    if (rest !== undefined && this.state === 'content') rest = this.readContent(rest);
    if (rest !== undefined && this.state === 'tail') this.tail.append(rest, this.stable);
  }

  finish(): CmsOutcome {
    if (this.otherType !== undefined) return { kind: 'other', contentType: this.otherType };
    const head = this.parsedHead;
    if (head === undefined || this.state !== 'tail') throw new DerError('a signed message', 'the end of the data');
    this.collector?.finish();
    const contents: SignedContent[] = this.collector === undefined ? [] : [this.collector];
    return {
      kind: 'signed-data',
      signedData: { contentType: head.contentType, contents, ...this.readTail(head.outer) },
    };
  }

  /** Keeps octets until the head is complete; what is left over then. */
  private readHead(chunk: Uint8Array): Uint8Array | undefined {
    const before = this.head.length;
    // As a rule the first chunk holds the whole head, and nothing is copied.
    if (before > 0) this.head.append(chunk.subarray(0, limits.signedDataHead - before));
    const octets = before > 0 ? this.head.octets() : chunk.subarray(0, limits.signedDataHead);
    const head = completeHead(octets);
    if (head === undefined) {
      if (octets.length === limits.signedDataHead) {
        throw new LimitError('octets before the signed content', limits.signedDataHead);
      }
      if (before === 0) this.head.append(octets);
      return undefined;
    }
    if ('other' in head) {
      this.otherType = head.other;
      return undefined;
    }
    this.parsedHead = head;
    this.offset = head.position;
    if (head.inner.length === 0) this.startTail();
    else {
      this.state = 'content';
      this.open.push(...head.inner);
      this.collector = new ContentCollector(new Set(head.digests), this.stable, this.onContent);
    }
    return chunk.subarray(head.position - before);
  }

  private startTail(): void {
    this.state = 'tail';
    this.tailOffset = this.offset;
  }

  /** Passes content on; what follows the content, or undefined when all was content. */
  private readContent(chunk: Uint8Array): Uint8Array | undefined {
    let data = chunk;
    if (this.carry.length > 0) {
      data = new Uint8Array(this.carry.length + chunk.length);
      data.set(this.carry);
      data.set(chunk, this.carry.length);
      this.carry = none;
    }
    let at = 0;
    while (true) {
      if (this.remaining > 0) {
        const length = Math.min(this.remaining, data.length - at);
        if (length > 0) this.collector?.update(data.subarray(at, at + length));
        at += length;
        this.offset += length;
        this.remaining -= length;
        if (this.remaining > 0) return undefined;
      }
      while (this.open.length > 0 && this.open.at(-1) === this.offset) this.open.pop();
      if (this.open.length === 0) {
        this.startTail();
        return data.subarray(at);
      }
      const read = this.readContentHeader(data, at);
      if (read === 0) {
        this.carry = new Uint8Array(data.subarray(at));
        return undefined;
      }
      at += read;
      this.offset += read;
    }
  }

  /** Octets of the header or end marker at `at`; 0 where it is cut off. */
  private readContentHeader(data: Uint8Array, at: number): number {
    const what = 'the signed content';
    if (at >= data.length) return 0;
    if (this.open.at(-1) === indefinite && data[at] === 0) {
      if (at + 2 > data.length) return 0;
      if (!isEndOfContents(data, at, data.length)) throw new DerError(what, 'a wrong end marker');
      this.open.pop();
      return 2;
    }
    const header = readBerHeader(data, at, Math.min(data.length, at + maximumHeaderOctets), what);
    if (header === undefined) return 0;
    // Below [0] there is one string; its pieces stand below it.
    const inString = this.open.length > 2;
    if (!inString && (this.open.length < 2 || this.sawString)) throw trailingData(what);
    const size = header.contentStart - at;
    if (header.tag === tag.octetString) {
      this.remaining = header.length;
      this.collector?.expect(header.length);
    } else if (header.tag === constructedOctetString) {
      if (this.open.length - 2 >= maximumStringDepth) throw new DerError(what, 'octet strings nested too deeply');
    } else {
      throw new DerError(`${what} as an OCTET STRING`, `tag 0x${hexOctet(header.tag)}`);
    }
    const end = header.length === indefinite ? indefinite : this.offset + size + header.length;
    checkWithin(end, this.open, what);
    checkWithin(end, this.parsedHead?.outer ?? [], what);
    if (header.tag === constructedOctetString) this.open.push(end);
    this.sawString = true;
    return size;
  }

  private readTail(outer: readonly [End, End, End]) {
    const octets = this.tail.octets();
    const ends = outer.map((end) => (end === indefinite ? indefinite : end - this.tailOffset));
    const [outerEnd, explicitEnd, dataEnd] = ends as [End, End, End];
    const whole = new BerReader(octets);
    for (const end of ends) if (end > octets.length) throw new DerError('SignedData', 'a truncated element');
    const fields = new BerReader(octets, 0, dataEnd === indefinite ? octets.length : dataEnd);
    const tail = readSignedDataTail(fields);
    whole.position = fields.position;
    for (const end of [dataEnd, explicitEnd, outerEnd]) {
      if (end !== indefinite) {
        if (whole.position !== end) throw trailingData('SignedData');
      } else {
        if (!isEndOfContents(octets, whole.position, octets.length)) throw trailingData('SignedData');
        whole.position += 2;
      }
    }
    if (!whole.done) throw trailingData('the message');
    return tail;
  }
}

function checkWithin(end: End, parents: readonly End[], what: string): void {
  for (const parent of parents) {
    if (parent !== indefinite && end !== indefinite && end > parent) throw new DerError(what, 'a truncated element');
  }
}

/** The head is not all there yet. */
class Incomplete extends Error {}

/** Walks headers of octets that are not all there yet. */
class HeadCursor {
  readonly octets: Uint8Array;
  position = 0;
  constructor(octets: Uint8Array) {
    this.octets = octets;
  }

  private header(what: string) {
    const header = readBerHeader(this.octets, this.position, this.octets.length, what);
    if (header === undefined) {
      throw new Incomplete();
    }
    return header;
  }

  /** Steps into an element; where it ends. */
  enter(expectedTag: number, parents: readonly End[], what: string): End {
    const header = this.header(what);
    if (header.tag !== expectedTag) throw new DerError(what, `tag 0x${hexOctet(header.tag)}`);
    this.position = header.contentStart;
    if (header.length === indefinite) return indefinite;
    const end = header.contentStart + header.length;
    checkWithin(end, parents, what);
    return end;
  }

  /** A reader over one whole element. */
  whole(expectedTag: number, what: string): BerReader {
    const header = this.header(what);
    if (header.tag !== expectedTag) throw new DerError(what, `tag 0x${hexOctet(header.tag)}`);
    const reader = new BerReader(this.octets, this.position);
    if (header.length !== indefinite) {
      if (header.contentStart + header.length > this.octets.length) throw new Incomplete();
      reader.skip(what);
    } else {
      reader.position = this.endOfSmall(header.contentStart, what);
    }
    const start = this.position;
    this.position = reader.position;
    return new BerReader(this.octets, start, reader.position);
  }

  /** Behind an indefinite element all of whose members are definite. */
  private endOfSmall(at: number, what: string): number {
    const { octets } = this;
    while (true) {
      if (at + 2 > octets.length) throw new Incomplete();
      if (isEndOfContents(octets, at, octets.length)) return at + 2;
      const header = readBerHeader(octets, at, octets.length, what);
      if (header === undefined) throw new Incomplete();
      if (header.length === indefinite) throw new DerError(what, 'an indefinite length inside');
      at = header.contentStart + header.length;
    }
  }

  /** Whether the element that ends at `end` ends here; steps over its marker. */
  ends(end: End): boolean {
    if (end !== indefinite) return this.position === end;
    if (this.position + 2 > this.octets.length) throw new Incomplete();
    if (!isEndOfContents(this.octets, this.position, this.octets.length)) return false;
    this.position += 2;
    return true;
  }
}

function completeHead(octets: Uint8Array): Head | { other: string } | undefined {
  try {
    return readHead(new HeadCursor(octets));
  } catch (error) {
    if (error instanceof Incomplete) return undefined;
    throw error;
  }
}

function readHead(cursor: HeadCursor): Head | { other: string } {
  const contentInfo = cursor.enter(tag.sequence, [], 'a CMS message');
  const type = readOidElement(cursor.whole(tag.oid, 'the content type of a CMS message'), 'a content type');
  if (type !== contentTypeOid.signedData) return { other: type };
  const explicit = cursor.enter(contextConstructed(0), [contentInfo], 'SignedData');
  const signedData = cursor.enter(tag.sequence, [contentInfo, explicit], 'SignedData');
  const outer: [End, End, End] = [contentInfo, explicit, signedData];
  cursor.whole(tag.integer, 'the version of SignedData').unsigned('the version of SignedData', 255);
  const digestSet = cursor.whole(tag.set, 'digestAlgorithms').enter(tag.set, 'digestAlgorithms');
  const digests: DigestName[] = [];
  for (const algorithm of readDigestAlgorithms(digestSet)) {
    const name = digestAlgorithm(algorithm);
    if (name !== undefined) digests.push(name);
  }
  const encapsulated = cursor.enter(tag.sequence, outer, 'encapContentInfo');
  const contentType = readOidElement(cursor.whole(tag.oid, 'eContentType'), 'eContentType');
  if (cursor.ends(encapsulated)) return { outer, digests, contentType, inner: [], position: cursor.position };
  const content = cursor.enter(contextConstructed(0), [...outer, encapsulated], 'eContent');
  return { outer, digests, contentType, inner: [encapsulated, content], position: cursor.position };
}
