/**
 * Reads a response body under a cap, undoing its content coding (RFC 9110 §8.4.1). The cap counts octets on the wire
 * and after decompression, each chunk as it comes, so that a gzip bomb is dropped at the cap and never unfolds.
 */
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { errorCode, failure, failureIn, NetError, type NetFailure } from './outcome.js';

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

export type BodyResult = { readonly bytes: Uint8Array } | NetFailure;

/** `coding` is the Content-Encoding header, undefined where there is none. Never rejects. */
export async function readBody(source: Readable, coding: string | undefined, cap: number): Promise<BodyResult> {
  const name = coding?.trim().toLowerCase() ?? 'identity';
  const decoder = decoders[name];
  // Codings stacked on each other serve nobody but a bomb.
  if (decoder === undefined && name !== 'identity' && name !== '') {
    source.destroy();
    return failure('encoding_invalid', 'the content coding is not one of gzip, deflate, br');
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  const capped = async function* (input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let received = 0;
    for await (const chunk of input) {
      received += chunk.length;
      if (received > cap) throw new NetError(failure('too_large', `more than ${cap} octets`));
      yield chunk;
    }
  };
  const collect = async (input: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of capped(input)) {
      total += chunk.length;
      chunks.push(chunk);
    }
  };
  try {
    if (decoder === undefined) await pipeline(source, collect);
    else await pipeline(source, capped, decoder(), collect);
  } catch (error) {
    return bodyFailure(error);
  }
  return { bytes: await joined(chunks, total) };
}

function bodyFailure(error: unknown): NetFailure {
  const known = failureIn(error);
  if (known !== undefined) return known;
  const code = errorCode(error);
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__ERROR')) {
    return failure('encoding_invalid', 'the content coding is broken');
  }
  if (code === 'TimeoutError' || code === 'AbortError' || code === 'UND_ERR_ABORTED') {
    return failure('timeout', 'the answer did not end in time');
  }
  return failure('cut_off', `the answer was cut off: ${code}`);
}

/** Octets copied at one go, about three milliseconds' worth: a CRL may have 64 MiB, and others want their turn meanwhile. */
const slice = 4 * 1024 * 1024;

async function joined(chunks: readonly Uint8Array[], total: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(total);
  let offset = 0;
  let rested = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
    if (offset - rested < slice) continue;
    await setImmediate();
    rested = offset;
  }
  return bytes;
}
