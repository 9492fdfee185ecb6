/**
 * Header fields of a mail or a MIME entity (RFC 5322 §2.2, RFC 2045 §5): as many as came, in order, unfolded. Which From is
 * shown to a person differs from program to program, so nothing is chosen here: two fields are two fields.
 */
import { GrowingBuffer } from './buffer.js';
import { LimitError, limits } from './failure.js';

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
  // Most have none.
  const matches = text.length === value.length ? [] : text.matchAll(parameter);
  for (const match of matches) {
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
/** Longest first line that is looked at to see whether a text begins with a header (RFC 5322 §2.1.1). */
const maximumLine = 998;
const budget = 'octets of header fields';

/** Keeps octets until the empty line; hands back what comes behind it. */
export class HeaderCollector {
  /** The block, once it is complete; part of the octets that were taken last, not a copy. */
  block: Uint8Array | undefined;
  /** Whether the first line is that of a header; undefined while it is not all there. */
  isHeader: boolean | undefined;
  private readonly buffer = new GrowingBuffer(budget, limits.header);
  private scanned = 0;
  private lineStart = 0;

  /** Takes octets until the block is complete or turns out to be none; what was not taken. */
  update(chunk: Uint8Array): Uint8Array {
    const before = this.buffer.length;
    const part = chunk.subarray(0, limits.header - before);
    // As a rule the first chunk holds the whole block, and nothing is copied.
    if (before > 0) this.buffer.append(part);
    const octets = before > 0 ? this.buffer.octets() : part;
    this.lookAtFirstLine(octets, false);
    if (this.isHeader === false) return before > 0 ? chunk.subarray(part.length) : chunk;
    const end = this.findEnd(octets);
    if (end !== undefined) {
      this.block = octets.subarray(0, end.block);
      return chunk.subarray(end.body - before);
    }
    if (part.length < chunk.length) throw new LimitError(budget, limits.header);
    if (before === 0) this.buffer.append(part);
    return chunk.subarray(chunk.length);
  }

  /** The input has ended: what came is the block. */
  finish(): void {
    if (this.block !== undefined) return;
    this.lookAtFirstLine(this.buffer.octets(), true);
    this.block = this.buffer.octets();
  }

  /** All that was taken, but for a block that came in one chunk. */
  octets(): Uint8Array {
    return this.buffer.octets();
  }

  private lookAtFirstLine(octets: Uint8Array, ended: boolean): void {
    if (this.isHeader !== undefined) return;
    const first = octets.subarray(0, maximumLine + 1);
    const end = first.indexOf(lf);
    if (end < 0 && first.length <= maximumLine && !ended) return;
    const line = decoder.decode(end < 0 ? first : first.subarray(0, end)).replace(/\r$/, '');
    this.isHeader = line === '' || line.startsWith('From ') || fieldLine.test(line);
  }

  private findEnd(octets: Uint8Array): { block: number; body: number } | undefined {
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
