/**
 * What the first octets of a message are: DER, PEM with text around it, or a header of MIME fields (DESIGN.md §3, input forms).
 */
import { concatOctets, latin1 } from '../der/octets.js';
import { GrowingBuffer } from './buffer.js';
import { limits } from './failure.js';
import { fieldValues, HeaderCollector, type Headers, isMail, parseHeaders } from './headers.js';

/** `rest` is what follows what was recognised. */
export type Opened =
  | { readonly form: 'mime'; readonly headers: Headers; readonly rest: Uint8Array }
  | { readonly form: 'der' | 'pem' | 'other'; readonly rest: Uint8Array };

/** RFC 7468 §8, §9, and what older programs and gpgsm write. */
const pemBegin = /-----BEGIN (?:PKCS7|CMS|PKCS #7 SIGNED DATA|SIGNED MESSAGE)-----/;
const longestPemBegin = 64;
const none = new Uint8Array(0);

export class Opening {
  private readonly header = new HeaderCollector();
  private text: GrowingBuffer | undefined;
  private first = true;
  private readonly pem: boolean;

  /** `pem`: whether PEM is looked for. */
  constructor(pem: boolean) {
    this.pem = pem;
  }

  /** undefined while more octets are needed. */
  update(chunk: Uint8Array): Opened | undefined {
    let octets = chunk;
    if (this.first) {
      this.first = false;
      if (octets[0] === 0x30) return { form: 'der', rest: octets };
      if (octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf) octets = octets.subarray(3);
    }
    if (this.text !== undefined) return this.takeText(octets);
    const rest = this.header.update(octets);
    if (this.header.isHeader === false) return this.beginText(rest);
    return this.header.block === undefined ? undefined : this.opened(this.header.block, rest);
  }

  /** The input has ended. */
  finish(): Opened {
    if (this.text !== undefined) return { form: 'other', rest: none };
    this.header.finish();
    const { block, isHeader } = this.header;
    const opened = block === undefined || isHeader !== true ? this.beginText(none) : this.opened(block, none);
    return opened ?? { form: 'other', rest: none };
  }

  private opened(block: Uint8Array, rest: Uint8Array): Opened | undefined {
    const headers = parseHeaders(block);
    const isMime = isMail(headers) || fieldValues(headers, 'content-type').length > 0;
    if (isMime || !this.pem) return { form: 'mime', headers, rest };
    // What openssl prints before a block looks like fields.
    return this.beginText(rest);
  }

  private beginText(rest: Uint8Array): Opened | undefined {
    if (!this.pem) return { form: 'other', rest: none };
    this.text = new GrowingBuffer('octets of text before a PEM block', limits.header);
    const before = this.header.octets();
    const { block } = this.header;
    return this.takeText(concatOctets(block === undefined ? before : block, rest));
  }

  private takeText(octets: Uint8Array): Opened | undefined {
    const { text } = this;
    if (text === undefined) return undefined;
    const from = Math.max(0, text.length - longestPemBegin);
    const part = octets.subarray(0, limits.header - text.length);
    text.append(part);
    const all = text.octets().subarray(from);
    const match = pemBegin.exec(latin1(all));
    const beyond = octets.subarray(part.length);
    if (match === null) return beyond.length > 0 ? { form: 'other', rest: none } : undefined;
    const behind = text.octets().subarray(from + match.index + match[0].length);
    return { form: 'pem', rest: concatOctets(behind, beyond) };
  }
}
