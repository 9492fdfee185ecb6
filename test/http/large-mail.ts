/** A signed mail of any size that is made while it is sent: its content is one block repeated, and never held as a whole. */
import { createHash } from 'node:crypto';
import { type Issued, multipartSigned, signMessage } from '../../src/stand-in/index.js';

const header = 'Content-Type: text/plain\r\n\r\n';
const block = Buffer.from(`${'x'.repeat(74)}\r\n`.repeat(862));

/** A valid multipart/signed mail of Anna Muster with about `size` octets of text, in chunks. */
export function* largeMail(by: Issued, size: number): Generator<Uint8Array> {
  const count = Math.ceil(size / block.length);
  const digest = createHash('sha256').update(header);
  for (let i = 0; i < count; i++) digest.update(block);
  const { cms } = signMessage({
    form: 'detached',
    content: new Uint8Array(),
    signers: [{ by, messageDigest: new Uint8Array(digest.digest()) }],
  });
  const mark = 'the-content';
  const around = multipartSigned(Buffer.from(mark), cms, 'sha-256', 'the-boundary');
  const [before, after] = Buffer.from(around).toString('latin1').split(mark) as [string, string];
  yield Buffer.from(`From: Anna Muster <anna.muster@stand-in.example>\r\n${before}${header}`, 'latin1');
  for (let i = 0; i < count; i++) yield new Uint8Array(block);
  yield Buffer.from(after, 'latin1');
}

export const streamOf = (chunks: Iterator<Uint8Array>): ReadableStream<Uint8Array> =>
  new ReadableStream({
    pull(controller) {
      const { done, value } = chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
