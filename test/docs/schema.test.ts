/** certs/catalogue.schema.json says what loadCatalogue accepts: both judge the same catalogues, good and bad, alike. */
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/index.js';
import { createStandIn } from '../../src/stand-in/index.js';
import { issuableProfiles } from '../../src/trust/catalogue.js';
import { readProjectFile } from './blocks.js';
import { schemaErrors } from './json-schema.js';

const schema = JSON.parse(readProjectFile('certs/catalogue.schema.json'));
const unify = JSON.parse(readProjectFile('certs/unify/catalogue.json'));
const bySchema = (catalogue: unknown): boolean => schemaErrors(schema, catalogue).length === 0;
const byLoader = (catalogue: unknown): boolean => {
  try {
    loadCatalogue(catalogue);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return false;
  }
};

/** The loader names all known fields when it meets an unknown one. */
function fieldsInError(catalogue: unknown): string[] | undefined {
  try {
    loadCatalogue(catalogue);
    return undefined;
  } catch (error) {
    return /fields (.*), found/.exec(String(error))?.[1]?.split(', ');
  }
}

const sha256 = 'ab'.repeat(32);
const authority = { id: 'one', name: 'One', role: 'root', fingerprints: { sha256 } };
const minimal = { id: 'pki', name: 'PKI', authorities: [authority] };
const withAuthority = (fields: object) => ({ ...minimal, authorities: [{ ...authority, ...fields }] });
const withPins = (fingerprints: object) => withAuthority({ fingerprints });

const good: [string, unknown][] = [
  ['the built-in one', unify],
  [
    "the stand-in's",
    createStandIn({ now: new Date(), crlBaseUrl: 'http://127.0.0.1:9', algorithm: 'ec-p256' }).catalogue,
  ],
  ['the least', minimal],
  ['all fields', { ...minimal, $schema: './x.json', schema: 1, source: 'a letter' }],
  ['every profile', withAuthority({ issuesFor: [...issuableProfiles] })],
  ['days and key', withAuthority({ validFrom: '2013-09-25', validTo: '2028-09-25', key: { type: 'RSA', size: 2048 } })],
  ['SHA-1 and MD5, with colons', withPins({ sha1: 'AA:'.repeat(20).slice(0, -1), md5: '00 '.repeat(16).trim() })],
  ['SHA-256 and SHA-1', withPins({ sha256, sha1: 'ab'.repeat(20) })],
  ['URLs', withAuthority({ crlUrls: ['http://a.example/x.crl', 'LDAPS://b.example/cn=x?certificateRevocationList'] })],
  ['durations', withAuthority({ crlValidity: 'P1Y2M3W4DT5H6M7S' })],
  ['a day of distrust', withAuthority({ distrustAfter: '2024-02-29' })],
  ['a time of distrust', withAuthority({ distrustAfter: '2024-02-29T12:00:00+01:00', confirmed: true })],
];

const bad: [string, unknown][] = [
  ['a list', []],
  ['null', null],
  ['no id', { ...minimal, id: undefined }],
  ['an empty name', { ...minimal, name: ' ' }],
  ['another version', { ...minimal, schema: 2 }],
  ['no authority', { ...minimal, authorities: [] }],
  ['a misspelt field', { ...minimal, authoritys: [] }],
  ['an id with a slash', withAuthority({ id: 'a/b' })],
  ['an id of 65 characters', withAuthority({ id: 'a'.repeat(65) })],
  ['no role', withAuthority({ role: undefined })],
  ['another role', withAuthority({ role: 'anchor' })],
  ['a profile that is none', withAuthority({ issuesFor: ['rfc5280'] })],
  ['a misspelt field of an authority', withAuthority({ crlURLs: [] })],
  ['no fingerprint', withPins({})],
  ['SHA-1 alone', withPins({ sha1: 'ab'.repeat(20) })],
  ['MD5 alone', withPins({ md5: 'ab'.repeat(16) })],
  ['SHA-256 cut short', withPins({ sha256: sha256.slice(2) })],
  ['another hash', withPins({ sha256, sha512: 'ab'.repeat(64) })],
  ['a German day', withAuthority({ validFrom: '25.09.2013' })],
  ['a size as text', withAuthority({ key: { type: 'RSA', size: '2048' } })],
  ['half a key', withAuthority({ key: { type: 'RSA' } })],
  ['a duration in words', withAuthority({ crlValidity: '10 days' })],
  ['an empty duration', withAuthority({ crlValidity: 'P' })],
  ['a file URL', withAuthority({ crlUrls: ['file:///crl'] })],
  ['one URL, not a list', withAuthority({ crlUrls: 'http://a.example/' })],
  ['a time without a zone', withAuthority({ distrustAfter: '2024-02-29T12:00:00' })],
  ['confirmed as text', withAuthority({ confirmed: 'yes' })],
];

describe('the schema and the loader', () => {
  it.each(good)('both accept %s', (_, catalogue) => {
    expect(schemaErrors(schema, catalogue)).toEqual([]);
    expect(byLoader(catalogue)).toBe(true);
  });

  it.each(bad)('both refuse %s', (_, catalogue) => {
    expect([bySchema(catalogue), byLoader(catalogue)]).toEqual([false, false]);
  });

  it('know the same fields and profiles', () => {
    const { properties } = schema.$defs.authority;
    expect(properties.issuesFor.items.enum).toEqual(issuableProfiles);
    const told = [Object.keys(schema.properties), Object.keys(properties)];
    const named = [{ ...minimal, x: 0 }, withAuthority({ x: 0 })].map(fieldsInError);
    expect(told.map((fields) => fields.toSorted())).toEqual(named.map((fields) => fields?.toSorted()));
  });
});
