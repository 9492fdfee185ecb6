import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type CertificateInput,
  generateKeys,
  type Issued,
  issueCertificate,
  type KeyAlgorithm,
  pem,
  type SignatureOptions,
  withoutParameters,
} from '../../src/stand-in/index.js';
import { haveOpenssl, openssl, opensslAbsent } from './openssl.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const ca = { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] } as const;
const authority = (subject: string, more: Partial<CertificateInput> = {}): Issued =>
  issueCertificate({
    subject,
    ...validity,
    ...more,
    extensions: { ...ca, keyUsage: [...ca.keyUsage], ...more.extensions },
  });

const root = authority('CN=Root');

/** OpenSSL's text; its versions print names inside extensions in three ways, which are made one. */
const text = (certificate: Uint8Array): string =>
  openssl({ c: certificate }, 'x509', '-inform', 'DER', '-in', '@c', '-noout', '-text', '-nameopt', 'RFC2253')
    .output.replaceAll(' = ', '=')
    .replaceAll('DirName:/', 'DirName:');

const verify = (anchor: Issued, chain: Issued[], ...args: string[]): string => {
  const [leaf, ...rest] = chain;
  return openssl(
    {
      root: pem(anchor.certificate),
      rest: rest.map((c) => pem(c.certificate)).join(''),
      leaf: pem(leaf?.certificate ?? root.certificate),
    },
    ...['verify', '-no-CApath', '-no-CAstore', '-CAfile', '@root', '-attime', '1780315200', ...args],
    ...(rest.length === 0 ? [] : ['-untrusted', '@rest']),
    '@leaf',
  ).output;
};

describe('issueCertificate', () => {
  test('two authorities never share a key by accident', () => {
    expect(authority('CN=Same').keys.publicKeyInfo).not.toEqual(authority('CN=Same').keys.publicKeyInfo);
  });

  test('a cross-certificate has the same name and key under another issuer', () => {
    const other = authority('CN=Other Root');
    const cross = authority('CN=Root', { issuer: other, keys: root.keys });
    const leaf = issueCertificate({ subject: 'CN=leaf', issuer: root, ...validity });
    expect(cross.name).toEqual(root.name);
    expect(new X509Certificate(leaf.certificate).verify(new X509Certificate(cross.certificate).publicKey)).toBe(true);
    expect(new X509Certificate(cross.certificate).verify(other.keys.publicKey)).toBe(true);
  });

  test('DSA parameters can be left to the issuer (RFC 3279 §2.3.2)', () => {
    const keys = generateKeys('dsa-1024');
    const bare = withoutParameters(keys);
    const heir = issueCertificate({ subject: 'CN=heir', issuer: root, keys, publicKeyInfo: bare, ...validity });
    expect(bare.length).toBeLessThan(keys.publicKeyInfo.length / 2);
    expect(Buffer.from(heir.certificate).includes(Buffer.from(bare))).toBe(true);
  });

  test('serial numbers, unique ids, versions and validity are as told', () => {
    const odd = issueCertificate({
      subject: '',
      ...validity,
      serialNumber: -5,
      version: 1,
      issuerUniqueId: new Uint8Array([1]),
    });
    expect(Buffer.from(odd.certificate).includes(Buffer.from([0x02, 0x01, 0xfb]))).toBe(true);
    expect(
      new X509Certificate(issueCertificate({ subject: 'CN=x', ...validity, serialNumber: 255 }).certificate)
        .serialNumber,
    ).toBe('FF');
  });
});

describe.skipIf(!haveOpenssl)(`judged by openssl (skipped where ${opensslAbsent})`, () => {
  test.each([
    ['rsa', {}, 'sha256WithRSAEncryption'],
    ['rsa', { hash: 'sha1' }, 'sha1WithRSAEncryption'],
    ['rsa', { hash: 'sha512' }, 'sha512WithRSAEncryption'],
    ['rsa', { hash: 'sha3-256' }, 'RSA-SHA3-256'],
    ['rsa', { pss: true }, 'rsassaPss'],
    ['rsa', { pss: true, hash: 'sha384', saltLength: 20 }, 'rsassaPss'],
    ['rsa', { pss: true, hash: 'sha1' }, 'rsassaPss'],
    ['rsa-1024', {}, 'sha256WithRSAEncryption'],
    ['ec-p256', {}, 'ecdsa-with-SHA256'],
    ['ec-p384', { hash: 'sha384' }, 'ecdsa-with-SHA384'],
    ['ec-p521', { hash: 'sha512' }, 'ecdsa-with-SHA512'],
    ['ed25519', {}, 'ED25519'],
    ['ed448', {}, 'ED448'],
    ['dsa-1024', { hash: 'sha1' }, 'dsaWithSHA1'],
    ['dsa-2048', {}, 'dsa_with_SHA256'],
  ] as [KeyAlgorithm, SignatureOptions, string][])('%s %o signs', (algorithm, signature, name) => {
    const signer = authority('CN=Signer', { keys: generateKeys(algorithm), signature });
    const leaf = issueCertificate({ subject: 'CN=leaf', issuer: signer, signature, ...validity });
    expect(text(leaf.certificate)).toContain(name);
    expect(verify(signer, [leaf], '-auth_level', '0', '-check_ss_sig')).toMatch(/leaf: OK/);
  });

  test('writes every extension so that openssl reads the same', () => {
    const leaf = issueCertificate({
      subject: 'CN=leaf,O=Büro,C=DE',
      issuer: root,
      ...validity,
      extensions: {
        basicConstraints: {},
        keyUsage: ['digitalSignature', 'decipherOnly'],
        extendedKeyUsage: ['serverAuth', '1.2.3.4'],
        authorityKeyIdentifier: { keyIdentifier: root.keys.keyIdentifier, issuer: root.name, serialNumber: 77 },
        subjectAltName: [
          { dns: 'a.example' },
          { ip: '192.0.2.1' },
          { ip: '2001:db8::1' },
          { email: 'a@b.example' },
          { smtpUtf8: 'ä@b.example' },
          { directory: 'CN=dir' },
          { uri: 'https://c.example/' },
          { registeredId: '1.2.3' },
          { other: { oid: '1.2.3.5', value: new Uint8Array([5, 0]) } },
        ],
        issuerAltName: [{ dns: 'issuer.example' }],
        certificatePolicies: ['1.2.3.6', { oid: '1.2.3.7', cps: 'https://cps.example/' }],
        crlDistributionPoints: [
          'http://crl.example/a.crl',
          {
            fullName: [{ uri: 'ldap://crl.example/b' }],
            reasons: ['keyCompromise', 'aACompromise'],
            crlIssuer: 'CN=Indirect',
          },
        ],
        freshestCRL: ['http://crl.example/delta.crl'],
        authorityInfoAccess: { ocsp: ['http://ocsp.example/'], caIssuers: ['http://ca.example/ca.cer'] },
        other: [{ oid: '1.2.3.8', critical: true, value: new Uint8Array([4, 1, 65]) }],
        critical: { extendedKeyUsage: true },
      },
    });
    const shown = text(leaf.certificate);
    for (const expected of [
      'C=DE,O=B\\C3\\BCro,CN=leaf',
      'CA:FALSE',
      'Digital Signature, Decipher Only',
      'X509v3 Extended Key Usage: critical',
      'TLS Web Server Authentication, 1.2.3.4',
      'serial:4D',
      'DNS:a.example, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, email:a@b.example',
      'DirName:CN=dir, URI:https://c.example/, Registered ID:1.2.3',
      'DNS:issuer.example',
      'Policy: 1.2.3.7',
      'CPS: https://cps.example/',
      'URI:http://crl.example/a.crl',
      'Key Compromise, AA Compromise',
      'CN=Indirect',
      'X509v3 Freshest CRL',
      'OCSP - URI:http://ocsp.example/',
      'CA Issuers - URI:http://ca.example/ca.cer',
      '1.2.3.8: critical',
    ])
      expect(shown).toContain(expected);
  });

  test('writes the extensions of authorities so that openssl reads the same', () => {
    const subordinate = authority('CN=Subordinate', {
      issuer: root,
      extensions: {
        basicConstraints: { ca: true, pathLength: 3 },
        nameConstraints: {
          permitted: [{ dns: 'b.example' }, { ip: '10.0.0.0/8' }, { ip: '2001:db8::/33' }, { directory: 'O=Org' }],
          excluded: [{ email: '.c.example' }, { uri: '.d.example' }],
        },
        policyMappings: [['1.2.3.1', '1.2.3.2']],
        policyConstraints: { requireExplicitPolicy: 0, inhibitPolicyMapping: 2 },
        inhibitAnyPolicy: 1,
      },
    });
    const shown = text(subordinate.certificate);
    for (const expected of [
      'CA:TRUE, pathlen:3',
      'Permitted:',
      'DNS:b.example',
      'IP:10.0.0.0/255.0.0.0',
      'IP:2001:DB8:0:0:0:0:0:0/FFFF:FFFF:8000:0:0:0:0:0',
      'DirName:O=Org',
      'Excluded:',
      'email:.c.example',
      'URI:.d.example',
      '1.2.3.1:1.2.3.2',
      'Require Explicit Policy:0, Inhibit Policy Mapping:2',
      'X509v3 Inhibit Any Policy: critical',
    ])
      expect(shown).toContain(expected);
  });

  test('name constraints bite', () => {
    const constrained = authority('CN=Constrained', {
      issuer: root,
      extensions: { nameConstraints: { permitted: [{ dns: 'b.example' }] } },
    });
    const issue = (dns: string): Issued =>
      issueCertificate({
        subject: 'CN=leaf',
        issuer: constrained,
        ...validity,
        extensions: { subjectAltName: [{ dns }] },
      });
    expect(verify(root, [issue('a.b.example'), constrained])).toMatch(/leaf: OK/);
    expect(verify(root, [issue('a.c.example'), constrained])).toMatch(/permitted subtree violation/);
  });
});
