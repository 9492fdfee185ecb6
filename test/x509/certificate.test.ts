/** The certificate as a whole (RFC 5280 §4.1): what is read, what is listed as a defect, what makes it unreadable. */
import { describe, expect, test } from 'vitest';
import { asn1, type CertificateInput, issueCertificate, sharedKeys } from '../../src/stand-in/index.js';
import { findExtension, parseCertificate } from '../../src/x509/certificate.js';
import { maximumAttributes } from '../../src/x509/name.js';
import { certificateOf, hex } from './support.js';

const {
  bitString,
  context,
  contextPrimitive,
  generalizedTime,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  tlv,
  utcTime,
  utf8,
} = asn1;
const from = new Date('2026-01-01T00:00:00Z');
const to = new Date('2049-12-31T23:59:59Z');
const keys = sharedKeys('ec-p256', 'x509');

const issue = (more: Partial<CertificateInput> = {}) =>
  issueCertificate({ subject: 'C=DE,CN=x', keys, notBefore: from, notAfter: to, serialNumber: 5, ...more }).certificate;
const defects = (more: Partial<CertificateInput>) =>
  certificateOf(issue(more)).defects.map(({ code, severity, params }) =>
    `${code} ${severity} ${params?.detail ?? params?.what ?? params?.limit ?? ''}`.trim(),
  );
const refusal = (der: Uint8Array) => {
  const result = parseCertificate(der);
  return result.ok ? 'readable' : `expected ${result.expected}, found ${result.found}`;
};

test('a view that keeps the signed bytes', () => {
  const der = issue({ extensions: { basicConstraints: { ca: true, pathLength: 3 }, keyUsage: ['keyCertSign'] } });
  const certificate = certificateOf(der);
  expect(certificate).toMatchObject({
    version: 3,
    serialNumber: hex('05'),
    notBefore: from.getTime(),
    notAfter: to.getTime(),
    signatureAlgorithm: { oid: '1.2.840.10045.4.3.2' },
    basicConstraints: { cA: true, pathLenConstraint: 3 },
    keyUsage: 32,
    defects: [],
  });
  expect(Buffer.from(der).includes(Buffer.from(certificate.tbs))).toBe(true);
  expect(certificate.publicKey.der).toEqual(keys.publicKeyInfo);
  expect(findExtension(certificate.extensions, '2.5.29.15')?.critical).toBe(true);
  expect(findExtension(certificate.extensions, '2.5.29.99')).toBeUndefined();
});

describe('versions', () => {
  test.each([
    [1, undefined, 1],
    [2, undefined, 2],
    [3, undefined, 3],
  ] as const)('version %i', (version, _, read) => {
    expect(certificateOf(issue({ version }))).toMatchObject({ version: read, defects: [] });
  });

  test('what a version does not allow', () => {
    const extensions = { keyUsage: ['digitalSignature' as const] };
    expect(defects({ version: 1, extensions })).toEqual(['extension_not_allowed error extensions']);
    expect(defects({ version: 2, extensions })).toEqual(['extension_not_allowed error extensions']);
    expect(defects({ version: 1, issuerUniqueId: hex('01') })).toEqual([
      'extension_not_allowed error a unique identifier',
    ]);
    expect(defects({ version: 1, issuerUniqueId: hex('01'), subjectUniqueId: hex('02') })).toHaveLength(2);
    expect(defects({ version: 2, issuerUniqueId: hex('01'), subjectUniqueId: hex('02') })).toEqual([]);
    expect(defects({ version: 3, subjectUniqueId: hex('02') })).toEqual([]);
  });
});

describe('serial numbers', () => {
  const twenty = (1n << 158n) | 1n;
  test.each([
    [1n, []],
    [0n, ['serial_number_invalid warning it is zero']],
    [-1n, ['serial_number_invalid warning it is negative']],
    [-(1n << 100n), ['serial_number_invalid warning it is negative']],
    [twenty, []],
    [twenty << 1n, ['serial_number_invalid warning it has 21 octets']],
  ])('%s', (serialNumber, expected) => {
    expect(defects({ serialNumber })).toEqual(expected);
  });
});

describe('times', () => {
  const early = 'encoding_not_canonical warning a date before 2050 as GeneralizedTime';
  test('GeneralizedTime from 2050 on', () => {
    expect(defects({ rawValidity: [generalizedTime(from), utcTime(to)] })).toEqual([early]);
    expect(defects({ rawValidity: [utcTime(from), generalizedTime(to)] })).toEqual([early]);
    expect(defects({ rawValidity: [utcTime(from), generalizedTime(new Date('2050-01-01T00:00:00Z'))] })).toEqual([]);
    expect(certificateOf(issue({ notAfter: new Date('9999-12-31T23:59:59Z') })).notAfter).toBe(
      Date.parse('9999-12-31T23:59:59Z'),
    );
  });
  test('notAfter before notBefore is read: no time lies between', () => {
    expect(defects({ notBefore: to, notAfter: from })).toEqual([]);
  });
});

describe('names', () => {
  const attribute = (type: string, value: Uint8Array) => tlv(0x31, sequence(oid(type), value));
  const printable = (text: string) => tlv(0x13, Buffer.from(text));
  test('characters that issuers put into a PrintableString all the same', () => {
    const what = 'encoding_not_canonical warning a name as PrintableString with other characters';
    expect(defects({ subject: sequence(attribute('2.5.4.3', printable('a@b&c*d_e'))) })).toEqual([what]);
    expect(defects({ subject: sequence(attribute('2.5.4.3', printable("Az09 '()+,-./:=?"))) })).toEqual([]);
  });
  test.each([
    ['PrintableString', printable('a;b'), 'a PrintableString with a character that it cannot hold'],
    ['IA5String', tlv(0x16, hex('80')), 'an IA5String with a character that it cannot hold'],
    ['UTF8String', tlv(0x0c, hex('c0af')), 'a UTF8String that is not UTF-8'],
    ['UTF8String', tlv(0x0c, hex('eda080')), 'a UTF8String that is not UTF-8'],
    ['BMPString', tlv(0x1e, hex('004100')), 'a BMPString of an odd number of octets'],
    ['UniversalString', tlv(0x1c, hex('000000410000')), 'a UniversalString whose length is no multiple of four'],
  ])('%s: %s', (_, value, found) => {
    expect(refusal(issue({ subject: sequence(attribute('2.5.4.3', value)), issuerName: 'CN=i' }))).toBe(
      `expected the subject, found ${found}`,
    );
  });
  test('512 attributes, and one more', () => {
    const many = (count: number) => sequence(...Array.from({ length: count }, () => attribute('2.5.4.11', utf8('x'))));
    expect(defects({ subject: many(maximumAttributes) })).toEqual([]);
    expect(defects({ subject: many(maximumAttributes + 1) })).toEqual(['budget_exceeded error 512']);
  });
  test('an empty set', () => {
    expect(refusal(issue({ subject: sequence(tlv(0x31)), issuerName: 'CN=i' }))).toBe(
      'expected an attribute of the subject, found the end of the data',
    );
  });
});

describe('algorithms', () => {
  const sha384 = oid('1.2.840.10045.4.3.3');
  const sha256 = oid('1.2.840.10045.4.3.2');
  test('inside and outside the same, parameters too', () => {
    const differs = ['signature_algorithm_mismatch error'];
    expect(defects({ innerAlgorithm: sequence(sha384) })).toEqual(differs);
    expect(defects({ outerAlgorithm: sequence(sha384) })).toEqual(differs);
    expect(defects({ outerAlgorithm: sequence(sha256, nullValue) })).toEqual(differs);
    expect(
      defects({ innerAlgorithm: sequence(sha256, nullValue), outerAlgorithm: sequence(sha256, nullValue) }),
    ).toEqual([]);
  });
  test('nothing behind the parameters', () => {
    expect(refusal(issue({ innerAlgorithm: sequence(sha256, nullValue, nullValue) }))).toMatch(/trailing data$/);
  });
});

test('cA FALSE written out is a defect; critical FALSE written out is no certificate', () => {
  const explicit = { oid: '2.5.29.19', critical: true, value: hex('3003010100') };
  expect(defects({ extensions: { other: [explicit] } })).toEqual([
    'encoding_not_canonical warning cA FALSE explicitly',
  ]);
});

describe('unreadable', () => {
  const der = issue();
  const malformed = (id: string, value: Uint8Array) => refusal(issue({ extensions: { other: [{ oid: id, value }] } }));

  test.each([
    '2.5.29.15',
    '2.5.29.17',
    '2.5.29.18',
    '2.5.29.19',
    '2.5.29.30',
    '2.5.29.31',
    '2.5.29.32',
    '2.5.29.33',
    '2.5.29.36',
    '2.5.29.37',
    '2.5.29.46',
    '2.5.29.54',
    '1.3.6.1.5.5.7.1.1',
  ])('the extension %s, malformed', (id) => {
    expect(malformed(id, hex('0c0161'))).toMatch(/^expected .+, found .+$/);
    expect(malformed(id, hex(''))).toMatch(/the end of the data$/);
  });

  test('an extension that is not known may hold anything', () => {
    expect(malformed('1.2.3.4', hex('ffff'))).toBe('readable');
  });

  test('an extension twice', () => {
    const other = [
      { oid: '1.2.3.4', value: nullValue },
      { oid: '1.2.3.4', value: nullValue },
    ];
    expect(refusal(issue({ extensions: { other } }))).toBe(
      'expected the certificate, found the extension 1.2.3.4 twice',
    );
  });

  test('cut off, or with something behind', () => {
    expect(refusal(der.subarray(0, der.length - 1))).toMatch(/a truncated element$/);
    expect(refusal(Uint8Array.from([...der, 0]))).toMatch(/trailing data$/);
    expect(refusal(hex(''))).toMatch(/the end of the data$/);
  });

  test('a megabyte is the limit', () => {
    const large = (octets: number) =>
      issue({ extensions: { other: [{ oid: '1.2.3.4', value: octetString(new Uint8Array(octets)) }] } });
    expect(refusal(large(1024 * 1024 - 1000))).toBe('readable');
    expect(refusal(large(1024 * 1024))).toMatch(/1 MiB/);
  });

  /** TBSCertificate field by field, signed by nobody: parsing does not look. */
  const tbs = (fields: Uint8Array[]) =>
    sequence(sequence(...fields), sequence(oid('1.2.840.10045.4.3.2')), bitString(new Uint8Array(3)));
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const name = sequence();
  const validity = sequence(utcTime(from), utcTime(to));
  const rest = [integer(5), algorithm, name, validity, name, keys.publicKeyInfo];

  test('field by field', () => {
    expect(refusal(tbs(rest))).toBe('readable');
    expect(refusal(tbs([context(0, integer(2)), ...rest]))).toBe('readable');
    expect(refusal(tbs([context(0, integer(0)), ...rest]))).toBe(
      'expected version, found version 1 written out, which DER forbids',
    );
    expect(refusal(tbs([context(0, integer(3)), ...rest]))).toBe('expected version, found an INTEGER above 2');
    expect(refusal(tbs([context(0, integer(2), integer(2)), ...rest]))).toBe(
      'expected the end of version, found trailing data',
    );
    expect(refusal(tbs([...rest, nullValue]))).toBe('expected the end of tbsCertificate, found trailing data');
    expect(refusal(tbs([...rest, contextPrimitive(2, hex('00')), contextPrimitive(1, hex('00'))]))).toMatch(
      /trailing data$/,
    );
    expect(refusal(tbs([context(0, integer(2)), ...rest, context(3, sequence())]))).toMatch(
      /an empty list of extensions$/,
    );
    for (let missing = 0; missing < rest.length; missing++) {
      expect(refusal(tbs(rest.filter((_, index) => index !== missing))), `without field ${missing}`).not.toBe(
        'readable',
      );
    }
  });

  test('a key that is not of whole octets; a signature that is not is one that fits no key', () => {
    const key = sequence(sequence(oid('1.2.840.113549.1.1.1')), bitString(hex('f0'), 4));
    expect(refusal(tbs([...rest.slice(0, 5), key]))).toBe(
      'expected a subjectPublicKey of whole octets, found unused bits',
    );
    expect(certificateOf(sequence(sequence(...rest), algorithm, bitString(hex('f0'), 4))).signature).toEqual(hex(''));
  });
});
