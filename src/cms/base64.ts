/**
 * Base64 of a transfer encoding or a PEM block (RFC 2045 §6.8, RFC 4648 §4), decoded while it arrives. Line ends and blanks are
 * passed over; any other character, wrong padding or anything behind it makes it unreadable: RFC 2045 would ignore rubbish, and two
 * programs that ignore it differently would see two messages.
 */
import { DerError } from '../der/reader.js';

const blank = -2;
const pad = -3;

const values = (() => {
  const table = new Int8Array(256).fill(-1);
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((character, value) => {
    table[character.charCodeAt(0)] = value;
  });
  for (const character of ' \t\r\n') table[character.charCodeAt(0)] = blank;
  table['='.charCodeAt(0)] = pad;
  return table;
})();

const what = 'base64';

const valueAt = (text: Uint8Array, at: number): number => values[text[at] as number] as number;

export class Base64Decoder {
  private bits = 0;
  private count = 0;
  private pads = 0;

  /** The octets that `text` completes. */
  update(text: Uint8Array): Uint8Array {
    const out = new Uint8Array(Math.ceil(text.length / 4) * 3 + 3);
    let { bits, count, pads } = this;
    let at = 0;
    const { length } = text;
    for (let i = 0; i < length; i++) {
      // Four characters at once, as long as all belong to the alphabet: most of a message.
      while (count === 0 && pads === 0 && i + 4 <= length) {
        const quad =
          (valueAt(text, i) << 18) | (valueAt(text, i + 1) << 12) | (valueAt(text, i + 2) << 6) | valueAt(text, i + 3);
        if (quad < 0) break;
        out[at] = quad >> 16;
        out[at + 1] = quad >> 8;
        out[at + 2] = quad;
        at += 3;
        i += 4;
      }
      if (i === length) break;
      const value = valueAt(text, i);
      if (value >= 0) {
        if (pads > 0) throw new DerError(`the end of the ${what}`, 'more characters behind its padding');
        bits = (bits << 6) | value;
        if (++count === 4) {
          out[at++] = bits >> 16;
          out[at++] = bits >> 8;
          out[at++] = bits;
          bits = 0;
          count = 0;
        }
      } else if (value === pad) {
        if (count < 2 || ++pads > 4 - count) throw new DerError(what, 'padding where there must be none');
      } else if (value !== blank) {
        throw new DerError(what, 'other characters');
      }
    }
    this.bits = bits;
    this.count = count;
    this.pads = pads;
    return out.subarray(0, at);
  }

  /** The last octets. */
  finish(): Uint8Array {
    const { bits, count, pads } = this;
    if (count === 0) return new Uint8Array(0);
    if (count === 1 || pads !== 4 - count) throw new DerError(what, 'base64 that is cut off');
    return count === 2 ? Uint8Array.of(bits >> 4) : Uint8Array.of(bits >> 10, bits >> 2);
  }
}
