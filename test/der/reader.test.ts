/** The strict reader (X.690 §10): what it takes, what it refuses, and the words that it refuses with. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatOctets, equalOctets, normalizeHex, toHex } from '../../src/der/octets.js';
import { DerError, DerReader, enterWhole, parsed, readWhole, tag } from '../../src/der/reader.js';
import { encodeElement } from '../../src/der/writer.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const reader = (text: string) => new DerReader(hex(text));
const refusal = (work: () => unknown) => {
  const result = parsed(work);
  return result.ok ? undefined : result.found;
};

describe('headers', () => {
  test.each([
    ['', 'the end of the data'],
    ['04', 'a truncated element'],
    ['0401', 'a truncated element'],
    ['048000', 'an indefinite length, which DER forbids'],
    ['048105', 'a length that is not minimal'],
    ['04817f', 'a length that is not minimal'],
    ['04820080', 'a length that is not minimal'],
    ['0482', 'a truncated element'],
    ['048400ffffff', 'a length that is not minimal'],
    ['0485000000ffff', 'a length of more than four octets'],
    ['04ff', 'a length of more than four octets'],
    ['0484ffffffff', 'a truncated element'],
    ['0500', 'tag 0x05'],
  ])('%s: %s', (octets, words) => {
    expect(refusal(() => reader(octets).content(tag.octetString, 'x'))).toBe(words);
  });

  test('a tag of more than one octet', () => {
    expect(refusal(() => reader('1f8100').skip('x'))).toBe('a tag of more than one octet');
    expect(refusal(() => reader('bf2100').skip('x'))).toBe('a tag of more than one octet');
  });

  test.each([0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000])('a content of %i octets', (length) => {
    const content = new Uint8Array(length).fill(7);
    const element = encodeElement(tag.octetString, content);
    expect(element.length).toBe(length + (length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : 5));
    expect(new DerReader(element).content(tag.octetString, 'x')).toEqual(content);
    expect(new DerReader(element).element(tag.octetString, 'x')).toEqual(element);
    expect(refusal(() => new DerReader(element, 0, element.length - 1).content(tag.octetString, 'x'))).toBe(
      'a truncated element',
    );
  });

  test('an element may not reach beyond the one around it', () => {
    expect(refusal(() => reader('3003 0405 01').enter(tag.sequence, 'x').content(tag.octetString, 'y'))).toBe(
      'a truncated element',
    );
  });

  test('after a refusal nothing was read', () => {
    const one = reader('0201 05');
    expect(refusal(() => one.content(tag.octetString, 'x'))).toBe('tag 0x02');
    expect(one.position).toBe(0);
    expect(one.integer('x')).toEqual(hex('05'));
    expect([one.done, one.peek()]).toEqual([true, -1]);
  });
});

describe('primitive types', () => {
  test('BOOLEAN is 00 or FF', () => {
    expect(reader('0101ff').boolean('x')).toBe(true);
    expect(reader('010100').boolean('x')).toBe(false);
    for (const octets of ['010101', '0101fe', '0100', '0102ffff']) {
      expect(
        refusal(() => reader(octets).boolean('x')),
        octets,
      ).toBe('a BOOLEAN that is neither 00 nor FF');
    }
    expect(reader('8101ff').boolean('x', 0x81)).toBe(true);
  });

  test.each([
    ['020100', true],
    ['02017f', true],
    ['020180', true],
    ['0201ff', true],
    ['02020080', true],
    ['0202ff7f', true],
    ['0202007f', false],
    ['02020000', false],
    ['0202ff80', false],
    ['0202ffff', false],
    ['0203000080', false],
  ])('INTEGER %s is minimal: %s', (octets, minimal) => {
    expect(refusal(() => reader(octets).integer('x'))).toBe(minimal ? undefined : 'an INTEGER that is not minimal');
  });

  test('an empty INTEGER', () => {
    expect(refusal(() => reader('0200').integer('x'))).toBe('an empty INTEGER');
  });

  test('unsigned up to its maximum', () => {
    expect(reader('020200ff').unsigned('x', 255)).toBe(255);
    expect(refusal(() => reader('020200ff').unsigned('x', 254))).toBe('an INTEGER above 254');
    expect(refusal(() => reader('0201ff').unsigned('x', 254))).toBe('a negative INTEGER');
    expect(refusal(() => reader('020900ffffffffffffffff').unsigned('x', 2 ** 31))).toBe('an INTEGER above 2147483648');
    expect(reader('0a0105').unsigned('x', 5, tag.enumerated)).toBe(5);
  });

  test('BIT STRING', () => {
    expect(reader('030206c0').bitString('x')).toEqual({ octets: hex('c0'), unused: 6 });
    expect(reader('030100').bitString('x')).toEqual({ octets: hex(''), unused: 0 });
    for (const octets of ['0300', '030101', '030208ff', '0302ffff']) {
      expect(
        refusal(() => reader(octets).bitString('x')),
        octets,
      ).toBe('a BIT STRING with a wrong count of unused bits');
    }
    expect(refusal(() => reader('030201ff').bitString('x'))).toBe('a BIT STRING whose unused bits are set');
    expect(refusal(() => reader('03020740').bitString('x'))).toBe('a BIT STRING whose unused bits are set');
  });
});

describe('a whole structure', () => {
  test('nothing may follow', () => {
    const read = (octets: string) => () => readWhole(hex(octets), 'a number', (r) => r.integer('a number'));
    expect(read('020105')()).toEqual(hex('05'));
    expect(parsed(read('02010500'))).toEqual({
      ok: false,
      expected: 'the end of a number',
      found: 'trailing data',
    });
  });

  test('is entered as a whole, from octets of its own or within others', () => {
    const within = { bytes: hex('aa 3003020105 bb'), start: 1, end: 6, buffer: undefined };
    for (const octets of [hex('3003020105'), within]) {
      const inside = enterWhole(octets, tag.sequence, 'a list');
      expect(inside.integer('a number')).toEqual(hex('05'));
      expect(inside.done).toBe(true);
    }
    for (const octets of [hex('300302010500'), { ...within, end: 7 }]) {
      expect(parsed(() => enterWhole(octets, tag.sequence, 'a list'))).toEqual({
        ok: false,
        expected: 'the end of a list',
        found: 'trailing data',
      });
    }
    expect(refusal(() => enterWhole(hex('0400'), tag.sequence, 'a list'))).toBe('tag 0x04');
    expect(refusal(() => enterWhole({ ...within, end: 5 }, tag.sequence, 'a list'))).toBe('a truncated element');
  });

  test('one reader moves through the parts of another, views and all', () => {
    const outer = new DerReader(concatOctets(hex('ff'), hex('3003020105 3004020200ff')).subarray(1));
    const fields = outer.inside();
    const numbers = ['05', '00ff'].map((number) => {
      outer.pass(tag.sequence, 'a part');
      fields.moveInto(outer);
      expect(fields.integer('a number')).toEqual(hex(number));
      fields.finish('a part');
      return number;
    });
    expect([numbers.length, outer.done]).toEqual([2, true]);
  });

  test('other exceptions are defects of ours and go on', () => {
    expect(() =>
      parsed(() => {
        throw new RangeError('x');
      }),
    ).toThrow(RangeError);
    expect(new DerError('a', 'b').message).toBe('expected a, found b');
  });
});

describe('octets', () => {
  test('equal by content, whatever buffer they lie in', () => {
    const whole = hex('00010203');
    expect(equalOctets(whole.subarray(1, 3), hex('0102'))).toBe(true);
    expect(equalOctets(hex('0102'), hex('010203'))).toBe(false);
    expect(equalOctets(hex('0102'), hex('0103'))).toBe(false);
    expect(equalOctets(hex(''), hex(''))).toBe(true);
  });

  test('hexadecimal as Buffer writes it, and read from what people write', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(toHex(octets)).toBe(Buffer.from(octets).toString('hex'));
        const colons = toHex(octets).toUpperCase().match(/../g)?.join(':') ?? '';
        expect(normalizeHex(colons)).toBe(octets.length === 0 ? undefined : toHex(octets));
      }),
    );
    expect(normalizeHex('ab cd-ef\n01')).toBe('abcdef01');
    for (const text of ['abc', 'xy', '', '0x12', 'ab;cd']) expect(normalizeHex(text), text).toBeUndefined();
  });

  test('concatenation', () => {
    expect(concatOctets()).toEqual(hex(''));
    expect(concatOctets(hex('01'), hex(''), hex('0203'))).toEqual(hex('010203'));
  });
});
