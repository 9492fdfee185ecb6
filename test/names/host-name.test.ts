/** RFC 9525: which texts are host names, and which dNSNames are the one asked for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HostName, matchHostName, parseHostName } from '../../src/names/host-name.js';

const label63 = 'a'.repeat(63);
const name253 = `${label63}.${label63}.${label63}.${'a'.repeat(61)}`;

function host(text: string): HostName {
  const parsed = parseHostName(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.found}`);
  return parsed.value;
}

/** Characters above ASCII as Latin-1: octets that no dNSName may hold. */
const isFor = (presented: string, asked: string): boolean =>
  matchHostName(new Uint8Array(Buffer.from(presented, 'latin1')), host(asked));

describe('parseHostName', () => {
  it.each([
    ['example.com', 'example.com'],
    ['WwW.Example.COM', 'www.example.com'],
    ['example.com.', 'example.com'],
    ['localhost', 'localhost'],
    ['3com.example', '3com.example'],
    ['a--b.example', 'a--b.example'],
    ['xn--mller-kva.example', 'xn--mller-kva.example'],
    ['müller.example', 'xn--mller-kva.example'],
    ['MÜLLER。Example', 'xn--mller-kva.example'],
    ['faß.de', 'xn--fa-hia.de'],
    [name253, name253],
    [`${name253}.`, name253],
  ])('%s', (text, name) => {
    expect(host(text)).toEqual({ name, labels: name.split('.') });
  });

  it.each([
    '',
    '.',
    '..',
    'example.com..',
    '.example.com',
    'a..b',
    '*.example.com',
    'a b',
    'a_b.example',
    '-a.example',
    'a-.example',
    'example.com:443',
    'user@example.com',
    'https://example.com',
    'example.com/',
    'exa%6dple.com',
    'müller%2eexample',
    'müller_x.example',
    'a\0.example',
    `${'a'.repeat(64)}.example`,
    `a${name253}`,
    '1.2.3.4',
    '１.２.３.４',
    '1.2.3',
    '0x7f000001',
    'host.0x1',
    '[::1]',
    '::1',
    'xn--\u00fc.example',
    'a'.repeat(100_000),
    'ü'.repeat(100_000),
  ])('refuses %j', (text) => {
    expect(parseHostName(text)).toMatchObject({ ok: false, expected: 'a host name' });
  });
});

describe('matchHostName', () => {
  it.each([
    ['example.com', 'example.com'],
    ['EXAMPLE.com', 'example.com'],
    ['*.example.com', 'www.example.com'],
    ['*.Example.com', 'xn--mller-kva.example.com'],
    ['*.co.uk', 'example.co.uk'],
    ['xn--mller-kva.example', 'müller.example'],
  ])('%s is for %s', (presented, asked) => {
    expect(isFor(presented, asked)).toBe(true);
  });

  it.each([
    ['example.com', 'www.example.com'],
    ['www.example.com', 'example.com'],
    ['*.example.com', 'example.com'],
    ['*.example.com', 'a.b.example.com'],
    ['*', 'example'],
    ['*', 'example.com'],
    ['*.com', 'example.com'],
    ['*.*.com', 'www.example.com'],
    ['www.*.com', 'www.example.com'],
    ['w*.example.com', 'www.example.com'],
    ['*w.example.com', 'www.example.com'],
    ['xn--*-1b3c148a.example.com', 'xn--bliss-1b3c148a.example.com'],
    ['**.example.com', 'www.example.com'],
    ['*..example.com', 'www.example.com'],
    ['example.com.', 'example.com'],
    ['.example.com', 'example.com'],
    ['example.com\0.evil.org', 'example.com'],
    ['example.com ', 'example.com'],
    ['', 'example.com'],
    ['müller.example', 'müller.example'],
  ])('%j is not for %s', (presented, asked) => {
    expect(isFor(presented, asked)).toBe(false);
  });

  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,5}[a-z])?$/);
  const labels = fc.array(label, { minLength: 1, maxLength: 5 });

  it('a name is for itself in any case, and for nothing else', () => {
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        const [left, right] = [a.join('.'), b.join('.')];
        expect(isFor(left.toUpperCase(), right)).toBe(left === right);
      }),
    );
  });

  it('a wildcard stands for one label, with two behind it', () => {
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        const expected = b.length === a.length + 1 && a.length >= 2 && b.slice(1).join('.') === a.join('.');
        expect(isFor(`*.${a.join('.')}`, b.join('.'))).toBe(expected);
        expect(isFor(`*.${b.slice(1).join('.')}`, b.join('.'))).toBe(b.length >= 3);
      }),
    );
  });
});
