/**
 * The parts of a multipart body as it passes by (RFC 2046 §5.1.1), each with its exact octets: the line end before a boundary
 * belongs to the boundary. A boundary is a whole line, blanks at its end aside: a longer boundary of a multipart inside, which
 * begins alike, is not one.
 */
import { concatOctets } from '../der/octets.js';

const lf = 10;
const cr = 13;
const hyphen = 45;
/** Blanks may follow a boundary; more of them make it an ordinary line. */
const maximumLine = 1000;

export class MultipartSplitter {
  /** Index of the part at hand; -1 in the preamble. */
  part = -1;
  /** The closing boundary has come; what follows is the epilogue and is passed over. */
  closed = false;
  private readonly delimiter: Buffer;
  private readonly onData: (part: number, octets: Uint8Array) => void;
  private carry: Uint8Array = new Uint8Array(0);
  /** Whether the octet that comes next begins a line. */
  private atLineStart = true;

  constructor(boundary: string, onData: (part: number, octets: Uint8Array) => void) {
    this.delimiter = Buffer.from(`--${boundary}`, 'utf8');
    this.onData = onData;
  }

  update(chunk: Uint8Array): void {
    if (!this.closed) this.process(this.carry.length === 0 ? chunk : concatOctets(this.carry, chunk), false);
  }

  finish(): void {
    if (!this.closed) this.process(this.carry, true);
  }

  private process(octets: Uint8Array, last: boolean): void {
    const data = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    const { delimiter } = this;
    let from = 0;
    let search = 0;
    let lineStart = this.atLineStart;
    while (true) {
      const found = data.indexOf(delimiter, search);
      if (found < 0) break;
      search = found + 1;
      if (found === from ? !lineStart : data[found - 1] !== lf) continue;
      const line = this.readLine(data, found, last);
      if (line === 'incomplete') {
        this.keep(data, from, breakStart(data, from, found), lineStart);
        return;
      }
      if (line === undefined) continue;
      this.emit(data, from, breakStart(data, from, found));
      this.part++;
      from = line.end;
      search = from;
      lineStart = true;
      if (line.closing) {
        this.closed = true;
        this.carry = new Uint8Array(0);
        return;
      }
    }
    this.keep(data, from, last ? data.length : this.keepStart(data, from, lineStart), lineStart);
  }

  /** The delimiter line at `start`; undefined where it is an ordinary line. */
  private readLine(
    data: Buffer,
    start: number,
    last: boolean,
  ): { end: number; closing: boolean } | 'incomplete' | undefined {
    let at = start + this.delimiter.length;
    const closing = data[at] === hyphen && data[at + 1] === hyphen;
    if (closing) at += 2;
    else if (data[at] === hyphen && at + 1 === data.length && !last) return 'incomplete';
    for (; at < data.length; at++) {
      const octet = data[at] as number;
      if (octet === lf) return { end: at + 1, closing };
      if (octet !== 32 && octet !== 9 && octet !== cr) return undefined;
      if (at - start > maximumLine) return undefined;
    }
    return last ? { end: data.length, closing } : 'incomplete';
  }

  private emit(data: Buffer, from: number, to: number): void {
    if (to > from) this.onData(this.part, data.subarray(from, to));
  }

  /** Passes on what comes before `to` and keeps the rest for the next chunk. */
  private keep(data: Buffer, from: number, to: number, lineStart: boolean): void {
    this.emit(data, from, to);
    this.carry = new Uint8Array(data.subarray(to));
    this.atLineStart = to === from ? lineStart : data[to - 1] === lf;
  }

  /** Where that begins which may turn out to be a boundary with the line end before it. */
  private keepStart(data: Buffer, from: number, lineStart: boolean): number {
    const lastLine = data.lastIndexOf(lf);
    const start = lastLine >= from ? lastLine + 1 : lineStart ? from : undefined;
    const { delimiter } = this;
    if (start !== undefined && data.length - start < delimiter.length) {
      if (data.subarray(start).equals(delimiter.subarray(0, data.length - start))) return breakStart(data, from, start);
    }
    return data.length > from && data[data.length - 1] === cr ? data.length - 1 : data.length;
  }
}

/** Where the line end before `lineStart` begins, not before `from`. */
function breakStart(data: Buffer, from: number, lineStart: number): number {
  let start = lineStart;
  if (start > from && data[start - 1] === lf) start--;
  if (start < lineStart && start > from && data[start - 1] === cr) start--;
  return start;
}
