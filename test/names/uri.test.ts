/** The host of a URI, which name constraints speak about. */
import { expect, it } from 'vitest';
import { hostOfUri } from '../../src/names/uri.js';

it.each([
  ['http://example.com', 'example.com'],
  ['HTTPS://User:secret@Example.COM:8443/path?x#y', 'example.com'],
  ['ldap://ldap.example.com.:389/cn=x', 'ldap.example.com'],
  ['http://example.com?x=http://evil.org', 'example.com'],
  ['http://example.com:', 'example.com'],
  ['http:example.com', undefined],
  ['urn:uuid:1', undefined],
  ['mailto:a@example.com', undefined],
  ['//example.com/', undefined],
  ['example.com', undefined],
  ['http:///path', undefined],
  ['http://192.0.2.1/', undefined],
  ['http://[2001:db8::1]/', undefined],
  ['http://a@b@example.com/', undefined],
  ['http://evil.org\\@example.com/', undefined],
  ['http://exa mple.com/', undefined],
  ['http://%65xample.com/', undefined],
])('%s', (uri, host) => {
  expect(hostOfUri(uri)?.name).toBe(host);
});
