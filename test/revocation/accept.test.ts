/** What may be taken into the store, and signatures that are settled beforehand. */
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/crypto/digest.js';
import { settleSignature, verifyCrl } from '../../src/revocation/accept.js';
import { indexCrl } from '../../src/revocation/index-crl.js';
import {
  asn1,
  type CrlInput,
  type Issued,
  issueCertificate,
  sharedKeys,
  withoutParameters,
} from '../../src/stand-in/index.js';
import { parseCertificate } from '../../src/x509/certificate.js';
import { authority, crlOf, day } from './pki.js';

const ca = authority('CN=CA');
const other = authority('CN=Other');

function parse({ certificate }: Issued) {
  const parsed = parseCertificate(certificate);
  if (!parsed.ok) throw new Error(`expected ${parsed.expected}, found ${parsed.found}`);
  return parsed.value;
}

const refusal = (der: Uint8Array, signer = ca) =>
  verifyCrl(indexCrl(der), parse(signer)).map(({ code, params }) => [code, ...Object.values(params ?? {})].join(': '));
const crl = (more: Partial<CrlInput> = {}, issuer = ca) => crlOf(issuer, '2020-01-01', [], more);
const unknownAlgorithm = asn1.sequence(asn1.oid('1.2.3.4'));

describe('verifyCrl', () => {
  it('accepts a CRL of its signer', () => {
    expect(refusal(crl())).toEqual([]);
  });

  it.each<[string, Uint8Array, Issued, string[]]>([
    ['another name', crl({ issuerName: 'CN=Else' }), ca, ['crl_not_usable: its issuer is another']],
    ['another key', crl({}, { ...other, name: ca.name }), ca, ['crl_signature_invalid']],
    [
      'two algorithms',
      crl({ outerAlgorithm: unknownAlgorithm }),
      ca,
      ['crl_not_usable: it names two different signature algorithms', 'crl_signature_invalid'],
    ],
    [
      'a signer that may not',
      crl({}, authority('CN=Mute', { extensions: { keyUsage: ['keyCertSign'] } })),
      ca,
      ['crl_not_usable: its issuer is another', 'crl_signature_invalid'],
    ],
    [
      'a critical extension',
      crl({ other: [{ oid: '1.2.3', critical: true, value: asn1.nullValue }] }),
      ca,
      ['crl_not_usable: it has a critical extension that is not understood (1.2.3)'],
    ],
  ])('refuses %s', (_, der, signer, codes) => {
    expect(refusal(der, signer)).toEqual(codes);
  });

  it('refuses a signer without cRLSign', () => {
    const mute = authority('CN=Mute', { extensions: { keyUsage: ['keyCertSign'] } });
    expect(refusal(crl({}, mute), mute)).toEqual(['crl_not_usable: the certificate of its signer may not sign CRLs']);
    const silent = issueCertificate({
      subject: 'CN=Silent',
      notBefore: day('2020-01-01'),
      notAfter: day('2030-01-01'),
    });
    expect(refusal(crl({}, silent), silent)).toEqual([]);
  });

  it('refuses a critical extension of an entry', () => {
    const entry = {
      serialNumber: 1,
      revocationDate: day('2020-01-01'),
      other: [{ oid: '1.2.3', critical: true, value: asn1.nullValue }],
    };
    expect(refusal(crl({ entries: [entry] }))).toEqual([
      'crl_not_usable: it has a critical extension that is not understood (1.2.3)',
    ]);
  });

  it('refuses what cannot be read, with the place', () => {
    const failure = 'crl_malformed: a TBSCertList, the end of the data';
    const [found] = refusal(asn1.sequence());
    expect(found?.split(':')[0]).toBe(failure.split(':')[0]);
    expect(verifyCrl(indexCrl(asn1.sequence()), parse(ca))[0]?.params).toEqual(indexCrl(asn1.sequence()).failure);
  });

  it('refuses what it cannot check', () => {
    const odd = asn1.sequence(asn1.sequence(asn1.oid('1.2.3.4')), asn1.bitString(new Uint8Array(8)));
    const keyless = authority('CN=CA', { publicKeyInfo: odd });
    expect(refusal(crl(), keyless)).toEqual(['crl_not_usable: its signature could not be checked']);
  });
});

describe('settleSignature', () => {
  const settled = (der: Uint8Array, ...signers: Issued[]) =>
    settleSignature(
      indexCrl(der),
      signers.map(({ certificate }) => certificate),
    ).verifiedKeys;
  const idOf = (issued: Issued) => sha256Hex(parse(issued).publicKey.der);
  const rolled = authority('CN=CA');

  it('names the keys that fit, of certificates with the name of the issuer', () => {
    expect(settled(crl(), other, rolled, ca)).toEqual([idOf(ca)]);
    expect(settled(crl(), ca, ca)).toEqual([idOf(ca)]);
    expect(settled(crl(), authority('CN=Else', { keys: ca.keys }))).toBeUndefined();
  });

  it('changes nothing where none fits, or nothing can be read', () => {
    const indexed = indexCrl(crl());
    expect(settleSignature(indexed, [rolled.certificate, other.certificate, new Uint8Array([1])])).toBe(indexed);
    const broken = indexCrl(new Uint8Array([0x30, 0]));
    expect(settleSignature(broken, [ca.certificate])).toBe(broken);
  });

  it('finds the parameters of a DSA key with the authority that signed it', () => {
    const options = { signature: { hash: 'sha1' } } as const;
    const keys = sharedKeys('dsa-1024', 'accept');
    const top = authority('CN=Top', { ...options, keys });
    const wrong = authority('CN=Top', { ...options, keys: sharedKeys('dsa-1024', 'accept wrong') });
    const bare = authority('CN=Sub', { ...options, issuer: top, keys, publicKeyInfo: withoutParameters(keys) });
    const der = crl(options, bare);
    expect(settled(der, bare)).toBeUndefined();
    expect(settled(der, bare, other, wrong)).toBeUndefined();
    expect(settled(der, bare, wrong, other, top)).toEqual([idOf(bare)]);
    expect(settled(der, bare, authority('CN=Else', { ...options, keys }))).toBeUndefined();
  });
});
