/**
 * `POST /v1/batch`: one JSON request per line, one JSON answer per line, in order, streamed. A line with `message` is a
 * message, any other a certificate. A line that cannot be read is answered with its problem, and the next one follows.
 */
import { verifyCertificate } from '../verify/certificate.js';
import { bodyChunks, parseJson, requireContentType } from './body.js';
import { certificateText } from './certificates.js';
import { messageText } from './messages.js';
import { Problem, problemDocument } from './problem.js';
import { readCertificateFields, readMessageFields } from './read-fields.js';
import type { CountingService } from './service.js';

/** A line is held in memory; a certificate, its chain and CRLs of the usual size fit. */
export const maximumLine = 16 * 1024 * 1024;
const newline = 0x0a;
/** Space, tab, carriage return. */
const blank = new Set([0x20, 0x09, 0x0d]);

export function batchRoute(request: Request, service: CountingService): Response {
  requireContentType(request, ['application/x-ndjson', 'application/ndjson', 'application/jsonl']);
  const encoder = new TextEncoder();
  const lines = readLines(bodyChunks(request, Number.POSITIVE_INFINITY));
  const answers = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(`${await answerLine(value, service)}\n`));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
  return new Response(answers, { headers: { 'content-type': 'application/x-ndjson' } });
}

async function answerLine(line: Uint8Array | 'too long', service: CountingService): Promise<string> {
  try {
    if (line === 'too long')
      throw new Problem('too_large', `expected lines of at most ${maximumLine} octets, found more`);
    const value = parseJson(line);
    const now = service.now();
    if (typeof value === 'object' && value !== null && 'message' in value) {
      return await messageText(readMessageFields(value, now), service);
    }
    const read = readCertificateFields(value, now);
    return await certificateText(read, verifyCertificate(read.request, service.trust(), read.time), service);
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem('internal_error', 'the line could not be processed');
    return JSON.stringify(problemDocument(problem));
  }
}

/** Lines without their end; empty ones are left out. One that is too long is reported once, and skipped to its end. */
async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | 'too long', void> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (): Uint8Array | 'too long' | undefined => {
    const line = size > maximumLine ? ('too long' as const) : new Uint8Array(Buffer.concat(parts));
    parts = [];
    size = 0;
    return line !== 'too long' && line.every((octet) => blank.has(octet)) ? undefined : line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
      size += at - start;
      if (size <= maximumLine) parts.push(chunk.subarray(start, at));
      start = at + 1;
      const line = take();
      if (line !== undefined) yield line;
    }
    size += chunk.length - start;
    if (size > maximumLine) parts = [];
    else parts.push(chunk.subarray(start));
  }
  const last = take();
  if (last !== undefined) yield last;
}
