/**
 * The canonical form of text under a signature (RFC 8551 §3.1.1): every line ends with CRLF. A bare LF, as files on disk and some
 * mail stores have it, becomes CRLF; nothing else changes, a lone CR neither. It is one form, never a second try with another.
 */

const lf = 10;
const cr = 13;
/** What the processor's cache holds: each piece is searched, rewritten and hashed while it is there. */
const pieceOctets = 64 * 1024;

export class CrlfCanonicalizer {
  private readonly sink: (octets: Uint8Array, reused: boolean) => void;
  private afterCr = false;
  private output = Buffer.alloc(0);

  /** `reused`: the octets handed on are overwritten by the next call. */
  constructor(sink: (octets: Uint8Array, reused: boolean) => void) {
    this.sink = sink;
  }

  update(octets: Uint8Array): void {
    const data = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    for (let at = 0; at < data.length; at += pieceOctets) this.take(data.subarray(at, at + pieceOctets));
  }

  private take(piece: Buffer): void {
    const { afterCr } = this;
    this.afterCr = piece[piece.length - 1] === cr;
    if (!hasBareLf(piece, afterCr)) {
      this.sink(piece, false);
      return;
    }
    // The LF of a CRLF that was cut in two is not a line end of its own.
    const cut = afterCr && piece[0] === lf ? 1 : 0;
    if (cut > 0) this.sink(piece.subarray(0, cut), false);
    this.convert(piece.subarray(cut));
  }

  /** Replacing in the engine is three times as fast as line by line. */
  private convert(piece: Buffer): void {
    const text = piece.toString('latin1');
    const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
    if (this.output.length < 2 * piece.length) this.output = Buffer.allocUnsafeSlow(2 * piece.length);
    const length = this.output.write(lines.replaceAll('\n', '\r\n'), 'latin1');
    this.sink(this.output.subarray(0, length), true);
  }
}

/** Whether there is an LF without CR before it. */
function hasBareLf(piece: Buffer, afterCr: boolean): boolean {
  let at = piece.indexOf(lf);
  if (at === 0 && afterCr) at = piece.indexOf(lf, 1);
  while (at > 0 && piece[at - 1] === cr) at = piece.indexOf(lf, at + 1);
  return at >= 0;
}
