import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonOid, commonOids } from '../../src/der/common-oids.js';
import { decodeAny, decodeOid } from '../../src/der/oid.js';
import { DerError } from '../../src/der/reader.js';

/** X.690 §8.19.4, written once more and plainly. */
function encode(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  return Uint8Array.from(
    [first * 40n + second, ...rest].flatMap((arc) => {
      const octets = [Number(arc & 0x7fn)];
      for (let left = arc >> 7n; left > 0n; left >>= 7n) octets.unshift(0x80 | Number(left & 0x7fn));
      return octets;
    }),
  );
}

const inside = (octets: Uint8Array): Uint8Array => Uint8Array.from([0xff, 0x06, ...octets, 0x01, 0x80]);

describe('the table of common object identifiers', () => {
  it('has each of them once', () => {
    expect(new Set(commonOids).size).toBe(commonOids.length);
  });

  it('says what decoding says', () => {
    for (const dotted of commonOids) {
      const octets = encode(dotted);
      expect(commonOid(octets, 0, octets.length)).toBe(dotted);
      expect(decodeAny(octets, 'an identifier', 0, octets.length)).toBe(dotted);
      expect(decodeOid(inside(octets), 'an identifier', 2, 2 + octets.length)).toBe(dotted);
    }
  });

  it('never answers for other octets', () => {
    const oneOctetOff = fc.tuple(fc.constantFrom(...commonOids), fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(oneOctetOff, ([dotted, at, octet]) => {
        const octets = encode(dotted);
        octets[at % octets.length] = octet;
        const found = commonOid(octets, 0, octets.length);
        if (found !== undefined) expect(encode(found)).toEqual(octets);
      }),
      { numRuns: 2000 },
    );
    const any = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(any, (octets) => {
        const found = commonOid(octets, 0, octets.length);
        if (found !== undefined) expect(encode(found)).toEqual(octets);
      }),
    );
  });
});

describe('decodeOid', () => {
  it('decodes what it encodes, arcs of any size', () => {
    const arc = fc.bigInt({ min: 0n, max: 2n ** 120n });
    const dotted = fc
      .tuple(fc.constantFrom(0n, 1n, 2n), fc.bigInt({ min: 0n, max: 39n }), fc.array(arc, { maxLength: 5 }))
      .map(([first, second, rest]) => [first, second, ...rest].join('.'));
    fc.assert(
      fc.property(dotted, (text) => {
        const octets = encode(text);
        expect(decodeOid(octets, 'an identifier')).toBe(text);
        expect(decodeOid(inside(octets), 'an identifier', 2, 2 + octets.length)).toBe(text);
      }),
    );
  });

  it.each([
    ['empty', []],
    ['truncated', [0x2a, 0x86]],
    ['not minimal', [0x2a, 0x80, 0x01]],
    ['too long', new Array<number>(129).fill(1)],
  ])('refuses octets that are %s', (_, octets) => {
    expect(() => decodeOid(Uint8Array.from(octets), 'an identifier')).toThrow(DerError);
  });
});
