/** Duties of issuers (RFC 5280 §4), each broken alone: the finding, its certificate's index, its words; an error under strict. */
import { describe, expect, it } from 'vitest';
import { duties, type Position } from '../../src/path/conformance.js';
import {
  asn1,
  type CertificateInput,
  type ExtensionsInput,
  issueCertificate,
  sharedKeys,
} from '../../src/stand-in/index.js';
import { TrustStore } from '../../src/trust/trust-store.js';

type Change = Partial<Omit<CertificateInput, 'extensions'>> & { extensions?: ExtensionsInput };

const store = new TrustStore([]);
const keys = sharedKeys('ec-p256', 'conformance');
const validity = { notBefore: new Date('2020-01-01'), notAfter: new Date('2030-01-01') };
const root = issueCertificate({ ...validity, subject: 'CN=Root', keys });

/** The duties that a certificate breaks in the middle of a path, or at the position given. */
function broken(change: Change, position: Partial<Position> = {}): string[] {
  const { certificate } = issueCertificate({ ...validity, subject: 'CN=x', issuer: root, keys, ...change });
  const known = store.read(certificate);
  if (!known.ok) throw new Error(`expected ${known.expected}, found ${known.found}`);
  return duties(known.value, { index: 0, top: false, strict: false, ...position }).map(
    ({ code, severity, certificate: index, params }) =>
      `${index} ${severity} ${code} ${Object.values(params ?? {}).join(', ')}`.trimEnd(),
  );
}

const authority: ExtensionsInput = { basicConstraints: { ca: true }, keyUsage: ['keyCertSign'] };
const nameless = { subject: '' };

it('none, and none of an authority', () => {
  expect(broken({})).toEqual([]);
  expect(broken({ extensions: authority }, { index: 1 })).toEqual([]);
});

it('a warning, an error under strict conformance', () => {
  const change = { extensions: { critical: { subjectKeyIdentifier: true } } };
  const words = 'extension_criticality subjectKeyIdentifier, critical, not critical';
  expect(broken(change, { index: 3 })).toEqual([`3 warning ${words}`]);
  expect(broken(change, { index: 3, strict: true })).toEqual([`3 error ${words}`]);
});

it('what is in order at one position is asked again at another', () => {
  const { certificate } = issueCertificate({
    ...validity,
    subject: 'CN=x',
    issuer: root,
    keys,
    extensions: { subjectKeyIdentifier: false, authorityKeyIdentifier: false },
  });
  const known = store.read(certificate);
  if (!known.ok) throw new Error(`expected ${known.expected}, found ${known.found}`);
  const subject = 'subject_key_identifier_missing';
  const authorityKey = 'authority_key_identifier_missing';
  const positions: [number, boolean, string[]][] = [
    [0, true, []],
    [0, false, [authorityKey]],
    [1, true, [subject]],
    [1, false, [subject, authorityKey]],
  ];
  // Twice: what was found in order is remembered with the certificate.
  for (const [index, top, codes] of [...positions, ...positions]) {
    const found = duties(known.value, { index, top, strict: false });
    expect(found.map(({ code }) => code)).toEqual(codes);
  }
});

describe('criticality', () => {
  it.each<[string, ExtensionsInput, string?]>([
    ['basicConstraints', { ...authority, critical: { basicConstraints: false } }, 'not critical, critical'],
    ['basicConstraints', { basicConstraints: {}, critical: { basicConstraints: false } }],
    [
      'policyConstraints',
      { policyConstraints: { inhibitPolicyMapping: 0 }, critical: { policyConstraints: false } },
      'not critical, critical',
    ],
    ['inhibitAnyPolicy', { inhibitAnyPolicy: 0, critical: { inhibitAnyPolicy: false } }, 'not critical, critical'],
    ['authorityKeyIdentifier', { critical: { authorityKeyIdentifier: true } }, 'critical, not critical'],
    ['subjectAltName', { subjectAltName: [{ dns: 'x.example' }], critical: { subjectAltName: true } }],
    ['subjectAltName', { subjectAltName: [{ dns: 'x.example' }], critical: { subjectAltName: false } }],
  ])('%s %#', (name, extensions, words) => {
    const found = words === undefined ? [] : [`0 warning extension_criticality ${name}, ${words}`];
    expect(broken({ extensions })).toEqual(found);
  });

  it('of subjectAltName where the subject is empty', () => {
    const names = { subjectAltName: [{ dns: 'x.example' }] };
    expect(broken({ ...nameless, extensions: { ...names, critical: { subjectAltName: true } } })).toEqual([]);
    expect(broken({ ...nameless, extensions: { ...names, critical: { subjectAltName: false } } })).toEqual([
      '0 warning extension_criticality subjectAltName, not critical, critical',
    ]);
  });
});

describe('key identifiers', () => {
  const without = { subjectKeyIdentifier: false, authorityKeyIdentifier: false };
  const subject = (index: number) => `${index} warning subject_key_identifier_missing`;
  const issuer = (index: number) => `${index} warning authority_key_identifier_missing`;

  it('of the subject at authorities and at whatever issued, of the issuer below the uppermost', () => {
    expect(broken({ extensions: without })).toEqual([issuer(0)]);
    expect(broken({ extensions: { ...authority, ...without } })).toEqual([subject(0), issuer(0)]);
    expect(broken({ extensions: without }, { index: 1 })).toEqual([subject(1), issuer(1)]);
    expect(broken({ extensions: { ...authority, ...without } }, { index: 1, top: true })).toEqual([subject(1)]);
  });

  it('an authorityKeyIdentifier with a serial number alone is none', () => {
    const authorityKeyIdentifier = { issuer: 'CN=Root', serialNumber: 1 };
    expect(broken({ extensions: { authorityKeyIdentifier } })).toEqual([issuer(0)]);
  });

  it('not of certificates that cannot have extensions', () => {
    expect(broken({ version: 1 }, { index: 1 })).toEqual([]);
  });
});

describe('names', () => {
  const altName = { subjectAltName: [{ dns: 'x.example' }], critical: { subjectAltName: true } };
  it('of issuers and of authorities are not empty', () => {
    const issuer = { name: asn1.sequence(), keys };
    expect(broken({ issuer })).toEqual(['0 warning subject_empty the issuer']);
    expect(broken({ ...nameless, extensions: { ...authority, ...altName } })).toEqual([
      '0 warning subject_empty an authority',
    ]);
    expect(broken({ ...nameless, extensions: altName }, { index: 1 })).toEqual([
      '1 warning subject_empty an authority',
    ]);
  });

  it('of an end entity stand in the subject or beside it', () => {
    expect(broken(nameless)).toEqual(['0 warning subject_empty a certificate without subjectAltName']);
    expect(broken({ ...nameless, extensions: altName })).toEqual([]);
    expect(broken({ ...nameless, extensions: authority })).toEqual(['0 warning subject_empty an authority']);
  });
});

describe('what only authorities have', () => {
  it.each<[string, ExtensionsInput, string[]]>([
    ['keyCertSign', { keyUsage: ['keyCertSign', 'digitalSignature'] }, ['key_usage_on_leaf']],
    ['cRLSign alone is allowed', { keyUsage: ['cRLSign'] }, []],
    [
      'name constraints',
      { nameConstraints: { permitted: [{ dns: 'x' }] } },
      ['ca_only_extension_on_leaf nameConstraints'],
    ],
    ['a path length', { basicConstraints: { pathLength: 0 } }, ['path_length_without_ca']],
    ['a path length of an authority', { basicConstraints: { ca: true, pathLength: 0 } }, []],
    ['and with keyCertSign', { basicConstraints: { ca: true, pathLength: 0 }, keyUsage: ['keyCertSign'] }, []],
    [
      'but not without',
      { basicConstraints: { ca: true, pathLength: 0 }, keyUsage: ['cRLSign'] },
      ['path_length_without_ca'],
    ],
    ['an authority with constraints', { ...authority, nameConstraints: { permitted: [{ dns: 'x' }] } }, []],
  ])('%s', (_, extensions, found) => {
    expect(broken({ extensions })).toEqual(found.map((words) => `0 warning ${words}`));
  });
});
