/** Which addresses are connected to: a table of those that never are, and what an operator can open. */
import { describe, expect, it } from 'vitest';
import { addressRefusal, compileAddressRules, literalAddress } from '../../src/net/address.js';

const rules = compileAddressRules();

/** Address, and what lies there. */
const forbidden: [string, string][] = [
  ['0.0.0.0', 'this host'],
  ['0.1.2.3', 'this network'],
  ['10.0.0.1', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['100.100.100.200', 'a cloud’s metadata service'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['168.63.129.16', 'a cloud’s host agent'],
  ['169.254.0.1', 'link-local'],
  ['169.254.169.254', 'a cloud’s metadata service'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.1', 'IETF protocol assignments'],
  ['192.0.0.170', 'NAT64 discovery'],
  ['192.0.2.1', 'documentation'],
  ['192.88.99.1', '6to4 relay'],
  ['192.168.0.1', 'private'],
  ['198.18.0.1', 'benchmarking'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.250', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'this host'],
  ['::1', 'loopback'],
  ['::127.0.0.1', 'IPv4-compatible loopback'],
  ['::ffff:127.0.0.1', 'IPv4-mapped loopback'],
  ['::ffff:7f00:1', 'IPv4-mapped loopback in hexadecimal'],
  ['::ffff:10.1.2.3', 'IPv4-mapped private'],
  ['0:0:0:0:0:ffff:169.254.169.254', 'IPv4-mapped metadata service'],
  ['::ffff:0:127.0.0.1', 'IPv4-translated loopback'],
  ['64:ff9b::7f00:1', 'NAT64 of loopback'],
  ['64:ff9b::169.254.169.254', 'NAT64 of the metadata service'],
  ['64:ff9b:1::1', 'local-use NAT64'],
  ['100::1', 'discard-only'],
  ['2001::1', 'Teredo'],
  ['2001:db8::1', 'documentation'],
  ['2001:10::1', 'ORCHID'],
  ['2002:7f00:1::', '6to4 of loopback'],
  ['2002:0808:0808::1', '6to4'],
  ['3fff::1', 'documentation'],
  ['5f00::1', 'segment routing'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', 'a cloud’s metadata service'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with a zone'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['4000::1', 'unassigned'],
  ['0x7f.0.0.1', 'no plain address'],
  ['2130706433', 'no plain address'],
  ['0177.0.0.1', 'no plain address'],
  ['example.org', 'no address'],
  ['', 'no address'],
];

describe('addresses', () => {
  it.each(forbidden)('%s (%s) is never connected to', (address) => {
    expect(addressRefusal(address, 80, rules)?.reason).toBe('address_forbidden');
  });

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '93.184.216.34',
    '2606:4700::1111',
    '2a00:1450::5',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is global unicast', (address) => {
    for (const port of [80, 443, 389, 636]) expect(addressRefusal(address, port, rules)).toBeUndefined();
  });

  it.each([22, 25, 53, 3306, 5432, 6379, 8080, 11211])('port %i is refused', (port) => {
    expect(addressRefusal('8.8.8.8', port, rules)?.reason).toBe('port_forbidden');
  });

  it('lets the operator open a network on named ports, and nothing beside it', () => {
    const opened = compileAddressRules([
      { cidr: '10.1.0.0/16', ports: [80, 8080] },
      { cidr: 'fd12::/16', ports: [389] },
    ]);
    for (const [address, port] of [
      ['10.1.2.3', 8080],
      ['::ffff:10.1.2.3', 80],
      ['fd12::1', 389],
    ] as const) {
      expect(addressRefusal(address, port, opened)).toBeUndefined();
    }
    for (const [address, port] of [
      ['10.1.2.3', 443],
      ['10.2.0.1', 80],
      ['fd12::1', 80],
      ['8.8.8.8', 8080],
    ] as const) {
      expect(addressRefusal(address, port, opened)).toBeDefined();
    }
  });

  it('takes mistakes in the configuration for what they are', () => {
    expect(() => compileAddressRules([{ cidr: '10.0.0.0', ports: [80] }])).toThrow(/network.allow: "10.0.0.0"/);
    expect(() => compileAddressRules([{ cidr: '10.0.0.0/8', ports: [0] }])).toThrow(TypeError);
    expect(() => compileAddressRules([], [70_000])).toThrow(TypeError);
  });

  it('tells literal addresses from names', () => {
    expect(literalAddress('[::1]')).toBe('::1');
    expect(literalAddress('127.0.0.1')).toBe('127.0.0.1');
    for (const name of ['localhost', '127.1', '0x7f000001', '1.2.3.4.example', ''])
      expect(literalAddress(name)).toBeUndefined();
  });
});
