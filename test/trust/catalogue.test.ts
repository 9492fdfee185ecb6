/** Reading a catalogue: every mistake is a TypeError that names the field, and nothing unknown is passed over. */
import { describe, expect, test } from 'vitest';
import { issuableProfiles, loadCatalogue } from '../../src/trust/catalogue.js';

const sha256 = 'ab'.repeat(32);
const sha1 = 'cd'.repeat(20);
const md5 = 'ef'.repeat(16);
const authority = { id: 'root', name: 'Root', role: 'root', fingerprints: { sha256 } };
const catalogue = { id: 'example', name: 'Example', authorities: [authority] };

const load = (change: Record<string, unknown>) => loadCatalogue({ ...catalogue, ...change });
const withAuthority = (change: Record<string, unknown>) => load({ authorities: [{ ...authority, ...change }] });
const first = (change: Record<string, unknown>) => withAuthority(change).authorities[0];

function fieldOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return /^catalogue error at (\S+): expected .+, found .+$/.exec((error as Error).message)?.[1] ?? String(error);
  }
  return 'no error';
}

test('the smallest one', () => {
  expect(loadCatalogue(catalogue)).toEqual({
    id: 'example',
    name: 'Example',
    authorities: [
      {
        id: 'root',
        name: 'Root',
        role: 'root',
        issuesFor: [],
        fingerprints: { sha256 },
        crlUrls: [],
        confirmed: false,
      },
    ],
  });
});

test('one with every field', () => {
  const full = {
    ...authority,
    role: 'issuing',
    issuesFor: [...issuableProfiles],
    validFrom: '2016-02-29',
    validTo: '2026-03-01',
    key: { type: 'RSA', size: 2048 },
    fingerprints: { sha256: 'AB:'.repeat(31).concat('AB'), sha1: sha1.toUpperCase(), md5 },
    crlValidity: 'P10D',
    crlUrls: ['http://a.example/x.crl', 'ldap://b.example/cn=x'],
    distrustAfter: '2025-01-01',
    confirmed: true,
  };
  const { source, authorities } = load({ $schema: 'x', schema: 1, source: 'a page', authorities: [full] });
  expect(source).toBe('a page');
  expect(authorities[0]).toEqual({
    ...full,
    fingerprints: { sha256, sha1, md5 },
    distrustAfter: Date.parse('2025-01-01T23:59:59Z'),
  });
});

describe('errors name the field', () => {
  test.each([
    ['catalogue', null],
    ['catalogue', []],
    ['catalogue', 'x'],
    ['catalogue', undefined],
  ])('%s: %j', (field, json) => {
    expect(fieldOf(() => loadCatalogue(json))).toBe(field);
  });

  test.each([
    ['catalogue.titel', { titel: 'x' }],
    ['schema', { schema: 2 }],
    ['schema', { schema: '1' }],
    ['id', { id: undefined }],
    ['id', { id: 'with blank' }],
    ['id', { id: '-x' }],
    ['id', { id: 'x'.repeat(65) }],
    ['name', { name: ' ' }],
    ['name', { name: 5 }],
    ['source', { source: '' }],
    ['authorities', { authorities: undefined }],
    ['authorities', { authorities: [] }],
    ['authorities', { authorities: {} }],
    ['authorities[0]', { authorities: ['x'] }],
    ['authorities[1]', { authorities: [authority, null] }],
    ['authorities[1].id', { authorities: [authority, authority] }],
  ])('%s in %j', (field, change) => {
    expect(fieldOf(() => load(change))).toBe(field);
  });

  test.each([
    ['authorities[0].issueFor', { issueFor: ['smime'] }],
    ['authorities[0].id', { id: 7 }],
    ['authorities[0].name', { name: undefined }],
    ['authorities[0].role', { role: 'Root' }],
    ['authorities[0].role', { role: undefined }],
    ['authorities[0].issuesFor', { issuesFor: 'smime' }],
    ['authorities[0].issuesFor[1]', { issuesFor: ['smime', 'rfc5280'] }],
    ['authorities[0].validFrom', { validFrom: '2016-02-30' }],
    ['authorities[0].validFrom', { validFrom: '2016-2-3' }],
    ['authorities[0].validTo', { validTo: '2016-01-01T00:00:00Z' }],
    ['authorities[0].validTo', { validTo: 20160101 }],
    ['authorities[0].key', { key: 'RSA 2048' }],
    ['authorities[0].key.size', { key: { type: 'RSA', size: '2048' } }],
    ['authorities[0].key.size', { key: { type: 'RSA', size: 0 } }],
    ['authorities[0].key.size', { key: { type: 'RSA', size: 20.5 } }],
    ['authorities[0].key.type', { key: { size: 2048 } }],
    ['authorities[0].key.bits', { key: { type: 'RSA', size: 2048, bits: 1 } }],
    ['authorities[0].fingerprints', { fingerprints: undefined }],
    ['authorities[0].fingerprints', { fingerprints: {} }],
    ['authorities[0].fingerprints', { fingerprints: { sha1 } }],
    ['authorities[0].fingerprints', { fingerprints: { md5 } }],
    ['authorities[0].fingerprints.sha256', { fingerprints: { sha256: sha1 } }],
    ['authorities[0].fingerprints.sha1', { fingerprints: { sha1: 'xy'.repeat(20), md5 } }],
    ['authorities[0].fingerprints.md5', { fingerprints: { sha256, md5: 5 } }],
    ['authorities[0].fingerprints.sha512', { fingerprints: { sha256, sha512: 'x' } }],
    ['authorities[0].crlValidity', { crlValidity: '10 days' }],
    ['authorities[0].crlValidity', { crlValidity: 10 }],
    ['authorities[0].crlUrls', { crlUrls: 'http://a.example' }],
    ['authorities[0].crlUrls[0]', { crlUrls: ['ftp://a.example'] }],
    ['authorities[0].crlUrls[1]', { crlUrls: ['http://a.example', 'http://'] }],
    ['authorities[0].distrustAfter', { distrustAfter: '2025-01-01T00:00:00' }],
    ['authorities[0].distrustAfter', { distrustAfter: 'soon' }],
    ['authorities[0].distrustAfter', { distrustAfter: '2025-13-01' }],
    ['authorities[0].confirmed', { confirmed: 'yes' }],
  ])('%s in %j', (field, change) => {
    expect(fieldOf(() => withAuthority(change))).toBe(field);
  });
});

describe('values', () => {
  test('SHA-1 and MD5 together are enough', () => {
    expect(first({ fingerprints: { sha1, md5 } })?.fingerprints).toEqual({ sha1, md5 });
  });

  test('a moment is read in its zone; a day is its last second in UTC', () => {
    expect(first({ distrustAfter: '2025-01-01T00:00:00+01:00' })?.distrustAfter).toBe(
      Date.parse('2024-12-31T23:00:00Z'),
    );
    expect(first({ distrustAfter: '2025-01-01' })?.distrustAfter).toBe(Date.parse('2025-01-01T23:59:59Z'));
  });

  test('confirmed is true only where it says so', () => {
    expect([
      first({ confirmed: true })?.confirmed,
      first({ confirmed: false })?.confirmed,
      first({})?.confirmed,
    ]).toEqual([true, false, false]);
  });

  test('what came is shown, and no more than 80 characters of it', () => {
    expect(() => load({ id: ' '.repeat(3) })).toThrow('expected a text, found "   "');
    expect(() => withAuthority({ role: 'x'.repeat(100) })).toThrow(new RegExp(`found "${'x'.repeat(80)}"$`));
    expect(() => load({ name: ['x'] })).toThrow('found a list');
  });
});
