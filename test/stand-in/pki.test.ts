import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  addMonths,
  createSampleMessages,
  createSamples,
  createStandIn,
  type Issued,
  pem,
  type StandIn,
} from '../../src/stand-in/index.js';
import { haveOpenssl, type OpensslResult, openssl, opensslAbsent } from './openssl.js';

const now = new Date('2026-06-01T12:00:00Z');
const crlBaseUrl = 'http://127.0.0.1:8081';
const standIn = createStandIn({ now, crlBaseUrl });
const samples = createSamples({ standIn, now, crlBaseUrl });
const epoch = (date: Date): string => String(date.getTime() / 1000);

function verify(pki: StandIn, leaf: Issued, issuer: Issued, at: Date, crlsAt: Date, ...args: string[]): OpensslResult {
  const crls = pki.issueCrls(crlsAt).map(({ der }) => pem(der, 'X509 CRL'));
  return openssl(
    {
      root: pem(pki.root.certificate),
      issuer: pem(issuer.certificate),
      leaf: pem(leaf.certificate),
      crls: crls.join(''),
    },
    ...['verify', '-x509_strict', '-crl_check_all', '-no-CApath', '-no-CAstore', '-CAfile', '@root'],
    ...['-untrusted', '@issuer', '-CRLfile', '@crls', '-attime', epoch(at), ...args, '@leaf'],
  );
}

describe('the stand-in PKI', () => {
  test('has the shape of the Unify PKI', () => {
    const { authorities } = standIn.catalogue;
    expect(authorities.map(({ id }) => id)).toEqual([
      'stand-in-root',
      'stand-in-user',
      'stand-in-infrastructure',
      'stand-in-product',
    ]);
    expect(authorities.map(({ role, crlValidity }) => [role, crlValidity])).toEqual([
      ['root', 'P6M'],
      ['issuing', 'P10D'],
      ['issuing', 'P10D'],
      ['issuing', 'P10D'],
    ]);
    for (const { key, name } of authorities) {
      expect(key).toEqual({ type: 'RSA', size: 2048 });
      expect(name).toContain('not Unify');
    }
    expect(authorities[0]).toMatchObject({ validFrom: '2023-06-01', validTo: '2038-06-01' });
    expect(authorities[1]).toMatchObject({ validFrom: '2024-06-01', validTo: '2034-06-01' });
  });

  test('states the fingerprints of its certificates', () => {
    for (const [index, authority] of standIn.authorities.entries()) {
      const parsed = new X509Certificate(authority.certificate);
      expect(parsed.ca).toBe(true);
      expect(parsed.fingerprint.replaceAll(':', '').toLowerCase()).toBe(
        standIn.catalogue.authorities[index]?.fingerprints.sha1,
      );
      expect(createHash('md5').update(authority.certificate).digest('hex')).toBe(
        standIn.catalogue.authorities[index]?.fingerprints.md5,
      );
    }
  });

  test('can be long past, as the Unify issuing authorities are', () => {
    const past = createStandIn({
      now,
      crlBaseUrl,
      algorithm: 'ec-p256',
      id: 'past',
      rootFrom: new Date('2013-09-25T00:00:00Z'),
      issuingFrom: new Date('2013-09-30T00:00:00Z'),
    });
    expect(past.catalogue.authorities[0]).toMatchObject({ validFrom: '2013-09-25', validTo: '2028-09-25' });
    expect(past.catalogue.authorities[3]).toMatchObject({ validFrom: '2013-09-30', validTo: '2023-09-30' });
    expect(past.catalogue.authorities[3]?.key).toEqual({ type: 'EC', size: 256 });
  });

  test('adds months as a calendar does', () => {
    expect(addMonths(new Date('2025-08-31T10:00:00Z'), 6).toISOString()).toBe('2026-02-28T10:00:00.000Z');
    expect(addMonths(new Date('2024-02-29T10:00:00Z'), 120).toISOString()).toBe('2034-02-28T10:00:00.000Z');
  });

  test('the foreign copy has the names and not the keys', () => {
    expect(samples.foreign.root.name).toEqual(standIn.root.name);
    expect(samples.foreign.user.name).toEqual(standIn.user.name);
    expect(samples.foreign.root.keys.publicKeyInfo).not.toEqual(standIn.root.keys.publicKeyInfo);
    expect(samples.foreign.user.keys.publicKeyInfo).not.toEqual(standIn.user.keys.publicKeyInfo);
  });
});

describe.skipIf(!haveOpenssl)(`the samples, judged by openssl (skipped where ${opensslAbsent})`, () => {
  const today = addDays(now, -1);

  test.each([
    [
      'server',
      samples.server,
      standIn.infrastructure,
      ['-purpose', 'sslserver', '-verify_hostname', 'uc.stand-in.example'],
    ],
    ['server by a wildcard', samples.server, standIn.infrastructure, ['-verify_hostname', 'a.phones.stand-in.example']],
    ['server by its address', samples.server, standIn.infrastructure, ['-verify_ip', '192.0.2.10']],
    ['phone', samples.phone, standIn.product, ['-purpose', 'sslclient']],
    [
      'person',
      samples.person,
      standIn.user,
      ['-purpose', 'smimesign', '-verify_email', 'anna.muster@stand-in.example'],
    ],
    ['server of the uncatalogued authority', samples.serverOfMissingIntermediate, samples.uncatalogued, []],
  ] as [string, Issued, Issued, string[]][])('%s is good', (_, leaf, issuer, args) => {
    const branch = issuer === samples.uncatalogued;
    const result = branch
      ? openssl(
          { root: pem(standIn.root.certificate), issuer: pem(issuer.certificate), leaf: pem(leaf.certificate) },
          ...['verify', '-x509_strict', '-CAfile', '@root', '-untrusted', '@issuer', '-attime', epoch(now), '@leaf'],
        )
      : verify(standIn, leaf, issuer, now, today, ...args);
    expect(result.output).toMatch(/leaf: OK/);
  });

  test.each([
    ['revoked server', samples.revokedServer, standIn.infrastructure, 'certificate revoked', []],
    ['revoked person', samples.revokedPerson, standIn.user, 'certificate revoked', []],
    ['expired server', samples.expiredServer, standIn.infrastructure, 'certificate has expired', []],
    [
      'foreign server',
      samples.foreignServer,
      standIn.infrastructure,
      'unable to get local issuer|signature failure',
      [],
    ],
    ['wrong name', samples.server, standIn.infrastructure, 'hostname mismatch', ['-verify_hostname', 'x.example']],
  ] as [string, Issued, Issued, string, string[]][])('%s is not', (_, leaf, issuer, why, args) => {
    const result = verify(standIn, leaf, issuer, now, today, ...args);
    expect(result.ok).toBe(false);
    expect(result.output).toMatch(new RegExp(why));
  });

  test('the expired server was good when it was', () => {
    const at = samples.expiredServerGoodAt;
    expect(verify(standIn, samples.expiredServer, standIn.infrastructure, at, at).output).toMatch(/leaf: OK/);
  });

  test('the neglected PKI shows stale CRLs', () => {
    const { neglected, serverWithStaleCrl: leaf } = samples;
    const result = verify(neglected, leaf, neglected.infrastructure, now, addDays(now, -60));
    expect(result.output).toMatch(/CRL has expired/);
  });

  test('the archived person was good then and is not now', () => {
    const { former, archivedPerson, archivedAt } = samples;
    expect(verify(former, archivedPerson, former.user, archivedAt, archivedAt).output).toMatch(/leaf: OK/);
    expect(verify(former, archivedPerson, former.user, now, today).output).toMatch(/certificate has expired/);
  });

  test('the sample mails', () => {
    const messages = createSampleMessages(samples, now);
    const judge = (message: Uint8Array, pki = standIn): string =>
      openssl(
        {
          mail: message,
          trusted: pem(pki.root.certificate) + pem(pki.user.certificate),
        },
        ...['cms', '-verify', '-in', '@mail', '-CAfile', '@trusted', '-attime'],
        epoch(pki === standIn ? now : samples.archivedAt),
      ).output;
    const good = /CMS Verification successful/;
    expect(judge(messages.goodMultipart)).toMatch(good);
    expect(judge(messages.goodOpaque)).toMatch(good);
    expect(judge(messages.withOtherFrom)).toMatch(good);
    expect(judge(messages.byRevokedPerson)).toMatch(good);
    expect(judge(messages.archived, samples.former)).toMatch(good);
    expect(judge(messages.archivedWithTimestamp, samples.former)).toMatch(good);
    expect(judge(messages.altered)).toMatch(/digest failure|verification failure/);
    expect(judge(messages.twoSignersOneFails)).toMatch(/verification failure/);
    expect(judge(messages.byForeignPerson)).toMatch(/unable to get local issuer|signature failure/);
  });
});
