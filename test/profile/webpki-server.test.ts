/** The Baseline Requirements' rules one by one: a path that keeps them all, and one change at a time. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkProfile } from '../../src/profile/profiles.js';
import { checkWebPkiServer } from '../../src/profile/webpki-server.js';
import { asn1, type CertificateInput, sharedKeys } from '../../src/stand-in/index.js';
import { certificate, type Extensions, said } from './support.js';

const right: Extensions = {
  basicConstraints: {},
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['serverAuth'],
  subjectAltName: [{ dns: 'www.example.com' }],
};
const root = certificate({ basicConstraints: { ca: true }, keyUsage: ['keyCertSign'] });
const authority = certificate({ basicConstraints: { ca: true }, extendedKeyUsage: ['serverAuth'] });

const broken = (index: number, detail: string) => `profile_rule_broken ${index} ${detail}`;
const leafWith = (change: Partial<Extensions>, more: Partial<CertificateInput> = {}) =>
  said(checkWebPkiServer([certificate({ ...right, ...change }, more), authority, root]));
const names = (...list: NonNullable<Extensions['subjectAltName']>) => leafWith({ subjectAltName: list });

test('a path that keeps them all', () => {
  expect(leafWith({})).toEqual([]);
  expect(said(checkProfile('webpki-server', [certificate(right), authority, root]))).toEqual([]);
});

test('anyExtendedKeyUsage does not satisfy', () => {
  const path = [certificate({ ...right, extendedKeyUsage: ['anyExtendedKeyUsage'] }), authority, root];
  expect(said(checkProfile('webpki-server', path))).toEqual(['extended_key_usage_not_allowed 0 serverAuth']);
});

describe('the subscriber', () => {
  test('is no authority', () => {
    expect(leafWith({ basicConstraints: { ca: true } })).toEqual([
      broken(0, 'a server certificate must not be one of an authority'),
    ]);
  });

  test('has extKeyUsage, not critical', () => {
    const { extendedKeyUsage: _, ...without } = right;
    expect(said(checkWebPkiServer([certificate(without), authority, root]))).toEqual([
      broken(0, 'extKeyUsage is required'),
    ]);
    expect(leafWith({ critical: { extendedKeyUsage: true } })).toEqual([broken(0, 'extKeyUsage must not be critical')]);
  });

  test('has alternative names, of hosts and addresses only', () => {
    const { subjectAltName: _, ...without } = right;
    expect(said(checkWebPkiServer([certificate(without), authority, root]))).toEqual([
      broken(0, 'subjectAltName is required'),
    ]);
    expect(names({ ip: '192.0.2.1' }, { ip: '2001:db8::1' }, { dns: 'a.example.com' })).toEqual([]);
    const others = broken(0, 'subjectAltName may hold host names and IP addresses only');
    expect(names({ dns: 'a.example.com' }, { email: 'a@example.com' }, { uri: 'https://example.com/' })).toEqual([
      others,
      others,
    ]);
  });

  test.each([
    ['www.example.com', undefined],
    ['WWW.Example.COM', undefined],
    ['xn--mnchen-3ya.example', undefined],
    ['*.example.com', undefined],
    ['*.example.co.uk', undefined],
    ['*.com', 'a wildcard stands for all names under a public suffix'],
    ['*.co.uk', 'a wildcard stands for all names under a public suffix'],
    ['*.CO.UK', 'a wildcard stands for all names under a public suffix'],
    ['*.github.io', 'a wildcard stands for all names under a public suffix'],
    ['www.example.com.', 'a dNSName is no host name'],
    ['w*.example.com', 'a dNSName is no host name'],
    ['a.*.example.com', 'a dNSName is no host name'],
    ['*.*.example.com', 'a dNSName is no host name'],
    ['*', 'a dNSName is no host name'],
    ['', 'a dNSName is no host name'],
    ['a..example.com', 'a dNSName is no host name'],
    ['-a.example.com', 'a dNSName is no host name'],
    [`${'a'.repeat(64)}.example.com`, 'a dNSName is no host name'],
  ])('the name "%s"', (dns, detail) => {
    expect(names({ dns })).toEqual(detail === undefined ? [] : [broken(0, detail)]);
  });

  test('has common names from among the alternative ones only', () => {
    const commonName = (text: string, ...alternative: NonNullable<Extensions['subjectAltName']>) =>
      leafWith({ subjectAltName: alternative }, { subject: `CN=${text}` });
    const other = [broken(0, 'the common name is not among the alternative names')];
    expect(commonName('www.example.com', { dns: 'a.example.com' }, { dns: 'www.example.com' })).toEqual([]);
    expect(commonName('example.com', { dns: '*.example.com' })).toEqual([]);
    expect(commonName('192.0.2.1', { ip: '192.0.2.1' })).toEqual([]);
    expect(commonName('2001:db8::1', { ip: '2001:db8::1' })).toEqual([]);
    expect(commonName('www.example.com', { dns: 'a.example.com' })).toEqual(other);
    expect(commonName('WWW.example.com', { dns: 'www.example.com' })).toEqual(other);
    expect(commonName('Example', { dns: 'www.example.com' })).toEqual(other);
    // OCTET STRING "www.example.com"
    const octets = asn1.tlv(4, new Uint8Array(Buffer.from('www.example.com')));
    const subject = asn1.sequence(asn1.tlv(0x31, asn1.sequence(asn1.oid('2.5.4.3'), octets)));
    expect(leafWith({ subjectAltName: [{ dns: 'www.example.com' }] }, { subject })).toEqual(other);
  });
});

describe('keys, at every place', () => {
  const rsa = (bits: number) => asn1.integer((1n << BigInt(bits - 1)) | 1n);
  const rsaInfo = (bits: number) =>
    asn1.sequence(
      asn1.sequence(asn1.oid('1.2.840.113549.1.1.1'), asn1.nullValue),
      asn1.bitString(asn1.sequence(rsa(bits), asn1.integer(65537))),
    );
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const none = 'the key is none of RSA and ECDSA on P-256, P-384 or P-521';

  test.each([
    ['RSA 2048', rsaInfo(2048), []],
    ['RSA 3072', rsaInfo(3072), []],
    ['RSA 2040', rsaInfo(2040), ['an RSA modulus of 2040 bits is shorter than 2048']],
    ['RSA 2049', rsaInfo(2049), ['the length of the RSA modulus (2049 bits) is no multiple of 8']],
    [
      'RSA 1023',
      rsaInfo(1023),
      [
        'an RSA modulus of 1023 bits is shorter than 2048',
        'the length of the RSA modulus (1023 bits) is no multiple of 8',
      ],
    ],
    ['P-384', sharedKeys('ec-p384', 'profile').publicKeyInfo, []],
    ['P-521', sharedKeys('ec-p521', 'profile').publicKeyInfo, []],
    ['secp256k1', new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })), [none]],
    ['Ed25519', sharedKeys('ed25519', 'profile').publicKeyInfo, [none]],
    ['DSA', sharedKeys('dsa-1024', 'profile').publicKeyInfo, [none]],
    [
      'one that cannot be read',
      asn1.sequence(asn1.sequence(asn1.oid('1.2.3')), asn1.bitString(new Uint8Array(1))),
      [none],
    ],
  ])('%s', (_, publicKeyInfo, details) => {
    expect(leafWith({}, { publicKeyInfo })).toEqual(details.map((detail) => broken(0, detail)));
    const above = certificate({ basicConstraints: { ca: true } }, { publicKeyInfo });
    expect(said(checkWebPkiServer([certificate(right), above, root]))).toEqual(
      details.map((detail) => broken(1, detail)),
    );
  });
});

describe('the root', () => {
  const rootWith = (extensions: Extensions) =>
    said(checkWebPkiServer([certificate(right), authority, certificate(extensions)]));
  const own = sharedKeys('ec-p256', 'profile').keyIdentifier;

  test('has no extKeyUsage; authorities between may', () => {
    expect(rootWith({ extendedKeyUsage: ['serverAuth'] })).toEqual([broken(2, 'a root must not have extKeyUsage')]);
  });

  test("names its own key, if any, as its issuer's", () => {
    expect(rootWith({ authorityKeyIdentifier: { keyIdentifier: own } })).toEqual([]);
    expect(rootWith({ authorityKeyIdentifier: { keyIdentifier: new Uint8Array(20) } })).toEqual([
      broken(2, 'the authorityKeyIdentifier of a root is not its own subjectKeyIdentifier'),
    ]);
    expect(rootWith({ authorityKeyIdentifier: { keyIdentifier: own }, subjectKeyIdentifier: false })).toEqual([
      broken(2, 'the authorityKeyIdentifier of a root is not its own subjectKeyIdentifier'),
    ]);
    expect(rootWith({ authorityKeyIdentifier: { issuer: 'CN=x', serialNumber: 5 } })).toEqual([
      broken(2, 'the authorityKeyIdentifier of a root lacks the key identifier'),
    ]);
  });

  test('a certificate alone is a subscriber and no root', () => {
    expect(said(checkWebPkiServer([certificate(right)]))).toEqual([]);
  });
});
