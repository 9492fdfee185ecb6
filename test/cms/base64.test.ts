import { expect, test } from 'vitest';
import { Base64Decoder } from '../../src/cms/base64.js';
import { parsed } from '../../src/der/reader.js';
import { octets } from './support.js';

function decode(text: string, size: number): Uint8Array {
  const decoder = new Base64Decoder();
  const parts: Uint8Array[] = [];
  for (let at = 0; at < text.length; at += size) parts.push(decoder.update(octets(text.slice(at, at + size))));
  return new Uint8Array(Buffer.concat([...parts, decoder.finish()]));
}

test('every length, with line ends, in pieces of any size', () => {
  for (let length = 0; length < 100; length++) {
    const data = new Uint8Array(length).map((_, at) => at * 7 + length);
    const text = Buffer.from(data).toString('base64').replace(/.{20}/g, '$&\r\n ');
    for (const size of [1, 2, 3, 5, 1000]) expect(decode(text, size)).toEqual(data);
  }
});

test.each([
  'A',
  'AA',
  'AAA',
  'AA=',
  'A===',
  '====',
  'AA==A',
  'AAA=A',
  'AAAA=',
  'AA-A',
  'AA_A',
  'AA\u0000A',
  'AAAA!',
  'AA===',
])('%j is refused', (text) => {
  for (const size of [1, 100]) expect(parsed(() => decode(text, size)).ok).toBe(false);
});
