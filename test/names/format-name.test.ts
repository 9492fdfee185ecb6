/** Names as people read them: RFC 4514, with nothing hostile in them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatName } from '../../src/names/format-name.js';
import { type Attribute, cn, makeName } from './names.js';

describe('formatName', () => {
  const at = (type: string, value: string): Attribute => ({ type, value });
  it.each([
    [makeName(), ''],
    [makeName(at('2.5.4.6', 'DE'), at('2.5.4.10', 'Acme'), cn('Root CA')), 'CN=Root CA,O=Acme,C=DE'],
    [
      makeName(at('0.9.2342.19200300.100.1.25', 'net'), at('0.9.2342.19200300.100.1.25', 'example')),
      'DC=example,DC=net',
    ],
    [makeName([at('2.5.4.11', 'Sales'), cn('J.  Smith')]), 'OU=Sales+CN=J.  Smith'],
    [makeName(at('1.2.840.113549.1.9.1', 'a@example.com')), 'emailAddress=a@example.com'],
    [makeName(cn('James "Jim" Smith, III')), 'CN=James \\"Jim\\" Smith\\, III'],
    [makeName(cn('# a ')), 'CN=\\# a\\ '],
    [makeName(cn(' ')), 'CN=\\ '],
    [makeName(cn('a\r\nb\0')), 'CN=a\\0D\\0Ab\\00'],
    [makeName(cn('a\u202eb')), 'CN=a\\E2\\80\\AEb'],
    [makeName(cn('Müller', 't61String')), 'CN=Müller'],
    [makeName(at('1.2.3.4', 'x')), '1.2.3.4=x'],
    [makeName({ type: '1.2.3.4', value: new Uint8Array([5]), tag: 2 }), '1.2.3.4=#020105'],
    [makeName({ type: '1.2.3.4', value: new Uint8Array(200), tag: 4 }), `1.2.3.4=#0481c8${'00'.repeat(200)}`],
  ])('%#: %s', (name, text) => {
    expect(formatName(name)).toBe(text);
  });

  it('never holds a control character, a line break or a bidirectional override', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(formatName(makeName(cn(value)))).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
