/** The CRL's frame (RFC 5280 §5.1, §5.2): versions, times, numbers, scope. Its entries are the room revocation's. */
import { describe, expect, test } from 'vitest';
import { asn1, type CrlInput, issueCertificate, issueCrl, sharedKeys } from '../../src/stand-in/index.js';
import { type CertificateList, parseCrl } from '../../src/x509/crl.js';
import { hex } from './support.js';

const { bitString, contextPrimitive, generalizedTime, integer, oid, sequence, utcTime } = asn1;
const thisUpdate = new Date('2026-06-01T00:00:00Z');
const nextUpdate = new Date('2026-06-11T00:00:00Z');
const issuer = issueCertificate({
  subject: 'CN=Issuer',
  keys: sharedKeys('ec-p256', 'x509'),
  notBefore: thisUpdate,
  notAfter: nextUpdate,
});
const issue = (more: Partial<CrlInput> = {}) => issueCrl({ issuer, thisUpdate, nextUpdate, ...more });

function read(der: Uint8Array): CertificateList {
  const result = parseCrl(der);
  if (!result.ok) throw new Error(`expected ${result.expected}, found ${result.found}`);
  return result.value;
}

const refusal = (der: Uint8Array) => {
  const result = parseCrl(der);
  return result.ok ? 'readable' : `expected ${result.expected}, found ${result.found}`;
};
const withExtension = (id: string, value: Uint8Array) =>
  refusal(issue({ crlNumber: false, other: [{ oid: id, value }] }));

test('a view that keeps the signed bytes', () => {
  const der = issue({ crlNumber: 258, entries: [{ serialNumber: 5, revocationDate: thisUpdate }] });
  const list = read(der);
  expect(list).toMatchObject({
    version: 2,
    thisUpdate: thisUpdate.getTime(),
    nextUpdate: nextUpdate.getTime(),
    cRLNumber: hex('0102'),
    deltaCRLIndicator: undefined,
    issuingDistributionPoint: undefined,
    algorithmsAgree: true,
    canonicalTimes: true,
  });
  expect(Buffer.from(der).includes(Buffer.from(list.tbs))).toBe(true);
  expect(Buffer.from(der.subarray(list.entries.start, list.entries.end)).includes('020105', 0, 'hex')).toBe(true);
});

test('what may be absent', () => {
  const list = read(issueCrl({ issuer, thisUpdate, version: 1 }));
  expect(list).toMatchObject({ version: 1, nextUpdate: undefined, cRLNumber: undefined, extensions: [] });
  expect(list.entries.end - list.entries.start).toBe(0);
});

test('the two algorithms are compared, not judged', () => {
  expect(read(issue({ outerAlgorithm: sequence(oid('1.2.3')) })).algorithmsAgree).toBe(false);
});

describe('numbers', () => {
  test.each([
    ['cRLNumber', '2.5.29.20'],
    ['deltaCRLIndicator', '2.5.29.27'],
  ] as const)('%s', (what, id) => {
    expect(withExtension(id, integer(0))).toBe('readable');
    expect(withExtension(id, integer(1n << 254n))).toBe('readable');
    expect(withExtension(id, integer(1n << 256n))).toBe(`expected ${what}, found an INTEGER of more than 32 octets`);
    expect(withExtension(id, integer(-1))).toBe(`expected ${what}, found a negative INTEGER`);
    expect(withExtension(id, hex('02020001'))).toBe(`expected ${what}, found an INTEGER that is not minimal`);
  });
});

describe('issuingDistributionPoint', () => {
  const point = (more: CrlInput['issuingDistributionPoint']) =>
    read(issue({ issuingDistributionPoint: more ?? {} })).issuingDistributionPoint;
  const none = {
    fullName: undefined,
    nameRelativeToCRLIssuer: undefined,
    onlyContainsUserCerts: false,
    onlyContainsCACerts: false,
    onlySomeReasons: undefined,
    indirectCRL: false,
    onlyContainsAttributeCerts: false,
  };
  test('each flag on its own', () => {
    for (const flag of ['onlyContainsUserCerts', 'onlyContainsCACerts', 'indirectCRL', 'onlyContainsAttributeCerts']) {
      expect(point({ [flag]: true })).toEqual({ ...none, [flag]: true });
    }
    expect(point({ onlySomeReasons: ['keyCompromise', 'certificateHold'] })).toEqual({
      ...none,
      onlySomeReasons: 0x42,
    });
    expect(point({ fullName: [{ uri: 'a' }] })).toMatchObject({ fullName: [{ tag: 6, value: hex('61') }] });
  });
  test('at most one of the three', () => {
    const two = 'expected issuingDistributionPoint, found more than one of the flags onlyContains…';
    for (const [a, b] of [
      [1, 2],
      [1, 5],
      [2, 5],
    ] as const) {
      const flags = [contextPrimitive(a, hex('ff')), contextPrimitive(b, hex('ff'))];
      expect(withExtension('2.5.29.28', sequence(...flags))).toBe(two);
    }
    expect(withExtension('2.5.29.28', sequence(contextPrimitive(1, hex('ff')), contextPrimitive(4, hex('ff'))))).toBe(
      'readable',
    );
  });
  test('in their order', () => {
    expect(
      withExtension('2.5.29.28', sequence(contextPrimitive(4, hex('ff')), contextPrimitive(1, hex('ff')))),
    ).toMatch(/trailing data$/);
  });
});

describe('field by field', () => {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const time = utcTime(thisUpdate);
  const crl = (...fields: Uint8Array[]) => sequence(sequence(...fields), algorithm, bitString(new Uint8Array(3)));
  test.each([
    ['the least', crl(algorithm, sequence(), time), 'readable'],
    ['version 2', crl(integer(1), algorithm, sequence(), time), 'readable'],
    [
      'version 1 written out',
      crl(integer(0), algorithm, sequence(), time),
      'expected version 2 of a CRL, found version 1 written out',
    ],
    [
      'version 3',
      crl(integer(2), algorithm, sequence(), time),
      'expected the version of a CRL, found an INTEGER above 1',
    ],
    [
      'extensions in version 1',
      crl(algorithm, sequence(), time, asn1.context(0, sequence())),
      'expected a version 1 CRL without extensions, found extensions',
    ],
    [
      'no extension in the list',
      crl(integer(1), algorithm, sequence(), time, asn1.context(0, sequence())),
      'expected the CRL, found an empty list of extensions',
    ],
    [
      'a third time',
      crl(algorithm, sequence(), time, time, time),
      'expected the end of tbsCertList, found trailing data',
    ],
    ['no time', crl(algorithm, sequence()), 'expected thisUpdate, found the end of the data'],
  ])('%s', (_, der, words) => {
    expect(refusal(der)).toBe(words);
  });

  test('a date before 2050 as GeneralizedTime is read and said', () => {
    expect(read(crl(algorithm, sequence(), generalizedTime(thisUpdate))).canonicalTimes).toBe(false);
    expect(read(crl(algorithm, sequence(), time, generalizedTime(nextUpdate))).canonicalTimes).toBe(false);
    expect(
      read(crl(algorithm, sequence(), time, generalizedTime(new Date('2050-01-01T00:00:00Z')))).canonicalTimes,
    ).toBe(true);
  });

  test('cut off, or with something behind', () => {
    const der = issue();
    expect(refusal(der.subarray(0, der.length - 1))).toMatch(/a truncated element$/);
    expect(refusal(Uint8Array.from([...der, 0]))).toBe('expected the end of the CRL, found trailing data');
  });

  test('expiredCertsOnCRL', () => {
    const since = new Date('2020-01-01T00:00:00Z');
    expect(read(issue({ expiredCertsOnCRL: since })).expiredCertsOnCRL).toBe(since.getTime());
    expect(withExtension('2.5.29.60', utcTime(since))).toBe('expected expiredCertsOnCRL, found tag 0x17');
  });
});
