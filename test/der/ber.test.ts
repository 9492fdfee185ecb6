import { describe, expect, test } from 'vitest';
import { BerReader, readBerHeader } from '../../src/der/ber.js';
import { parsed } from '../../src/der/reader.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const reader = (text: string) => new BerReader(hex(text));
const found = (work: () => unknown) => {
  const result = parsed(work);
  return result.ok ? undefined : result.found;
};

describe('headers', () => {
  test('definite, long, not minimal, indefinite', () => {
    expect(readBerHeader(hex('0405'), 0, 2, 'x')).toEqual({ tag: 4, contentStart: 2, length: 5 });
    expect(readBerHeader(hex('04840000000f'), 0, 6, 'x')).toEqual({ tag: 4, contentStart: 6, length: 15 });
    expect(readBerHeader(hex('3080'), 0, 2, 'x')).toEqual({ tag: 0x30, contentStart: 2, length: -1 });
  });

  test('cut off', () => {
    expect(readBerHeader(hex('04'), 0, 1, 'x')).toBeUndefined();
    expect(readBerHeader(hex('048201'), 0, 3, 'x')).toBeUndefined();
  });

  test.each([
    ['0480', /primitive element of indefinite length/],
    ['1f8101', /tag of more than one octet/],
    ['0489010203040506070809', /more than eight octets/],
    ['0488ffffffffffffffff', /beyond any input/],
  ])('%s is refused', (text, expected) => {
    expect(found(() => readBerHeader(hex(text), 0, 20, 'x'))).toMatch(expected);
  });
});

describe('BerReader', () => {
  test('steps over indefinite elements inside each other', () => {
    const outer = reader('3080 3080 0401aa 0000 020105 0000 0500');
    const inner = outer.enter(0x30, 'x');
    expect(inner.element(0x30, 'x')).toEqual(hex('3080 0401aa 0000'));
    expect(inner.unsigned('x', 9)).toBe(5);
    expect(inner.done).toBe(true);
    outer.skip('x');
    outer.finish('x');
  });

  test('puts pieces of an octet string together', () => {
    expect(reader('2480 0401aa 0402bbcc 0000').octetString('x')).toEqual(hex('aabbcc'));
    expect(reader('2406 0401aa 0401bb').octetString('x')).toEqual(hex('aabb'));
    expect(reader('0401aa').octetString('x')).toEqual(hex('aa'));
  });

  test.each([
    ['3080 0401aa', /does not end/],
    ['3005 0401aa', /truncated/],
    ['3080 0405aa 0000', /truncated/],
    ['', /end of the data/],
    ['31 00', /tag 0x31/],
  ])('%s is refused', (text, expected) => {
    expect(found(() => reader(text).enter(0x30, 'x'))).toMatch(expected);
  });

  test('depth and number are limited, without recursion', () => {
    const deep = new BerReader(hex(`${'3080'.repeat(100_000)}${'0000'.repeat(100_000)}`));
    expect(found(() => deep.enter(0x30, 'x'))).toMatch(/too deeply/);
    const many = new BerReader(hex(`3080${'0500'.repeat(100_000)}0000`));
    expect(found(() => many.enter(0x30, 'x'))).toMatch(/too many/);
  });

  test('nothing may follow', () => {
    const one = reader('0500 0500');
    one.skip('x');
    expect(found(() => one.finish('x'))).toBe('trailing data');
  });
});
