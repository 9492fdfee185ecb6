/** Each extension to its ASN.1 (RFC 5280 §4.2): smallest right forms, and one octet beside them. */
import { describe, expect, test } from 'vitest';
import {
  keyUsageBit,
  readAuthorityInfoAccess,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readCertificatePolicies,
  readDistributionPoints,
  readExtensions,
  readExtKeyUsage,
  readInhibitAnyPolicy,
  readKeyUsage,
  readNameConstraints,
  readPolicyConstraints,
  readPolicyMappings,
  readSubjectKeyIdentifier,
} from '../../src/x509/extensions.js';
import { hex, outcome, readerOf } from './support.js';

const reading =
  <T>(read: (value: Uint8Array) => T) =>
  (octets: string) =>
    outcome(() => read(hex(octets)));
const hex2 = (value: number) => value.toString(16).padStart(2, '0');
const refused = (found: string) => ({ refused: found });

describe('Extensions', () => {
  const read = (octets: string) =>
    outcome(() => readExtensions(readerOf(octets), 'it').map(({ oid, critical, value }) => ({ oid, critical, value })));
  const one = '3007 0603551d0f 0400';

  test('with and without critical', () => {
    expect(read('3009 3007 0603551d0f 0400')).toEqual([{ oid: '2.5.29.15', critical: false, value: hex('') }]);
    expect(read('300c 300a 0603551d0f 0101ff 0400')).toEqual([{ oid: '2.5.29.15', critical: true, value: hex('') }]);
  });

  test.each([
    ['3000', 'an empty list of extensions'],
    ['300c 300a 0603551d0f 010100 0400', 'critical FALSE written out, which DER forbids'],
    ['300c 300a 0603551d0f 010101 0400', 'a BOOLEAN that is neither 00 nor FF'],
    [`3012 ${one} ${one}`, 'the extension 2.5.29.15 twice'],
    ['300b 3009 0603551d0f 0400 0500', 'trailing data'],
    ['3007 3005 0603551d0f', 'the end of the data'],
  ])('%s: %s', (octets, found) => {
    expect(read(octets)).toEqual(refused(found));
  });

  test('256 and no more', () => {
    // Arcs from 128 on, so that each identifier has two octets at its end.
    const each = (n: number) => `3008 06042a03${hex2(0x80 | (n >> 7))}${hex2(n & 0x7f)} 0400`;
    const many = (count: number) => {
      const content = Array.from({ length: count }, (_, n) => each(n + 128)).join('');
      return `3082${hex2(hex(content).length >> 8)}${hex2(hex(content).length & 0xff)}${content}`;
    };
    expect(read(many(256))).toHaveLength(256);
    expect(read(many(257))).toEqual(refused('more than 256 extensions'));
  });
});

describe('basicConstraints', () => {
  const read = reading(readBasicConstraints);
  test.each([
    ['3000', { cA: false, pathLenConstraint: undefined, explicitDefault: false }],
    ['30030101ff', { cA: true, pathLenConstraint: undefined, explicitDefault: false }],
    ['3003010100', { cA: false, pathLenConstraint: undefined, explicitDefault: true }],
    ['30060101ff020100', { cA: true, pathLenConstraint: 0, explicitDefault: false }],
    ['30070101ff020200ff', { cA: true, pathLenConstraint: 255, explicitDefault: false }],
    ['3003020101', { cA: false, pathLenConstraint: 1, explicitDefault: false }],
  ])('%s', (octets, value) => {
    expect(read(octets)).toEqual(value);
  });
  test.each([
    ['30070101ff02020100', 'an INTEGER above 255'],
    ['30060101ff0201ff', 'a negative INTEGER'],
    ['30080101ff0201000500', 'trailing data'],
    ['30000500', 'trailing data'],
    ['3100', 'tag 0x31'],
    ['30060201000101ff', 'trailing data'],
  ])('%s: %s', (octets, found) => {
    expect(read(octets)).toEqual(refused(found));
  });
});

describe('keyUsage', () => {
  const read = reading(readKeyUsage);
  test('every bit at its place', () => {
    const names = Object.keys(keyUsageBit);
    expect(names).toHaveLength(9);
    names.forEach((name, bit) => {
      const octets = bit < 8 ? `0302${hex2(7 - bit)}${hex2(0x80 >> bit)}` : '0303070080';
      expect(read(octets), name).toBe(keyUsageBit[name as keyof typeof keyUsageBit]);
    });
    expect(read('03020106')).toBe(keyUsageBit.keyCertSign | keyUsageBit.cRLSign);
  });
  test.each([
    ['030100', 'no bit set'],
    ['03020700', 'no bit set'],
    ['030400808080', 'a BIT STRING of more than two octets'],
    ['0301', 'a truncated element'],
    ['040180', 'tag 0x04'],
  ])('%s: %s', (octets, found) => {
    expect(read(octets)).toEqual(refused(found));
  });
});

describe('lists that must not be empty', () => {
  test.each([
    ['extKeyUsage', readExtKeyUsage],
    ['certificatePolicies', readCertificatePolicies],
    ['policyMappings', readPolicyMappings],
    ['authorityInfoAccess', readAuthorityInfoAccess],
    ['cRLDistributionPoints', (value: Uint8Array) => readDistributionPoints(value, 'x')],
  ] as [string, (value: Uint8Array) => unknown][])('%s', (_, read) => {
    expect(reading(read)('3000')).toEqual(refused('an empty list'));
  });
  test('nameConstraints, and its lists', () => {
    const read = reading(readNameConstraints);
    expect(read('3000')).toEqual(refused('neither permitted nor excluded subtrees'));
    expect(read('3002a000')).toEqual(refused('an empty list'));
    expect(read('3002a100')).toEqual(refused('an empty list'));
  });
  test('policyConstraints', () => {
    expect(reading(readPolicyConstraints)('3000')).toEqual(refused('an empty sequence'));
  });
});

describe('nameConstraints', () => {
  const read = reading(readNameConstraints);
  const dns = { tag: 2, value: hex('61'), name: undefined };
  test('permitted, excluded, both', () => {
    expect(read('3007a0053003820161')).toEqual({ permittedSubtrees: [dns], excludedSubtrees: [] });
    expect(read('3007a1053003820161')).toEqual({ permittedSubtrees: [], excludedSubtrees: [dns] });
    expect(read('300ea0053003820161a1053003820161')).toEqual({ permittedSubtrees: [dns], excludedSubtrees: [dns] });
  });
  test('the wrong way round, with minimum and maximum', () => {
    expect(read('300ea1053003820161a0053003820161')).toEqual(refused('trailing data'));
    expect(read('300aa0083006820161800100')).toMatchObject({ permittedSubtrees: [dns] });
    expect(read('300aa0083006820161800101')).toEqual(refused('an INTEGER above 0'));
    expect(read('300aa0083006820161810101')).toEqual(refused('trailing data'));
  });
  test('addresses with their masks only', () => {
    expect(read(`300ea00c300a8708${'00'.repeat(8)}`)).toMatchObject({ permittedSubtrees: [{ tag: 7 }] });
    expect(read(`300aa00830068704${'00'.repeat(4)}`)).toEqual(refused('an iPAddress of 4 octets'));
  });
});

describe('policies', () => {
  test('a policy twice', () => {
    expect(reading(readCertificatePolicies)('3008 3002060 0'.replace(/ /g, ''))).toMatchObject({
      refused: expect.any(String),
    });
    expect(reading(readCertificatePolicies)('300a 3003 06012a 3003 06012a')).toEqual(refused('the policy 1.2 twice'));
    expect(reading(readCertificatePolicies)('3005 3003 06012a')).toEqual([{ policyIdentifier: '1.2', qualifiers: [] }]);
  });
  test('qualifiers have an identifier and a value', () => {
    const read = reading(readCertificatePolicies);
    expect(read('300e 300c 06012a 3007 3005 06012b 0500')).toEqual([{ policyIdentifier: '1.2', qualifiers: ['1.3'] }]);
    expect(read('3007 3005 06012a 3000')).toEqual(refused('an empty list'));
    expect(read('300c 300a 06012a 3005 3003 06012b')).toEqual(refused('the end of the data'));
  });
  test('mappings are pairs', () => {
    expect(reading(readPolicyMappings)('3008 3006 06012a 06012b')).toEqual([
      { issuerDomainPolicy: '1.2', subjectDomainPolicy: '1.3' },
    ]);
    expect(reading(readPolicyMappings)('3005 3003 06012a')).toEqual(refused('the end of the data'));
    expect(reading(readPolicyMappings)('300b 3009 06012a 06012b 06012a')).toEqual(refused('trailing data'));
  });
  test('constraints: either, both, in their order', () => {
    const read = reading(readPolicyConstraints);
    expect(read('3003800100')).toEqual({ requireExplicitPolicy: 0, inhibitPolicyMapping: undefined });
    expect(read('3003810105')).toEqual({ requireExplicitPolicy: undefined, inhibitPolicyMapping: 5 });
    expect(read('3006800101810102')).toEqual({ requireExplicitPolicy: 1, inhibitPolicyMapping: 2 });
    expect(read('3006810102800101')).toEqual(refused('trailing data'));
    expect(read('30038001ff')).toEqual(refused('a negative INTEGER'));
  });
  test('inhibitAnyPolicy', () => {
    const read = reading(readInhibitAnyPolicy);
    expect(read('020100')).toBe(0);
    expect(read('02050080000000')).toBe(2 ** 31);
    expect(read('02050080000001')).toEqual(refused('an INTEGER above 2147483648'));
  });
});

describe('key identifiers', () => {
  test('subject', () => {
    expect(reading(readSubjectKeyIdentifier)('04020102')).toEqual(hex('0102'));
    expect(reading(readSubjectKeyIdentifier)('0402010200')).toEqual(refused('trailing data'));
  });
  test('authority: issuer and serial number only together', () => {
    const read = reading(readAuthorityKeyIdentifier);
    const nothing = { keyIdentifier: undefined, authorityCertIssuer: undefined, authorityCertSerialNumber: undefined };
    expect(read('3000')).toEqual(nothing);
    expect(read('3004 8002 0102')).toEqual({ ...nothing, keyIdentifier: hex('0102') });
    expect(read('3008 a103 820161 820105')).toMatchObject({ authorityCertSerialNumber: hex('05') });
    expect(read('3005 a103 820161')).toEqual(refused('only one of them'));
    expect(read('3003 820105')).toEqual(refused('only one of them'));
  });
});

describe('distribution points', () => {
  const read = reading((value) => readDistributionPoints(value, 'x'));
  test('by URI, with reasons, of another issuer', () => {
    expect(read('3009 3007 a005 a003 860161')).toMatchObject([
      { fullName: [{ tag: 6, value: hex('61') }], reasons: undefined },
    ]);
    expect(read('300d 300b a005 a003 860161 81020640')).toMatchObject([{ reasons: 2 }]);
    expect(read('3008 3006 a204 a402 3000')).toMatchObject([{ fullName: undefined, cRLIssuer: [{ tag: 4 }] }]);
  });
  test('relative to the issuer', () => {
    expect(read('3010 300e a00c a10a 3008 0603550403 0c0161')).toMatchObject([
      { nameRelativeToCRLIssuer: [{ type: '2.5.4.3', value: hex('61') }] },
    ]);
    expect(read('3006 3004 a002 a100')).toEqual(refused('an empty relative distinguished name'));
  });
  test('none at all', () => {
    expect(read('3002 3000')).toEqual(refused('a distribution point without a name and without a CRL issuer'));
    expect(read('3006 3004 81020640')).toEqual(refused('a distribution point without a name and without a CRL issuer'));
    expect(read('3004 3002 a000')).toMatchObject({ refused: expect.any(String) });
  });
});

test('authorityInfoAccess', () => {
  const read = reading(readAuthorityInfoAccess);
  expect(read('3008 3006 06012a 860161')).toMatchObject([{ accessMethod: '1.2', accessLocation: { tag: 6 } }]);
  expect(read('3005 3003 06012a')).toEqual(refused('the end of the data'));
});
