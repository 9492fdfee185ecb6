/** IP addresses: text in, RFC 5952 out, and the subnets of name constraints. */
import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpAddress, isSubnet, isWithinSubnet, parseIpAddress } from '../../src/names/ip-address.js';

function octets(text: string): Uint8Array {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}

describe('parseIpAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:1:0:0:0:1:0', '0:0:1::1:0'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['1:2:3:4:5:6:7.8.9.10', '1:2:3:4:5:6:708:90a'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('%s', (text, canonical) => {
    expect(formatIpAddress(octets(text))).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4 ',
    '1.2.3.',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4/8',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7:8::',
    '1:2:3:4::5:6:7:8',
    '12345::',
    'g::',
    ':1::2',
    '1::2:',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '::1.2.3',
    'fe80::1%eth0',
    '[::1]',
    '１.2.3.4',
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toMatchObject({ ok: false, expected: 'an IP address' });
  });

  it('reads what it writes, and what node:net takes for an address, zones aside', () => {
    const anything = fc.string({ unit: fc.constantFrom(...'0123456789abcf.:'), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(anything, fc.ipV4(), fc.ipV6()), (text) => {
        const parsed = parseIpAddress(text);
        expect(parsed.ok).toBe(isIP(text) !== 0);
        if (parsed.ok) expect(octets(formatIpAddress(parsed.value))).toEqual(parsed.value);
      }),
    );
  });
});

it('octets that are no address are shown in hexadecimal', () => {
  expect(formatIpAddress(new Uint8Array([1, 2, 3, 4, 5]))).toBe('0102030405');
});

describe('subnets', () => {
  const subnet = (address: string, mask: string) => Uint8Array.from([...octets(address), ...octets(mask)]);
  it.each([
    [subnet('10.0.0.0', '255.0.0.0'), true],
    [subnet('0.0.0.0', '0.0.0.0'), true],
    [subnet('10.0.0.1', '255.255.255.255'), true],
    [subnet('10.0.0.0', '255.255.254.0'), true],
    [subnet('10.0.0.0', '255.0.255.0'), false],
    [subnet('10.0.0.0', '0.255.0.0'), false],
    [subnet('10.0.0.0', '254.1.0.0'), false],
    [subnet('2001:db8::', 'ffff:ffff::'), true],
    [subnet('2001:db8::', 'ffff:0:ffff::'), false],
    [new Uint8Array(4), false],
    [new Uint8Array(16), false],
    [new Uint8Array(0), false],
  ])('%#: contiguous mask', (constraint, contiguous) => {
    expect(isSubnet(constraint)).toBe(contiguous);
  });

  it.each([
    ['10.1.2.3', subnet('10.0.0.0', '255.0.0.0'), true],
    ['11.1.2.3', subnet('10.0.0.0', '255.0.0.0'), false],
    ['10.1.2.3', subnet('10.9.9.9', '255.0.0.0'), true],
    ['10.0.1.255', subnet('10.0.0.0', '255.255.254.0'), true],
    ['10.0.2.0', subnet('10.0.0.0', '255.255.254.0'), false],
    ['1.2.3.4', subnet('0.0.0.0', '0.0.0.0'), true],
    ['::1', subnet('0.0.0.0', '0.0.0.0'), false],
    ['::ffff:10.0.0.1', subnet('10.0.0.0', '255.0.0.0'), false],
    ['2001:db8:1::1', subnet('2001:db8::', 'ffff:ffff::'), true],
    ['2001:db9::1', subnet('2001:db8::', 'ffff:ffff::'), false],
  ])('%s', (address, constraint, within) => {
    expect(isWithinSubnet(octets(address), constraint)).toBe(within);
  });
});
