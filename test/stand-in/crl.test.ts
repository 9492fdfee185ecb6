import { describe, expect, test } from 'vitest';
import {
  type CrlInput,
  issueCertificate,
  issueCrl,
  issueLargeCrl,
  largeCrlSerial,
  pem,
} from '../../src/stand-in/index.js';
import { haveOpenssl, openssl, opensslAbsent } from './openssl.js';

const issuer = issueCertificate({
  subject: 'CN=CRL Issuer',
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2027-01-01T00:00:00Z'),
  extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
});
const thisUpdate = new Date('2026-06-01T00:00:00Z');
const nextUpdate = new Date('2026-06-11T00:00:00Z');

const show = (crl: Uint8Array): string =>
  openssl(
    { crl, ca: pem(issuer.certificate) },
    ...['crl', '-inform', 'DER', '-in', '@crl', '-CAfile', '@ca', '-noout', '-text', '-nameopt', 'RFC2253'],
  ).output;

const issue = (input: Partial<CrlInput>): string => show(issueCrl({ issuer, thisUpdate, nextUpdate, ...input }));

describe.skipIf(!haveOpenssl)(`issueCrl, judged by openssl (skipped where ${opensslAbsent})`, () => {
  test('an empty list', () => {
    const shown = issue({ crlNumber: 7 });
    expect(shown).toContain('verify OK');
    expect(shown).toContain('No Revoked Certificates');
    expect(shown).toMatch(/X509v3 CRL Number: \s*7/);
    expect(shown).toContain('Last Update: Jun  1 00:00:00 2026 GMT');
    expect(shown).toContain('Next Update: Jun 11 00:00:00 2026 GMT');
  });

  test('entries with their extensions', () => {
    const revocationDate = new Date('2026-05-01T00:00:00Z');
    const shown = issue({
      entries: [
        { serialNumber: 1, revocationDate },
        {
          serialNumber: 0x1234n,
          revocationDate,
          reason: 'keyCompromise',
          invalidityDate: new Date('2026-04-01T00:00:00Z'),
        },
        { serialNumber: 3, revocationDate, reason: 'certificateHold', certificateIssuer: 'CN=Elsewhere' },
        { serialNumber: 4, revocationDate, reason: 'removeFromCRL' },
      ],
    });
    for (const expected of [
      'verify OK',
      'Serial Number: 1234',
      'Key Compromise',
      'Invalidity Date',
      'Apr  1 00:00:00 2026 GMT',
    ])
      expect(shown).toContain(expected);
    for (const expected of ['Certificate Hold', 'X509v3 Certificate Issuer: critical', 'Remove From CRL'])
      expect(shown).toContain(expected);
  });

  test('delta, scope, freshest CRL, no nextUpdate', () => {
    const shown = show(
      issueCrl({
        issuer,
        thisUpdate,
        crlNumber: 9,
        baseCrlNumber: 5,
        freshestCRL: ['http://crl.example/delta.crl'],
        expiredCertsOnCRL: new Date('2020-01-01T00:00:00Z'),
        issuingDistributionPoint: {
          fullName: [{ uri: 'http://crl.example/a.crl' }],
          onlyContainsUserCerts: true,
          onlySomeReasons: ['superseded'],
          indirectCRL: true,
        },
      }),
    );
    for (const expected of [
      'verify OK',
      'Next Update: NONE',
      'X509v3 Delta CRL Indicator: critical',
      'X509v3 Issuing Distribution Point: critical',
      'URI:http://crl.example/a.crl',
      'Only User Certificates',
      'Indirect CRL',
      'Superseded',
      'X509v3 Freshest CRL',
    ])
      expect(shown).toContain(expected);
  });

  test('version 1 without extensions; another issuer field', () => {
    expect(issue({ version: 1 })).toContain('Version 1 (0x0)');
    const crl = issueCrl({ issuer, thisUpdate, issuerName: 'CN=Delegated' });
    expect(openssl({ crl }, 'crl', '-inform', 'DER', '-in', '@crl', '-noout', '-text').output).toMatch(
      /CN ?= ?Delegated/,
    );
  });

  test('a large list is the same kind of list', () => {
    const count = 1000;
    const crl = issueLargeCrl({
      issuer,
      thisUpdate,
      nextUpdate,
      count,
      revocationDate: thisUpdate,
      reason: 'superseded',
    });
    const shown = show(crl);
    expect(shown).toContain('verify OK');
    expect(shown.match(/Serial Number: /g)).toHaveLength(count);
    expect(shown).toContain(`Serial Number: ${largeCrlSerial(999).toString(16).toUpperCase()}`);
  });
});

test('the serial numbers of a large list are all different', () => {
  const serials = new Set(Array.from({ length: 200_000 }, (_, index) => largeCrlSerial(index, 6)));
  expect(serials.size).toBe(200_000);
});

test('a list of 100,000 entries has the size that it must have', () => {
  const crl = issueLargeCrl({ issuer, thisUpdate, nextUpdate, count: 100_000, revocationDate: thisUpdate });
  expect(crl.length).toBeGreaterThan(3_500_000);
  expect(crl.length).toBeLessThan(3_600_000);
});
