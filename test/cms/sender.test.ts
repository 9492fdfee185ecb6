import { expect, test } from 'vitest';
import { parseHeaders, parseParameterized } from '../../src/cms/headers.js';
import { senderMailboxes, singleMailbox } from '../../src/cms/sender.js';
import { octets } from './support.js';

const mailboxes: [string, string | undefined][] = [
  ['a@b.example', 'a@b.example'],
  [' a@b.example ', 'a@b.example'],
  ['Anna <a@b.example>', 'a@b.example'],
  ['Anna B. Muster (home) <a@b.example> (work)', 'a@b.example'],
  ['"Muster, Anna" <a@b.example>', 'a@b.example'],
  ['"x@y.example" <a@b.example>', 'a@b.example'],
  ['"a \\" b" <a@b.example>', 'a@b.example'],
  ['=?utf-8?Q?Anna_=3Cx=40y.example=3E?= <a@b.example>', 'a@b.example'],
  ['a@b.example <a@b.example>', 'a@b.example'],
  ['"a b"@c.example', '"a b"@c.example'],
  ['<"a b"@c.example>', '"a b"@c.example'],
  ['ü@ü.example', 'ü@ü.example'],
  ['<a@[IPv6:2001:db8::1]>', 'a@[IPv6:2001:db8::1]'],
  ['a@[192.0.2.1]', 'a@[192.0.2.1]'],
  ['', undefined],
  ['Anna', undefined],
  ['=?utf-8?B?YUBiLmV4YW1wbGU=?=', undefined],
  ['a@b.example, c@d.example', undefined],
  ['a@b.example; c@d.example', undefined],
  ['x@y.example <a@b.example>', undefined],
  ['<a@b.example> <c@d.example>', undefined],
  ['<a@b.example> c@d.example', undefined],
  ['Group: a@b.example;', undefined],
  ['<@x.example:a@b.example>', undefined],
  ['Anna <a@b.example', undefined],
  ['"Anna <a@b.example>', undefined],
  ['(Anna <a@b.example>', undefined],
  ['a@b.example>', undefined],
  ['a @b.example', undefined],
  ['a@b.example\u0000', undefined],
];

test.each(mailboxes)('%j is the mailbox %j', (text, mailbox) => {
  expect(singleMailbox(text)).toBe(mailbox);
});

const senders = (header: string) => senderMailboxes(parseHeaders(octets(header)));
const details = (header: string) => {
  const result = senders(header);
  return result.ok ? undefined : `${result.finding.code} ${result.finding.message}`;
};

test('one From, with or without a Sender', () => {
  expect(senders('From: a@b.example\r\n')).toEqual({ ok: true, from: 'a@b.example', sender: undefined });
  expect(senders('from : Anna\n <a@b.example>\nSENDER:c@d.example')).toEqual({
    ok: true,
    from: 'a@b.example',
    sender: 'c@d.example',
  });
});

test('anything else is said to be so', () => {
  expect(details('Subject: x\n')).toMatch(/^from_not_single .*no From/);
  expect(details('From: a@b.example\nTo: x\nFrom: a@b.example\n')).toMatch(/^from_not_single .*2 From fields/);
  expect(details('From: a@b.example\nfrom : c@d.example\n')).toMatch(/2 From fields/);
  expect(details('From: a@b.example, c@d.example\n')).toMatch(/not one mailbox/);
  expect(details('From: a@b.example\nSender: c\n')).toMatch(/Sender field is not one mailbox/);
  expect(details('From: a@b.example\nSender: c@d.example\nSender: c@d.example\n')).toMatch(/2 Sender fields/);
  for (const line of ['no field', 'X: a\rFrom: c@d.example', 'X: \u0000'])
    expect(details(`From: a@b.example\n${line}\n`)).toMatch(/cannot be read beyond doubt/);
});

test('parameters of fields', () => {
  const { value, parameters } = parseParameterized(
    'Multipart/Signed (x); micalg=SHA-256;\tboundary="a;\\"b"; x=1; X=2',
  );
  expect(value).toBe('multipart/signed');
  expect([...parameters]).toEqual([
    ['micalg', 'SHA-256'],
    ['boundary', 'a;"b'],
  ]);
});

test('a line of a mailbox file before the header is passed over', () => {
  expect(senders('From someone Mon Jan  1 00:00:00 2026\nFrom: a@b.example\n').ok).toBe(true);
});
