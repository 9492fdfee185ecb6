/** PEM (RFC 7468) as it is found: text around, CRLF, BOM, the labels of old programs; and what is refused as a whole. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeBase64,
  describeBytes,
  encodeBase64,
  isDer,
  maximumPemBlocks,
  readPem,
  writePem,
} from '../../src/x509/pem.js';

const text = (value: string) => new TextEncoder().encode(value);
const read = (value: string) => {
  const result = readPem(text(value));
  return result.ok
    ? result.value.map(({ kind, label, der }) => [kind, label, Buffer.from(der).toString('hex')])
    : result;
};
const block = (label: string, body = 'MAA=') => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

describe('labels', () => {
  test.each([
    ['CERTIFICATE', 'certificate'],
    ['X509 CERTIFICATE', 'certificate'],
    ['TRUSTED CERTIFICATE', 'certificate'],
    ['X509 CRL', 'crl'],
    ['PKCS7', 'pkcs7'],
    ['CMS', 'pkcs7'],
    ['CERTIFICATE REQUEST', 'other'],
    ['PUBLIC KEY', 'other'],
  ])('%s is a %s', (label, kind) => {
    expect(read(block(label))).toEqual([[kind, label, '3000']]);
  });

  test.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'])(
    '%s is not decoded',
    (label) => {
      expect(read(block(label, '!not even base64!'))).toEqual([['private key', label, '']]);
    },
  );

  test('of a TRUSTED CERTIFICATE the certificate alone is taken', () => {
    expect(read(block('TRUSTED CERTIFICATE', 'MAAwAA=='))).toEqual([['certificate', 'TRUSTED CERTIFICATE', '3000']]);
    expect(read(block('CERTIFICATE', 'MAAwAA=='))).toEqual([['certificate', 'CERTIFICATE', '30003000']]);
  });
});

describe('forms', () => {
  test.each([
    ['CRLF', block('CERTIFICATE').replace(/\n/g, '\r\n')],
    ['CR', block('CERTIFICATE').replace(/\n/g, '\r')],
    ['a BOM', `\uFEFF${block('CERTIFICATE')}`],
    ['text before and behind', `subject=x\n${block('CERTIFICATE')}thanks\n`],
    ['one line', '-----BEGIN CERTIFICATE-----MAA=-----END CERTIFICATE-----'],
    ['blanks', block('CERTIFICATE', ' M A\tA =')],
  ])('%s', (_, value) => {
    expect(read(value)).toEqual([['certificate', 'CERTIFICATE', '3000']]);
  });

  test('several blocks in their order', () => {
    expect(read(block('CERTIFICATE') + block('X509 CRL', 'AgEF'))).toEqual([
      ['certificate', 'CERTIFICATE', '3000'],
      ['crl', 'X509 CRL', '020105'],
    ]);
  });

  test.each([
    ['no end', '-----BEGIN CERTIFICATE-----\nMAA=\n', '-----END CERTIFICATE-----', 'the end of the text'],
    [
      'another end',
      '-----BEGIN CERTIFICATE-----\nMAA=\n-----END X509 CRL-----\n',
      '-----END CERTIFICATE-----',
      'the end of the text',
    ],
    ['other characters', block('CERTIFICATE', 'MA!='), 'base64 in the block CERTIFICATE', 'other characters'],
    ['base64 cut off', block('CERTIFICATE', 'MAA'), 'base64 in the block CERTIFICATE', 'other characters'],
    ['padding within', block('CERTIFICATE', 'MA==MAA='), 'base64 in the block CERTIFICATE', 'other characters'],
    [
      'a header',
      block('CERTIFICATE', 'Proc-Type: 4,ENCRYPTED\n\nMAA='),
      'base64 in the block CERTIFICATE',
      'other characters',
    ],
    [
      'a good one and a broken one',
      block('CERTIFICATE') + block('CERTIFICATE', '?'),
      'base64 in the block CERTIFICATE',
      'other characters',
    ],
    ['no block', 'hello', 'DER or PEM', '5 octets that are neither'],
    ['nothing', '', 'DER or PEM', 'nothing (0 octets)'],
  ])('%s', (_, value, expected, found) => {
    expect(read(value)).toEqual({ ok: false, expected, found });
  });

  test('as many blocks as the limit, and not one more', () => {
    expect(read(block('CERTIFICATE').repeat(maximumPemBlocks))).toHaveLength(maximumPemBlocks);
    expect(read(block('CERTIFICATE').repeat(maximumPemBlocks + 1))).toEqual({
      ok: false,
      expected: `at most ${maximumPemBlocks} PEM blocks`,
      found: 'more',
    });
  });
});

test('what is written is read again, in lines of 64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      const written = writePem('CERTIFICATE', octets);
      for (const line of written.split('\n')) expect(line.length).toBeLessThanOrEqual(64);
      expect(read(written)).toEqual([['certificate', 'CERTIFICATE', Buffer.from(octets).toString('hex')]]);
      expect(decodeBase64(encodeBase64(octets))).toEqual(octets);
    }),
  );
});

test('a view into a larger buffer is read as what it shows', () => {
  const whole = text(`xx${block('CERTIFICATE')}xx`);
  expect(readPem(whole.subarray(2, whole.length - 2))).toMatchObject({ ok: true, value: [{ kind: 'certificate' }] });
});

test('DER is what begins with 0x30', () => {
  expect([
    isDer(new Uint8Array([0x30])),
    isDer(text('0')),
    isDer(new Uint8Array([0x31])),
    isDer(new Uint8Array()),
  ]).toEqual([true, true, false, false]);
  expect(describeBytes(new Uint8Array(3))).toBe('3 octets that are neither');
});
