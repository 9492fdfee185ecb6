/** GeneralName (RFC 5280 §4.2.1.6) in each of its nine forms, and what is none of them. */
import { describe, expect, test } from 'vitest';
import { readGeneralName, readGeneralNames, readOtherName } from '../../src/x509/name.js';
import { hex, outcome, readerOf } from './support.js';

const read = (octets: string, lengths: readonly number[] = [4, 16]) =>
  outcome(() => readGeneralName(readerOf(octets), 'a name', lengths));

describe('forms', () => {
  test.each([
    ['otherName', 'a007 06012a a0020500', 0],
    ['rfc822Name', '8103 614062', 1],
    ['dNSName', '8201 61', 2],
    ['x400Address', 'a300', 3],
    ['directoryName', 'a402 3000', 4],
    ['ediPartyName', 'a500', 5],
    ['uniformResourceIdentifier', '8601 61', 6],
    ['iPAddress', '8704 c0000201', 7],
    ['registeredID', '8801 2a', 8],
  ])('%s', (_, octets, tag) => {
    expect(read(octets)).toMatchObject({ tag });
  });

  test('a directoryName is its Name', () => {
    expect(read('a40e 300c 310a 3008 0603550403 0c0161')).toMatchObject({
      value: hex('300c310a300806035504030c0161'),
      name: { attributes: 1, rdns: [[{ type: '2.5.4.3', tag: 0x0c, value: hex('61') }]] },
    });
  });

  test.each([
    ['8201 80', 'a name with a character outside of ASCII'],
    ['8101 ff', 'a name with a character outside of ASCII'],
    ['8601 c3', 'a name with a character outside of ASCII'],
    ['8703 c00002', 'an iPAddress of 3 octets'],
    ['8708 c000020100000000', 'an iPAddress of 8 octets'],
    ['8800', 'an OBJECT IDENTIFIER of impossible length'],
    ['a404 30000500', 'trailing data'],
    ['a200', 'something that is no GeneralName'],
    ['8900', 'something that is no GeneralName'],
    ['0c0161', 'something that is no GeneralName'],
    ['8001 61', 'something that is no GeneralName'],
    ['', 'the end of the data'],
    ['a003 06012a', 'the end of the data'],
    ['a009 06012a a0020500 0500', 'trailing data'],
  ])('%s: %s', (octets, refused) => {
    expect(read(octets)).toEqual({ refused });
  });

  test('addresses have the lengths that their place asks for', () => {
    expect(read('8708 c0000200ffffff00', [8, 32])).toMatchObject({ tag: 7 });
    expect(read('8704 c0000201', [8, 32])).toEqual({ refused: 'an iPAddress of 4 octets' });
  });
});

test('a list of names is not empty', () => {
  const list = (octets: string) => outcome(() => readGeneralNames(readerOf(octets), 'names'));
  expect(list('3000')).toEqual({ refused: 'an empty list of names' });
  expect(list('3006 820161 820162')).toHaveLength(2);
});

test('an otherName is its type and its value', () => {
  const { type, value } = readOtherName(hex('06012aa0030c0161'));
  expect(type).toBe('1.2');
  expect(value.content(0x0c, 'x')).toEqual(hex('61'));
});
