/** Key usages and purposes (RFC 5280 §4.2.1.3, §4.2.1.12): nested over the path, with the forms of timeStamping and codeSigning. */
import { describe, expect, test } from 'vitest';
import {
  checkAnyKeyUsage,
  checkKeyUsage,
  checkPurpose,
  keyUsageOf,
  purposeName,
  purposeOid,
} from '../../src/profile/purposes.js';
import { keyUsageBit } from '../../src/x509/extensions.js';
import { certificate, type Extensions, said } from './support.js';

const oidOf = (name: string): string => purposeOid(name) ?? 'unknown';
const ca = (...extendedKeyUsage: string[]) => certificate(extendedKeyUsage.length === 0 ? {} : { extendedKeyUsage });
const purpose = (name: string, extensions: Extensions, above: ReturnType<typeof ca>[] = [], anySatisfies = true) =>
  said(checkPurpose([certificate(extensions), ...above], oidOf(name), { anySatisfies }));

describe('names', () => {
  test.each([
    ['serverAuth', '1.3.6.1.5.5.7.3.1'],
    ['clientAuth', '1.3.6.1.5.5.7.3.2'],
    ['codeSigning', '1.3.6.1.5.5.7.3.3'],
    ['emailProtection', '1.3.6.1.5.5.7.3.4'],
    ['timeStamping', '1.3.6.1.5.5.7.3.8'],
    ['OCSPSigning', '1.3.6.1.5.5.7.3.9'],
    ['documentSigning', '1.3.6.1.5.5.7.3.36'],
    ['anyExtendedKeyUsage', '2.5.29.37.0'],
    ['1.2.3.4', '1.2.3.4'],
  ])('%s is %s', (name, oid) => {
    expect(purposeOid(name)).toBe(oid);
    expect(purposeName(oid)).toBe(name);
  });

  test.each(['ServerAuth', '', 'toString', '1', '__proto__', '3.1'])('"%s" is none', (name) => {
    expect(purposeOid(name)).toBeUndefined();
    expect(keyUsageOf(name)).toBeUndefined();
  });

  test('contentCommitment is nonRepudiation', () => {
    expect(keyUsageOf('contentCommitment')).toBe(keyUsageBit.nonRepudiation);
    expect(keyUsageOf('nonRepudiation')).toBe(keyUsageBit.nonRepudiation);
    expect(keyUsageOf('decipherOnly')).toBe(256);
  });
});

describe('key usage', () => {
  const both = certificate({ keyUsage: ['digitalSignature', 'keyEncipherment'] });
  test('all that is asked for', () => {
    expect(said(checkKeyUsage(both, ['digitalSignature', 'keyEncipherment']))).toEqual([]);
    expect(said(checkKeyUsage(both, ['digitalSignature', 'keyAgreement', 'cRLSign']))).toEqual([
      'key_usage_not_allowed 0 keyAgreement',
      'key_usage_not_allowed 0 cRLSign',
    ]);
    expect(said(checkKeyUsage(certificate(), ['keyCertSign']))).toEqual([]);
  });

  test('any of these', () => {
    expect(said(checkAnyKeyUsage(both, keyUsageBit.keyEncipherment | keyUsageBit.keyAgreement, 'x'))).toEqual([]);
    expect(said(checkAnyKeyUsage(both, keyUsageBit.keyAgreement, 'x'))).toEqual(['key_usage_not_allowed 0 x']);
    expect(said(checkAnyKeyUsage(certificate(), keyUsageBit.keyAgreement, 'x'))).toEqual([]);
  });
});

describe('a purpose is granted', () => {
  test('by the end entity and by every authority that has the extension', () => {
    const leaf = { extendedKeyUsage: ['serverAuth', 'clientAuth'] };
    expect(purpose('serverAuth', leaf, [ca(), ca('serverAuth')])).toEqual([]);
    expect(purpose('serverAuth', leaf, [ca('clientAuth'), ca('serverAuth')])).toEqual([
      'extended_key_usage_not_allowed 1 serverAuth',
    ]);
    // The anchor too.
    expect(purpose('serverAuth', leaf, [ca(), ca('emailProtection')])).toEqual([
      'extended_key_usage_not_allowed 2 serverAuth',
    ]);
    expect(purpose('emailProtection', leaf, [ca('clientAuth')])).toEqual([
      'extended_key_usage_not_allowed 0 emailProtection',
      'extended_key_usage_not_allowed 1 emailProtection',
    ]);
  });

  test('by absence, but for the two that must be explicit', () => {
    expect(purpose('serverAuth', {})).toEqual([]);
    expect(purpose('1.2.3.4', {})).toEqual([]);
    expect(purpose('timeStamping', {})).toEqual(['extended_key_usage_invalid 0 the extension extKeyUsage is required']);
    expect(purpose('codeSigning', {})).toEqual([
      'extended_key_usage_invalid 0 the extension extKeyUsage is required',
      'extended_key_usage_invalid 0 keyUsage with digitalSignature is required',
    ]);
  });

  test('by anyExtendedKeyUsage, but for the two, and not where any does not satisfy', () => {
    const any = { extendedKeyUsage: ['anyExtendedKeyUsage'] };
    expect(purpose('serverAuth', any, [ca('anyExtendedKeyUsage')])).toEqual([]);
    expect(purpose('serverAuth', any, [ca('anyExtendedKeyUsage')], false)).toEqual([
      'extended_key_usage_not_allowed 0 serverAuth',
      'extended_key_usage_not_allowed 1 serverAuth',
    ]);
    expect(purpose('codeSigning', any)).toContain('extended_key_usage_not_allowed 0 codeSigning');
    expect(purpose('timeStamping', any)).toContain('extended_key_usage_not_allowed 0 timeStamping');
  });

  test('an authority with any restricts nothing below it, for the two neither', () => {
    const leaf: Extensions = { extendedKeyUsage: ['codeSigning'], keyUsage: ['digitalSignature'] };
    expect(purpose('codeSigning', leaf, [ca('anyExtendedKeyUsage')])).toEqual([]);
    expect(purpose('codeSigning', leaf, [ca('serverAuth')])).toEqual(['extended_key_usage_not_allowed 1 codeSigning']);
  });
});

describe('a bit that is consistent with the purpose, where keyUsage is present', () => {
  const inconsistent = 'extended_key_usage_invalid 0 keyUsage has no bit that is consistent with it';
  const usages = Object.keys(keyUsageBit) as (keyof typeof keyUsageBit)[];
  test.each([
    ['serverAuth', ['digitalSignature', 'keyEncipherment', 'keyAgreement']],
    ['clientAuth', ['digitalSignature', 'keyAgreement']],
    ['emailProtection', ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement']],
    ['OCSPSigning', ['digitalSignature', 'nonRepudiation']],
    ['documentSigning', ['digitalSignature', 'nonRepudiation']],
    ['1.2.3.4', usages],
  ])('%s: %j', (name, consistent) => {
    for (const usage of usages) {
      const extensions = { extendedKeyUsage: [oidOf(name)], keyUsage: [usage] };
      expect(purpose(name, extensions), usage).toEqual(consistent.includes(usage) ? [] : [inconsistent]);
    }
  });
});

describe('timeStamping (RFC 3161 §2.3)', () => {
  const right: Extensions = {
    extendedKeyUsage: ['timeStamping'],
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    critical: { extendedKeyUsage: true },
  };
  const invalid = (detail: string) => `extended_key_usage_invalid 0 ${detail}`;
  test.each([
    ['as it must be', {}, []],
    ['either bit alone', { keyUsage: ['nonRepudiation'] }, []],
    ['no keyUsage', { keyUsage: undefined }, []],
    ['not critical', { critical: {} }, [invalid('the extension extKeyUsage must be critical')]],
    ['not alone', { extendedKeyUsage: ['timeStamping', 'clientAuth'] }, [invalid('timeStamping must stand alone')]],
    [
      'beside any',
      { extendedKeyUsage: ['timeStamping', 'anyExtendedKeyUsage'] },
      [invalid('timeStamping must stand alone')],
    ],
    [
      'a further bit',
      { keyUsage: ['digitalSignature', 'keyEncipherment'] },
      [invalid('keyUsage may hold digitalSignature and nonRepudiation only')],
    ],
    [
      'another bit',
      { keyUsage: ['cRLSign'] },
      [
        invalid('keyUsage has no bit that is consistent with it'),
        invalid('keyUsage may hold digitalSignature and nonRepudiation only'),
      ],
    ],
  ] as [string, Partial<Extensions>, string[]][])('%s', (_, change, expected) => {
    const { keyUsage, ...rest } = { ...right, ...change };
    expect(purpose('timeStamping', keyUsage === undefined ? rest : { ...rest, keyUsage })).toEqual(expected);
  });
});

describe('codeSigning', () => {
  const right: Extensions = { extendedKeyUsage: ['codeSigning'], keyUsage: ['digitalSignature'] };
  const invalid = (detail: string) => `extended_key_usage_invalid 0 ${detail}`;
  const bit = invalid('keyUsage with digitalSignature is required');
  test.each([
    ['as it must be', {}, []],
    ['beside clientAuth', { extendedKeyUsage: ['codeSigning', 'clientAuth'] }, []],
    ['a critical extKeyUsage', { critical: { extendedKeyUsage: true } }, []],
    [
      'beside serverAuth',
      { extendedKeyUsage: ['codeSigning', 'serverAuth'] },
      [invalid('serverAuth must not stand beside it')],
    ],
    [
      'beside any',
      { extendedKeyUsage: ['codeSigning', 'anyExtendedKeyUsage'] },
      [invalid('anyExtendedKeyUsage must not stand beside it')],
    ],
    ['without keyUsage', { keyUsage: undefined }, [bit]],
    [
      'without digitalSignature',
      { keyUsage: ['nonRepudiation'] },
      [invalid('keyUsage has no bit that is consistent with it'), bit],
    ],
    ['keyUsage not critical', { critical: { keyUsage: false } }, [invalid('the extension keyUsage must be critical')]],
    [
      'keyCertSign',
      { keyUsage: ['digitalSignature', 'keyCertSign'] },
      [invalid('keyUsage must not hold keyCertSign or cRLSign')],
    ],
    [
      'cRLSign',
      { keyUsage: ['digitalSignature', 'cRLSign'] },
      [invalid('keyUsage must not hold keyCertSign or cRLSign')],
    ],
  ] as [string, Partial<Extensions>, string[]][])('%s', (_, change, expected) => {
    const { keyUsage, ...rest } = { ...right, ...change };
    expect(purpose('codeSigning', keyUsage === undefined ? rest : { ...rest, keyUsage })).toEqual(expected);
  });
});
