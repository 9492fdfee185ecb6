/**
 * Header fields of a mail or a MIME entity (RFC 5322 §2.2, RFC 2045 §5): as many as came, in order, unfolded. Which From is
 * shown to a person differs from program to program, so nothing is chosen here: two fields are two fields.
 */
import { GrowingBuffer } from './buffer.js';
import { limits } from './failure.js';

export interface HeaderField {
  /** In lower case. */
  readonly name: string;
  /** Unfolded, as UTF-8 (RFC 6532), without blanks around it. */
  readonly value: string;
}

export interface Headers {
  readonly fields: readonly HeaderField[];
  /** False where a line is no field, or holds a control character: programs differ in what they make of it. */
  readonly wellFormed: boolean;
}

export function fieldValues(headers: Headers, name: string): string[] {
  return headers.fields.filter((field) => field.name === name).map((field) => field.value);
}

/** Fields of RFC 5322 §3.6 that make a MIME entity a mail. */
const mailFields = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'date',
  'subject',
  'message-id',
  'received',
  'return-path',
  'resent-from',
]);

export function isMail(headers: Headers): boolean {
  return headers.fields.some(({ name }) => mailFields.has(name));
}

const fieldLine = /^([!-9;-~]+)[ \t]*:(.*)$/s;
// RFC 5322 §2.2: no control characters but the horizontal tab.
const control = /[^\P{Cc}\t]/u;
const decoder = new TextDecoder('utf-8');

/** Reads a block that ends before the empty line. A first line "From " of a mailbox file is passed over. */
export function parseHeaders(block: Uint8Array): Headers {
  const fields: { name: string; lines: string[] }[] = [];
  let wellFormed = true;
  const lines = decoder.decode(block).split(/\r?\n/);
  if (lines[0]?.startsWith('From ')) lines.shift();
  for (const line of lines) {
    if (line === '') continue;
    if (control.test(line)) wellFormed = false;
    const last = fields.at(-1);
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (last === undefined) wellFormed = false;
      else last.lines.push(line);
      continue;
    }
    const match = fieldLine.exec(line);
    if (match === null) wellFormed = false;
    else fields.push({ name: (match[1] as string).toLowerCase(), lines: [match[2] as string] });
  }
  return { fields: fields.map(({ name, lines }) => ({ name, value: lines.join('').trim() })), wellFormed };
}

export interface ParameterizedValue {
  /** In lower case: type/subtype, or the word before the first semicolon. */
  readonly value: string;
  /** Names in lower case. A parameter that is there twice is left out: programs choose differently. */
  readonly parameters: ReadonlyMap<string, string>;
}

const parameter = /;[ \t]*([!#$%&'*+\-.^_`{|}~\w]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/gs;

/** Content-Type, Content-Disposition (RFC 2045 §5.1, RFC 2183). Parameters in the form of RFC 2231 are not needed here. */
export function parseParameterized(text: string): ParameterizedValue {
  const [value = ''] = text.split(';', 1);
  const parameters = new Map<string, string>();
  const twice = new Set<string>();
  for (const match of text.matchAll(parameter)) {
    const name = (match[1] as string).toLowerCase();
    if (parameters.has(name)) twice.add(name);
    parameters.set(name, match[2]?.replace(/\\(.)/gs, '$1') ?? match[3] ?? '');
  }
  for (const name of twice) parameters.delete(name);
  return {
    value: value
      .replace(/\([^()]*\)/g, '')
      .trim()
      .toLowerCase(),
    parameters,
  };
}

const lf = 10;
const cr = 13;
const step = 8192;
/** Longest first line that is looked at to see whether a text begins with a header (RFC 5322 §2.1.1). */
const maximumLine = 998;

/** Keeps octets until the empty line; hands back what comes behind it. */
export class HeaderCollector {
  /** The block, once it is complete. */
  block: Uint8Array | undefined;
  /** Whether the first line is that of a header; undefined while it is not all there. */
  isHeader: boolean | undefined;
  private readonly buffer = new GrowingBuffer('octets of header fields', limits.header);
  private scanned = 0;
  private lineStart = 0;

  /** Takes octets until the block is complete or turns out to be none; what was not taken. */
  update(chunk: Uint8Array): Uint8Array {
    for (let at = 0; at < chunk.length; at += step) {
      const before = this.buffer.length;
      const piece = chunk.subarray(at, at + step);
      this.buffer.append(piece);
      this.lookAtFirstLine(false);
      if (this.isHeader === false) return chunk.subarray(at + piece.length);
      const end = this.findEnd();
      if (end === undefined) continue;
      this.block = this.buffer.octets().slice(0, end.block);
      return chunk.subarray(at + end.body - before);
    }
    return chunk.subarray(chunk.length);
  }

  /** The input has ended: what came is the block. */
  finish(): void {
    if (this.block !== undefined) return;
    this.lookAtFirstLine(true);
    this.block = this.buffer.octets();
  }

  /** All that was taken. */
  octets(): Uint8Array {
    return this.buffer.octets();
  }

  private lookAtFirstLine(ended: boolean): void {
    if (this.isHeader !== undefined) return;
    const octets = this.buffer.octets().subarray(0, maximumLine + 1);
    const end = octets.indexOf(lf);
    if (end < 0 && octets.length <= maximumLine && !ended) return;
    const line = decoder.decode(end < 0 ? octets : octets.subarray(0, end)).replace(/\r$/, '');
    this.isHeader = line === '' || line.startsWith('From ') || fieldLine.test(line);
  }

  private findEnd(): { block: number; body: number } | undefined {
    const octets = this.buffer.octets();
    while (true) {
      const at = octets.indexOf(lf, this.scanned);
      if (at < 0) {
        this.scanned = octets.length;
        return undefined;
      }
      const { lineStart } = this;
      this.scanned = at + 1;
      this.lineStart = at + 1;
      const length = at - lineStart;
      if (length === 0 || (length === 1 && octets[lineStart] === cr)) return { block: lineStart, body: at + 1 };
    }
  }
}
