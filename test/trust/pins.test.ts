/** Fingerprint pins and published facts: which authority octets are, and where a certificate says otherwise than published. */
import { describe, expect, test } from 'vitest';
import { digestHex } from '../../src/crypto/digest.js';
import { asn1, type CertificateInput, issueCertificate, sharedKeys } from '../../src/stand-in/index.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { createPins, factDifferences } from '../../src/trust/pins.js';
import { parseCertificate } from '../../src/x509/certificate.js';

const issue = (
  notBefore: string,
  notAfter: string,
  keys: NonNullable<CertificateInput['keys']> = sharedKeys('ec-p256', 'pins'),
) =>
  issueCertificate({ subject: 'CN=Pinned', keys, notBefore: new Date(notBefore), notAfter: new Date(notAfter) })
    .certificate;

const der = issue('2016-01-01T12:00:00Z', '2026-01-01T12:00:00Z');
const prints = {
  sha256: digestHex('sha256', der),
  sha1: digestHex('sha1', der),
  md5: digestHex('md5', der),
};
const wrong = { sha256: '00'.repeat(32), sha1: '00'.repeat(20), md5: '00'.repeat(16) };

const catalogueOf = (id: string, ...fingerprints: object[]) =>
  loadCatalogue({
    id,
    name: id,
    authorities: fingerprints.map((one, index) => ({
      id: `${id}-${index}`,
      name: 'x',
      role: 'root',
      fingerprints: one,
    })),
  });
const matched = (...catalogues: ReturnType<typeof catalogueOf>[]) => createPins(catalogues).match(der)?.authority.id;

describe('match', () => {
  test.each([
    ['SHA-256', { sha256: prints.sha256 }, true],
    ['SHA-1 and MD5', { sha1: prints.sha1, md5: prints.md5 }, true],
    ['all three', prints, true],
    ['another SHA-256', { sha256: wrong.sha256 }, false],
    ['SHA-256 right, SHA-1 wrong', { sha256: prints.sha256, sha1: wrong.sha1 }, false],
    ['SHA-256 right, MD5 wrong', { ...prints, md5: wrong.md5 }, false],
    ['SHA-256 wrong, the others right', { ...prints, sha256: wrong.sha256 }, false],
    ['SHA-1 right, MD5 wrong', { sha1: prints.sha1, md5: wrong.md5 }, false],
    ['MD5 right, SHA-1 wrong', { sha1: wrong.sha1, md5: prints.md5 }, false],
  ])('%s', (_, fingerprints, expected) => {
    expect(matched(catalogueOf('a', fingerprints))).toBe(expected ? 'a-0' : undefined);
  });

  test('every octet counts, and none is encoded anew', () => {
    const pins = createPins([catalogueOf('a', prints)]);
    expect(pins.match(Uint8Array.from([...der, 0]))).toBeUndefined();
    const other = der.slice();
    other[other.length - 1] = (other[other.length - 1] ?? 0) ^ 1;
    expect(pins.match(other)).toBeUndefined();
  });

  test('among several, one with the same SHA-1 that differs in MD5 does not hide the right one', () => {
    const shadow = { sha1: prints.sha1, md5: wrong.md5 };
    expect(matched(catalogueOf('a', shadow, { sha1: prints.sha1, md5: prints.md5 }))).toBe('a-1');
    expect(matched(catalogueOf('a', { sha256: wrong.sha256 }), catalogueOf('b', prints))).toBe('b-0');
    expect(matched(catalogueOf('a', prints), catalogueOf('b', prints))).toBe('a-0');
  });

  test('without catalogues nothing matches', () => {
    expect(matched()).toBeUndefined();
    expect(createPins([catalogueOf('a', prints, wrong)]).all.map(({ authority }) => authority.id)).toEqual([
      'a-0',
      'a-1',
    ]);
  });

  test('the hash that the caller has worked out is taken', () => {
    const pins = createPins([catalogueOf('a', { sha256: prints.sha256 })]);
    expect(pins.match(der, prints.sha256)?.authority.id).toBe('a-0');
  });
});

function differences(facts: object, octets = der) {
  const [authority] = loadCatalogue({
    id: 'a',
    name: 'a',
    authorities: [{ id: 'a', name: 'a', role: 'root', fingerprints: prints, ...facts }],
  }).authorities;
  const certificate = parseCertificate(octets);
  if (!certificate.ok || authority === undefined) throw new Error('the test issues readable certificates');
  return factDifferences(authority, certificate.value);
}

describe('published facts', () => {
  test('none published, none differ', () => {
    expect(differences({})).toEqual([]);
  });

  test('a day matches in UTC or in Berlin', () => {
    // Half past eleven in the evening in UTC is the next day in Berlin, in winter and in summer.
    const evening = issue('2015-12-31T23:30:00Z', '2026-06-30T22:30:00Z');
    for (const [validFrom, validTo] of [
      ['2015-12-31', '2026-06-30'],
      ['2016-01-01', '2026-07-01'],
    ]) {
      expect(differences({ validFrom, validTo }, evening)).toEqual([]);
    }
    expect(differences({ validFrom: '2016-01-02', validTo: '2026-06-29' }, evening)).toEqual([
      { fact: 'validFrom', published: '2016-01-02', found: '2015-12-31 or 2016-01-01' },
      { fact: 'validTo', published: '2026-06-29', found: '2026-06-30 or 2026-07-01' },
    ]);
  });

  test('summer time: half past nine in the evening is the same day, an hour later is the next', () => {
    expect(differences({ validTo: '2026-07-01' }, issue('2016-01-01T12:00:00Z', '2026-06-30T21:59:59Z'))).toEqual([
      { fact: 'validTo', published: '2026-07-01', found: '2026-06-30' },
    ]);
    expect(differences({ validTo: '2026-07-01' }, issue('2016-01-01T12:00:00Z', '2026-06-30T22:00:00Z'))).toEqual([]);
    // In winter the hour before that is still the same day.
    expect(differences({ validTo: '2026-01-02' }, issue('2016-01-01T12:00:00Z', '2026-01-01T22:59:59Z'))).toHaveLength(
      1,
    );
    expect(differences({ validTo: '2026-01-02' }, issue('2016-01-01T12:00:00Z', '2026-01-01T23:00:00Z'))).toEqual([]);
  });

  test('kind and size of the key', () => {
    expect(differences({ key: { type: 'EC', size: 256 } })).toEqual([]);
    expect(differences({ key: { type: 'ec', size: 256 } })).toEqual([]);
    expect(differences({ key: { type: 'RSA', size: 2048 } })).toEqual([
      { fact: 'key', published: 'RSA 2048', found: 'EC 256' },
    ]);
    expect(differences({ key: { type: 'EC', size: 384 } })).toEqual([
      { fact: 'key', published: 'EC 384', found: 'EC 256' },
    ]);
    const rsa = issue('2016-01-01T12:00:00Z', '2026-01-01T12:00:00Z', sharedKeys('rsa-2048', 'pins'));
    expect(differences({ key: { type: 'RSA', size: 2048 } }, rsa)).toEqual([]);
  });

  test('a key that cannot be read', () => {
    const broken = issueCertificate({
      subject: 'CN=Pinned',
      keys: sharedKeys('ec-p256', 'pins'),
      publicKeyInfo: asn1.sequence(asn1.sequence(asn1.oid('1.2.3')), asn1.bitString(new Uint8Array(3))),
      notBefore: new Date('2016-01-01T12:00:00Z'),
      notAfter: new Date('2026-01-01T12:00:00Z'),
    }).certificate;
    expect(differences({ key: { type: 'EC', size: 256 } }, broken)).toMatchObject([
      { found: 'a key that cannot be read' },
    ]);
  });
});
