/**
 * Path validation, one rule at a time, over paths that are given: each finding with its certificate, its parameters and, where it
 * is a warning, that. Names, policies and building have their own files; what real chains bring is asked by the public suites.
 */
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/crypto/digest.js';
import { validatePath } from '../../src/path/validate.js';
import {
  asn1,
  type CertificateInput,
  type ExtensionsInput,
  type Issued,
  issueCertificate,
  sharedKeys,
  withoutParameters,
} from '../../src/stand-in/index.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import type { Ending } from '../../src/trust/trust-store.js';
import { type Asked, contextOf, snapshotOf } from '../revocation/support.js';

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const at = day('2026-01-01').getTime();
const { oid, sequence } = asn1;

type Options = Partial<Omit<CertificateInput, 'extensions'>> & { extensions?: ExtensionsInput };

function make(name: string, issuer?: Issued, { extensions, ...more }: Options = {}): Issued {
  return issueCertificate({
    subject: `CN=${name}`,
    keys: sharedKeys('ec-p256', `validate ${name}`),
    ...(issuer === undefined ? {} : { issuer }),
    notBefore: day('2020-01-01'),
    notAfter: day('2030-01-01'),
    extensions: extensions ?? {},
    ...more,
  });
}

/** An authority without fault, but for what is changed. */
const ca = (name: string, issuer?: Issued, { extensions, ...more }: Options = {}) =>
  make(name, issuer, {
    extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign'], ...extensions },
    ...more,
  });

interface Question extends Partial<Asked> {
  ending?: Ending;
  pinned?: Issued;
}

/** The findings about a path, end entity first. */
function findings(path: Issued[], { ending = 'anchor', pinned, ...asked }: Question = {}): string[] {
  const authorities = [pinned].flatMap((one) =>
    one === undefined
      ? []
      : [{ id: 'x', name: 'x', role: 'issuing', fingerprints: { sha256: sha256Hex(one.certificate) } }],
  );
  const catalogues = authorities.length === 0 ? [] : [loadCatalogue({ id: 'x', name: 'x', authorities })];
  const snapshot = snapshotOf({ anchors: [], crls: [], catalogues });
  const certificates = path.map(({ certificate }) => {
    const read = snapshot.store.read(certificate);
    if (!read.ok) throw new Error(`expected ${read.expected}, found ${read.found}`);
    return read.value;
  });
  return validatePath({ certificates, ending }, contextOf(snapshot, { at, ...asked })).map(
    ({ code, severity, certificate, params }) =>
      [
        certificate,
        code,
        ...(severity === 'error' ? [] : [severity]),
        ...(params ? [JSON.stringify(params)] : []),
      ].join(' '),
  );
}

const root = ca('Root');
const sub = ca('Sub', root);
const leaf = make('leaf', sub);

it('a path without fault', () => {
  expect(findings([leaf, sub, root])).toEqual([]);
  expect(findings([leaf, sub, root], { conformance: 'strict' })).toEqual([]);
});

describe('defects of the encoding', () => {
  const strict = { conformance: 'strict' } as const;
  const zeroRoot = ca('Root', undefined, { serialNumber: 0 });
  const about = (index: number, more = '') => new RegExp(`^${index} serial_number_invalid${more} `);

  it('the serial number of an anchor is not looked up', () => {
    expect(findings([leaf, sub, zeroRoot])).toEqual([]);
    expect(findings([leaf, sub, zeroRoot], { ending: 'pinned' })).toEqual([
      expect.stringMatching(about(2, ' warning')),
    ]);
  });

  it('those of the others are, and become errors under strict conformance', () => {
    const path = [make('leaf', sub, { serialNumber: 0 }), ca('Sub', root, { serialNumber: 0 }), root];
    const both = [1, 0];
    expect(findings(path)).toEqual(both.map((index) => expect.stringMatching(about(index, ' warning'))));
    expect(findings(path, strict)).toEqual(both.map((index) => expect.stringMatching(about(index))));
  });
});

describe('signatures and names', () => {
  it('a signature by another key, at its certificate', () => {
    const other = ca('Sub', root, { keys: sharedKeys('ec-p256', 'validate other') });
    expect(findings([leaf, other, root])).toEqual(['0 signature_invalid']);
    expect(findings([leaf, sub, ca('Root', undefined, { keys: sharedKeys('ec-p256', 'validate other') })])).toEqual([
      '1 signature_invalid',
    ]);
  });

  it('an algorithm that is not known, at its certificate', () => {
    const unknown = sequence(oid('1.2.3.4'));
    const odd = make('leaf', sub, { innerAlgorithm: unknown, outerAlgorithm: unknown });
    expect(findings([odd, sub, root])).toEqual(['0 algorithm_unknown {"algorithm":"1.2.3.4"}']);
  });

  it('the kind of a key matters where it signs', () => {
    const odd = sequence(sequence(oid('1.2.3.4')), asn1.bitString(new Uint8Array(8)));
    expect(findings([make('leaf', sub, { publicKeyInfo: odd }), sub, root])).toEqual([]);
    expect(findings([leaf, ca('Sub', root, { publicKeyInfo: odd }), root])).toEqual([
      '0 algorithm_unknown {"algorithm":"1.2.3.4"}',
    ]);
    const broken = sequence(sequence(oid('1.3.101.112')), asn1.bitString(new Uint8Array(8)));
    const detail = '{"detail":"expected a key of 32 octets, found 8 octets"}';
    expect(findings([make('leaf', sub, { publicKeyInfo: broken }), sub, root])).toEqual([
      `0 public_key_malformed ${detail}`,
    ]);
    // Told where it is, by the one who looks at it and by the one who needs it.
    expect(findings([leaf, ca('Sub', root, { publicKeyInfo: broken }), root])).toEqual([
      `1 public_key_malformed ${detail}`,
      `1 public_key_malformed ${detail}`,
    ]);
  });

  it('an old digest, except that a pin stands for the signature on what it pins', () => {
    const old = ca('Sub', root, { signature: { hash: 'sha1' } });
    const weak = '{"algorithm":"ecdsa-with-SHA1","at":"2026-01-01T00:00:00Z"}';
    expect(findings([leaf, old, root])).toEqual([`1 algorithm_too_weak ${weak}`]);
    expect(findings([leaf, old, root], { algorithms: 'legacy' })).toEqual([]);
    expect(findings([leaf, old, root], { pinned: old })).toEqual([]);
    expect(findings([make('leaf', sub, { signature: { hash: 'sha1' } }), sub, root], { pinned: sub })).toEqual([
      `0 algorithm_too_weak ${weak}`,
    ]);
  });

  it('a name that is not the issuer of the one below', () => {
    const renamed = ca('Other', root, { keys: sub.keys });
    expect(findings([leaf, renamed, root])).toEqual(['0 issuer_name_mismatch']);
    const below = make('leaf', ca('Sub', renamed));
    expect(findings([below, ca('Sub', renamed), ca('Third', root, { keys: sub.keys }), root])).toEqual([
      '1 issuer_name_mismatch',
    ]);
  });

  it('DSA parameters go from certificate to certificate', () => {
    const options = { signature: { hash: 'sha1' } } as const;
    const top = ca('DSA', undefined, { ...options, keys: sharedKeys('dsa-1024', 'validate') });
    const keys = sharedKeys('dsa-1024', 'validate');
    const middle = ca('Sub', top, { ...options, keys, publicKeyInfo: withoutParameters(keys) });
    const end = make('leaf', middle, options);
    expect(findings([end, middle, top], { algorithms: 'legacy' })).toEqual([]);
    const key = '{"key":"DSA 1024","at":"2015-01-01T00:00:00Z"}';
    expect(
      findings([end, middle, top], { at: day('2015-01-01').getTime() }).filter((one) => one.includes('key')),
    ).toEqual([`2 key_too_small ${key}`, `1 key_too_small ${key}`]);
    expect(findings([end, middle, root], { algorithms: 'legacy' })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^1 public_key_malformed .*inherited/)]),
    );
  });
});

describe('validity', () => {
  it('names the end that was passed, at its certificate; both ends belong to it', () => {
    const short = { notBefore: day('2025-01-01'), notAfter: day('2025-12-31') };
    const expired = ca('Sub', root, short);
    expect(findings([leaf, expired, root])).toEqual([
      '1 certificate_expired {"notAfter":"2025-12-31T00:00:00Z","at":"2026-01-01T00:00:00Z"}',
    ]);
    expect(findings([leaf, expired, root], { at: day('2024-12-31').getTime() })).toEqual([
      '1 certificate_not_yet_valid {"notBefore":"2025-01-01T00:00:00Z","at":"2024-12-31T00:00:00Z"}',
    ]);
    for (const moment of ['2025-01-01', '2025-12-31']) {
      expect(findings([leaf, expired, root], { at: day(moment).getTime() })).toEqual([]);
    }
  });

  it('by the model: at the time asked, when the next was issued, when the end entity was', () => {
    // Top had ended when the end entity was issued, not when Middle was.
    const top = ca('Top', root, { notBefore: day('2020-01-01'), notAfter: day('2022-01-01') });
    const middle = ca('Middle', top, { notBefore: day('2021-01-01'), notAfter: day('2024-01-01') });
    const path = [make('leaf', middle, { notBefore: day('2023-01-01') }), middle, top, root];
    const expired = (index: number, end: string, when: string) =>
      `${index} certificate_expired {"notAfter":"${end}T00:00:00Z","at":"${when}T00:00:00Z"}`;
    expect(findings(path)).toEqual([expired(2, '2022-01-01', '2026-01-01'), expired(1, '2024-01-01', '2026-01-01')]);
    expect(findings(path, { validityModel: 'chain' })).toEqual([]);
    expect(findings(path, { validityModel: 'hybrid' })).toEqual([expired(2, '2022-01-01', '2023-01-01')]);
  });
});

describe('authorities', () => {
  const below = (authority: Issued) => [make('leaf', authority), authority, root];

  it('are authorities', () => {
    const usage = { keyUsage: ['keyCertSign' as const] };
    expect(findings(below(make('Sub', root)))).toEqual(['1 basic_constraints_missing']);
    const no = make('Sub', root, { extensions: { basicConstraints: {} } });
    expect(findings(below(no))).toEqual(['1 not_a_ca']);
    // What ends a path without being an anchor is like any other.
    const old = make('Old', undefined, { extensions: usage });
    const end = make('leaf', old);
    expect(findings([end, old], { ending: 'pinned' }).filter((one) => one.includes('basic'))).toEqual([
      '1 basic_constraints_missing',
    ]);
    expect(findings([end, old]).filter((one) => one.includes('basic'))).toEqual([
      '1 anchor_basic_constraints_missing warning',
    ]);
    expect(findings([end, old], { conformance: 'strict' }).filter((one) => one.includes('basic'))).toEqual([
      '1 anchor_basic_constraints_missing',
    ]);
  });

  it('may sign certificates, as far as keyUsage is there', () => {
    expect(findings(below(ca('Sub', root, { extensions: { keyUsage: ['cRLSign'] } })))).toEqual([
      '1 key_usage_cert_sign_missing',
    ]);
    const without = make('Sub', root, { extensions: { basicConstraints: { ca: true } } });
    expect(findings(below(without))).toEqual([]);
  });

  it('have a path length that counts those below, but not self-issued ones, and not the anchor', () => {
    const limited = (name: string, issuer: Issued | undefined, pathLength: number) =>
      ca(name, issuer, { extensions: { basicConstraints: { ca: true, pathLength } } });
    const top = limited('Top', undefined, 1);
    const a = ca('A', top);
    const b = ca('B', a);
    const c = limited('C', b, 0);
    const end = (issuer: Issued) => make('leaf', issuer);
    expect(findings([end(a), a, top])).toEqual([]);
    expect(findings([end(b), b, a, top])).toEqual(['1 path_length_exceeded {"pathLength":1}']);
    expect(findings([end(c), c, b, a, top])).toEqual([
      '2 path_length_exceeded {"pathLength":1}',
      '1 path_length_exceeded {"pathLength":1}',
    ]);
    const again = ca('A', a, { keys: sharedKeys('ec-p256', 'validate A again') });
    expect(findings([end(again), again, a, top])).toEqual([]);
    // A smaller one below tightens it, a larger one does not loosen it, one of a non-authority is none.
    const zero = limited('Zero', top, 0);
    const large = limited('Large', zero, 9);
    const last = ca('Last', large);
    expect(findings([end(last), last, large, zero, top])).toEqual([
      '2 path_length_exceeded {"pathLength":0}',
      '1 path_length_exceeded {"pathLength":0}',
    ]);
    const none = make('None', root, { extensions: { basicConstraints: { pathLength: 0 }, keyUsage: ['keyCertSign'] } });
    const under = ca('Under', none);
    expect(findings([end(under), under, none, root]).filter((one) => one.includes('exceeded'))).toEqual([]);
  });

  it('are no more than the caller allows, self-issued ones apart', () => {
    const again = ca('Sub', sub, { keys: sharedKeys('ec-p256', 'validate again') });
    const path = [make('leaf', again), again, sub, root];
    expect(findings(path, { maxIntermediates: 1 })).toEqual([]);
    expect(findings(path, { maxIntermediates: 0 })).toEqual([
      ' max_intermediates_exceeded {"intermediates":1,"maxIntermediates":0}',
    ]);
    expect(findings([leaf, root], { maxIntermediates: 0 })).toEqual(
      expect.not.arrayContaining([expect.stringContaining('max_')]),
    );
  });
});

describe('critical extensions', () => {
  const unknown = (critical: boolean) => ({ other: [{ oid: '1.2.3.4', critical, value: new Uint8Array([5, 0]) }] });

  it('that are not known, at their certificate', () => {
    expect(findings([leaf, ca('Sub', root, { extensions: unknown(true) }), root])).toEqual([
      '1 critical_extension_unknown {"oid":"1.2.3.4"}',
    ]);
    expect(findings([leaf, ca('Sub', root, { extensions: unknown(false) }), root])).toEqual([]);
  });

  it('policies with a qualifier that is not known (RFC 5280 §4.2.1.4)', () => {
    const policies = (critical: boolean, ...qualifiers: string[]): ExtensionsInput => ({
      other: [
        {
          oid: '2.5.29.32',
          critical,
          value: sequence(
            sequence(oid('1.2.3'), sequence(...qualifiers.map((one) => sequence(oid(one), asn1.ia5('x'))))),
          ),
        },
      ],
    });
    const about = (extensions: ExtensionsInput) => findings([leaf, ca('Sub', root, { extensions }), root]);
    expect(about(policies(true, '1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.9'))).toEqual([
      '1 critical_extension_unknown {"oid":"1.3.6.1.5.5.7.2.9"}',
    ]);
    expect(about(policies(false, '1.3.6.1.5.5.7.2.9'))).toEqual([]);
    expect(about(policies(true, '1.3.6.1.5.5.7.2.1'))).toEqual([]);
  });
});

describe('policies', () => {
  const [a, b] = ['1.3.6.1.4.1.1', '1.3.6.1.4.1.2'] as const;

  it('are asked for by any certificate, whoever it is', () => {
    const demanding = { policyConstraints: { requireExplicitPolicy: 0 } };
    const top = ca('Root', undefined, { extensions: demanding });
    expect(findings([make('leaf', top, { extensions: demanding }), top])).toContain('0 policy_missing');
    const mapping = { policyMappings: [['2.5.29.32.0', a]] as [string, string][] };
    const mapped = ca('Root', undefined, { extensions: mapping });
    expect(findings([make('leaf', mapped, { extensions: mapping }), mapped])).toContain('1 policy_mapping_invalid');
  });

  it('of the anchor count, also where it is asked about itself', () => {
    const explicit = { initialExplicitPolicy: true };
    const top = ca('Root', undefined, { extensions: { certificatePolicies: [a] } });
    const end = (policy: string) => make('leaf', top, { extensions: { certificatePolicies: [policy] } });
    expect(findings([end(a), top], explicit)).toEqual([]);
    expect(findings([end(b), top], explicit)).toEqual(['0 policy_missing']);
    expect(findings([top], explicit)).toEqual([]);
    expect(findings([root], explicit)).toEqual(['0 policy_missing']);
  });
});
