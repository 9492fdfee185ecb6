/** Whether a certificate is for the host, address or mailbox asked about, and what is said when it is not. */
import { describe, expect, it } from 'vitest';
import { checkIdentity, type Identity } from '../../src/names/identity.js';
import type { Certificate } from '../../src/x509/certificate.js';
import { issue } from './certificates.js';

const server = issue('CN=cn.example.com', [
  { dns: 'www.example.com' },
  { dns: '*.apps.example.com' },
  { dns: '192.0.2.9' },
  { ip: '192.0.2.1' },
  { ip: '2001:db8::1' },
]);
const person = issue('CN=Jo', [{ email: 'Jo@example.com' }, { smtpUtf8: 'jö@example.com' }]);
const bare = issue('CN=www.example.com');

const codes = (certificate: Certificate, type: Identity['type'], value: string) =>
  checkIdentity(certificate, { type, value }).map((f) => f.code);

describe('checkIdentity', () => {
  it.each([
    [server, 'dns', 'WWW.example.com.'],
    [server, 'dns', 'x.apps.example.com'],
    [server, 'ip', '192.0.2.1'],
    [server, 'ip', '2001:DB8:0::0:1'],
    [person, 'mailbox', 'Jo@EXAMPLE.com'],
    [person, 'mailbox', 'jö@example.com'],
    [issue('E=old@example.com'), 'mailbox', 'old@example.com'],
  ] as const)('%#: %s %s is right', (certificate, type, value) => {
    expect(codes(certificate, type, value)).toEqual([]);
  });

  it.each([
    [server, 'dns', 'cn.example.com', 'name_mismatch'],
    [server, 'dns', 'apps.example.com', 'name_mismatch'],
    // A dNSName that spells an address is none, and an address asked as a host name matches nothing.
    [server, 'dns', '192.0.2.9', 'name_mismatch'],
    [server, 'dns', '192.0.2.1', 'name_mismatch'],
    [server, 'dns', '2001:db8::1', 'name_mismatch'],
    [server, 'ip', '192.0.2.9', 'name_mismatch'],
    [server, 'ip', '::ffff:192.0.2.1', 'name_mismatch'],
    [person, 'mailbox', 'jo@example.com', 'name_mismatch'],
    [bare, 'dns', 'www.example.com', 'identity_missing'],
    [bare, 'ip', '192.0.2.1', 'identity_missing'],
    [bare, 'mailbox', 'jo@example.com', 'identity_missing'],
    [person, 'dns', 'example.com', 'identity_missing'],
    [server, 'dns', 'www example com', 'identity_malformed'],
    [server, 'dns', '', 'identity_malformed'],
    [server, 'dns', '*.apps.example.com', 'identity_malformed'],
    [server, 'ip', 'www.example.com', 'identity_malformed'],
    [server, 'ip', '192.0.2.01', 'identity_malformed'],
    [person, 'mailbox', 'Jo <Jo@example.com>', 'identity_malformed'],
  ] as const)('%#: %s %s %s: %s', (certificate, type, value, code) => {
    expect(codes(certificate, type, value)).toEqual([code]);
  });

  it('tells which names there are, and not a thousand of them', () => {
    const many = issue(
      'CN=x',
      Array.from({ length: 1000 }, (_, i) => ({ dns: `h${i}.example.com` })),
    );
    expect(checkIdentity(many, { type: 'dns', value: 'other.example.com' })[0]).toMatchObject({
      code: 'name_mismatch',
      certificate: 0,
      params: {
        asked: 'other.example.com',
        presented: 'h0.example.com, h1.example.com, h2.example.com, h3.example.com, h4.example.com and 995 more',
      },
    });
  });
});
