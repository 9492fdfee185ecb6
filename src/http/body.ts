/**
 * Reads request bodies under a limit. One that is declared too large is refused before a byte is read, one that turns
 * out too large as soon as it does; both answers close the connection, since the rest of the body is still coming.
 * Bodies that are held in memory share one allowance, so that many large ones together cannot exhaust it.
 */
import { Problem } from './problem.js';

export const mebibyte = 1024 * 1024;

export const limits = {
  certificate: mebibyte,
  /** 64 certificates of 1 MiB in base64 with line ends. */
  chain: 90 * mebibyte,
  crl: 64 * mebibyte,
  /** A CRL of 64 MiB in base64 with room for a chain. */
  json: 96 * mebibyte,
  message: 128 * mebibyte,
} as const;

/** Octets that bodies in memory may take together. */
export const allowance = 512 * mebibyte;
let held = 0;

/** The content type without parameters, lower case. */
export function contentType(request: Request): string {
  const type = request.headers.get('content-type') ?? '';
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

export function requireContentType(request: Request, accepted: readonly string[]): string {
  const type = contentType(request);
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new Problem('content_type_unsupported', 'expected a body without content encoding, found an encoded one', {
      headers: { 'accept-encoding': 'identity' },
    });
  }
  if (accepted.includes(type)) return type;
  const found = type === '' ? 'no content type' : /^[\w.+/-]{1,80}$/.test(type) ? type : 'something else';
  throw new Problem('content_type_unsupported', `expected ${accepted.join(', ')}; found ${found}`, {
    headers: { 'accept-post': accepted.join(', ') },
  });
}

function tooLarge(maximum: number): Problem {
  return new Problem('too_large', `expected at most ${maximum} octets, found more`, {
    headers: { connection: 'close' },
  });
}

/** Refuses by Content-Length, where there is one. */
export function checkDeclaredLength(request: Request, maximum: number): number | undefined {
  const declared = request.headers.get('content-length');
  if (declared === null) return undefined;
  if (Number(declared) > maximum) throw tooLarge(maximum);
  return Number(declared);
}

/** The chunks of a body, at most `maximum` octets of them. */
export async function* bodyChunks(request: Request, maximum: number): AsyncGenerator<Uint8Array> {
  checkDeclaredLength(request, maximum);
  if (request.body === null) return;
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maximum) throw tooLarge(maximum);
    yield chunk;
  }
}

/** A whole body, handed to `use` and accounted for until that ends. */
export async function withBody<T>(
  request: Request,
  maximum: number,
  use: (body: Uint8Array<ArrayBuffer>) => T | Promise<T>,
): Promise<T> {
  let reserved = 0;
  const reserve = (octets: number): void => {
    if (held + octets > allowance) {
      throw new Problem('overloaded', 'too many large requests are being read; try again', {
        headers: { 'retry-after': '5', connection: 'close' },
      });
    }
    held += octets;
    reserved += octets;
  };
  try {
    return await use(await readWhole(request, maximum, reserve));
  } finally {
    held -= reserved;
  }
}

async function readWhole(
  request: Request,
  maximum: number,
  reserve: (octets: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = checkDeclaredLength(request, maximum);
  if (declared !== undefined) {
    reserve(declared);
    // With a length the HTTP parser itself ends the body there.
    return new Uint8Array(await request.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyChunks(request, maximum)) {
    // Twice: the chunks, and the whole that they are copied into.
    reserve(2 * chunk.length);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/** JSON of a body: UTF-8 without exception (RFC 8259 §8.1). */
export function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) throw new Problem('request_malformed', 'expected JSON, found an empty body');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // What the parser says repeats the input, which may be anything.
    throw new Problem('request_malformed', `expected JSON, found ${body.length} octets that are none`);
  }
}
