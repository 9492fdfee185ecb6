/** Mailboxes: RFC 5321 text, comparison, and where certificates hold them. */
import { describe, expect, it } from 'vitest';
import { formatMailbox, type Mailbox, mailboxesOf, matchMailbox, parseMailbox } from '../../src/names/mailbox.js';
import { sequence, tlv } from '../../src/stand-in/asn1.js';
import { issue } from './certificates.js';

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.found}`);
  return parsed.value;
}

describe('parseMailbox', () => {
  it.each([
    ['user@example.com', 'user', 'example.com'],
    ['User.Name+tag@Example.COM', 'User.Name+tag', 'example.com'],
    ["!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", 'example.com'],
    ['"a b"@example.com', 'a b', 'example.com'],
    ['"a\\"@\\\\b"@example.com', 'a"@\\b', 'example.com'],
    ['""@example.com', '', 'example.com'],
    ['user@müller.example', 'user', 'xn--mller-kva.example'],
    ['jürgen@example.com', 'jürgen', 'example.com'],
    ['user@localhost', 'user', 'localhost'],
    ['user@[192.0.2.1]', 'user', '[192.0.2.1]'],
    ['user@[IPv6:2001:DB8::1]', 'user', '[ipv6:2001:db8::1]'],
    [`${'a'.repeat(64)}@example.com`, 'a'.repeat(64), 'example.com'],
  ])('%s', (text, localPart, domain) => {
    expect(mailbox(text)).toEqual({ localPart, domain });
    expect(mailbox(formatMailbox(mailbox(text)))).toEqual(mailbox(text));
  });

  it.each([
    '',
    'user',
    '@example.com',
    'user@',
    'user@@example.com',
    'a@b@example.com',
    '.user@example.com',
    'user.@example.com',
    'us..er@example.com',
    'us er@example.com',
    '"user@example.com',
    '"us"er"@example.com',
    '"user\\"@example.com',
    'user@example.com.',
    'user@-example.com',
    'user@exa_mple.com',
    'user@[example.com]',
    'user@[2001:db8::1]',
    'user@[IPv6:192.0.2.1]',
    'user@192.0.2.1',
    'user\0@example.com',
    'user\r\n@example.com',
    'User <user@example.com>',
    `${'a'.repeat(65)}@example.com`,
    `${'ü'.repeat(33)}@example.com`,
    `${'a.'.repeat(50_000)}@example.com`,
    `"${'\\'.repeat(50_000)}"@example.com`,
  ])('refuses %j', (text) => {
    expect(parseMailbox(text)).toMatchObject({ ok: false, expected: 'a mailbox' });
  });
});

describe('matchMailbox', () => {
  it.each([
    ['user@example.com', 'user@EXAMPLE.com', true],
    ['"user"@example.com', 'user@example.com', true],
    ['user@müller.example', 'user@xn--mller-kva.example', true],
    ['User@example.com', 'user@example.com', false],
    ['user@example.com', 'user@www.example.com', false],
    ['é@example.com', 'e\u0301@example.com', false],
  ])('%s and %s', (a, b, same) => {
    expect(matchMailbox(mailbox(a), mailbox(b))).toBe(same);
  });
});

describe('mailboxesOf', () => {
  it('finds rfc822Name and SmtpUTF8Mailbox', () => {
    const certificate = issue('CN=x', [
      { email: 'a@example.com' },
      { dns: 'x.example' },
      { smtpUtf8: 'ü@example.com' },
    ]);
    expect(mailboxesOf(certificate).map(formatMailbox)).toEqual(['a@example.com', 'ü@example.com']);
  });

  it('counts the emailAddress attribute only without them', () => {
    expect(mailboxesOf(issue('E=old@example.com')).map(formatMailbox)).toEqual(['old@example.com']);
    expect(mailboxesOf(issue('E=old@example.com', [{ dns: 'x.example' }])).map(formatMailbox)).toEqual([
      'old@example.com',
    ]);
    expect(mailboxesOf(issue('E=old@example.com', [{ email: 'new@example.com' }])).map(formatMailbox)).toEqual([
      'new@example.com',
    ]);
    // Not even where the alternative name is unreadable: it was meant to count.
    expect(mailboxesOf(issue('E=old@example.com', [{ email: 'nobody' }]))).toEqual([]);
  });

  it('leaves out a SmtpUTF8Mailbox that is no UTF8String, and other otherNames', () => {
    const smtpUtf8 = { oid: '1.3.6.1.5.5.7.8.9', value: tlv(0x16, Buffer.from('a@example.com')) };
    const other = { oid: '1.3.6.1.4.1.311.20.2.3', value: tlv(0x0c, Buffer.from('a@example.com')) };
    expect(mailboxesOf(issue('CN=x', [{ other: smtpUtf8 }, { other }]))).toEqual([]);
    expect(mailboxesOf(issue('CN=x', [{ other: { ...smtpUtf8, value: sequence() } }]))).toEqual([]);
  });
});
