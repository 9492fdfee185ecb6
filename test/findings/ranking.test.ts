/** From findings to a status, a heading and an ETSI indication; and the sentences with hostile values in them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { etsiIndication, etsiMessageIndication } from '../../src/findings/etsi.js';
import {
  compareFindings,
  definitionOf,
  type Finding,
  finding,
  isFindingCode,
  rankFindings,
  statusOf,
  uniqueFindings,
} from '../../src/findings/finding.js';
import { type FindingCode, findingTable } from '../../src/findings/table.js';

const codes = Object.keys(findingTable) as FindingCode[];
const anyFinding = fc
  .record({
    code: fc.constantFrom(...codes),
    severity: fc.constantFrom('error', 'warning', 'info'),
    certificate: fc.option(fc.nat(3), { nil: undefined }),
  })
  .map(({ code, severity, certificate }) => finding(code, {}, { certificate, severity }));

describe('status', () => {
  test.each([
    [[], 'valid'],
    [[finding('revoked_after'), finding('crl_stale')], 'valid'],
    [[finding('serial_number_invalid')], 'valid'],
    [[finding('serial_number_invalid', {}, { severity: 'error' })], 'invalid'],
    [[finding('revocation_unknown')], 'indeterminate'],
    [[finding('revocation_unknown'), finding('name_mismatch')], 'invalid'],
    [[finding('crl_malformed', {}, { severity: 'error' })], 'indeterminate'],
  ] as [Finding[], string][])('%#', (findings, status) => {
    expect(statusOf(findings)).toBe(status);
  });

  test('does not depend on the order, and more findings never make it better', () => {
    const rank = { valid: 0, indeterminate: 1, invalid: 2 };
    fc.assert(
      fc.property(fc.array(anyFinding), anyFinding, (findings, more) => {
        expect(statusOf([...findings].reverse())).toBe(statusOf(findings));
        expect(rank[statusOf([...findings, more])]).toBeGreaterThanOrEqual(rank[statusOf(findings)]);
      }),
      { seed: 1 },
    );
  });
});

describe('ranking', () => {
  test('severity, then class, then the order of the table, then the index', () => {
    const expected = [
      finding('certificate_revoked', {}, { certificate: 0 }),
      finding('certificate_expired', {}, { certificate: 0 }),
      finding('certificate_expired', {}, { certificate: 1 }),
      finding('no_path_to_anchor'),
      finding('revocation_unknown'),
      finding('serial_number_invalid'),
      finding('crl_stale'),
      finding('revoked_after'),
    ];
    expect(rankFindings([...expected].reverse())).toEqual(expected);
  });

  test('is a total order on what differs, and leaves the input as it was', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 12 }), (findings) => {
        const before = [...findings];
        const ranked = rankFindings(findings);
        expect(findings).toEqual(before);
        for (let i = 1; i < ranked.length; i++) {
          expect(compareFindings(ranked[i - 1] as Finding, ranked[i] as Finding)).toBeLessThanOrEqual(0);
        }
        const keys = (list: Finding[]) =>
          list.map(({ code, severity, certificate }) => `${code} ${severity} ${certificate}`);
        expect(keys(rankFindings([...findings].reverse()))).toEqual(keys(ranked));
      }),
      { seed: 1 },
    );
  });

  test('a finding without an index comes before those with one', () => {
    const [a, b] = [finding('crl_stale'), finding('crl_stale', {}, { certificate: 0 })];
    expect(rankFindings([b, a])).toEqual([a, b]);
  });

  test('repetitions are said once; another index, severity or word is no repetition', () => {
    const one = finding('crl_stale', { nextUpdate: 'a' }, { certificate: 0 });
    const others = [
      finding('crl_stale', { nextUpdate: 'b' }, { certificate: 0 }),
      finding('crl_stale', { nextUpdate: 'a' }, { certificate: 1 }),
      finding('crl_stale', { nextUpdate: 'a' }, { certificate: 0, severity: 'error' }),
      finding('crl_stale', { nextUpdate: 'a' }),
    ];
    expect(uniqueFindings([one, ...others, one])).toEqual([one, ...others]);
  });
});

describe('ETSI', () => {
  test.each([
    ['valid', [], 'PASSED', undefined],
    ['invalid', ['certificate_revoked'], 'FAILED', 'REVOKED'],
    ['invalid', ['certificate_expired'], 'FAILED', 'EXPIRED'],
    ['invalid', ['certificate_not_yet_valid'], 'FAILED', 'NOT_YET_VALID'],
    ['invalid', ['message_digest_mismatch'], 'FAILED', 'HASH_FAILURE'],
    ['invalid', ['signature_invalid'], 'FAILED', 'SIG_CRYPTO_FAILURE'],
    ['invalid', ['certificate_malformed'], 'FAILED', 'FORMAT_FAILURE'],
    ['invalid', ['not_a_ca'], 'INDETERMINATE', 'CHAIN_CONSTRAINTS_FAILURE'],
    ['invalid', ['name_mismatch'], 'FAILED', undefined],
    ['invalid', ['name_mismatch', 'revocation_unknown'], 'FAILED', undefined],
    ['invalid', ['name_mismatch', 'certificate_expired'], 'FAILED', 'EXPIRED'],
    ['indeterminate', ['no_path_to_anchor'], 'INDETERMINATE', 'NO_CERTIFICATE_CHAIN_FOUND'],
    ['indeterminate', ['revocation_unknown'], 'INDETERMINATE', 'TRY_LATER'],
    ['indeterminate', ['on_hold'], 'INDETERMINATE', 'TRY_LATER'],
    ['indeterminate', ['revoked_no_poe'], 'INDETERMINATE', 'REVOKED_NO_POE'],
    ['indeterminate', ['revoked_ca_no_poe'], 'INDETERMINATE', 'REVOKED_CA_NO_POE'],
    ['indeterminate', ['out_of_bounds_no_poe'], 'INDETERMINATE', 'OUT_OF_BOUNDS_NO_POE'],
    ['indeterminate', ['out_of_bounds_not_revoked'], 'INDETERMINATE', 'OUT_OF_BOUNDS_NOT_REVOKED'],
    ['indeterminate', ['certificate_without_mailbox'], 'INDETERMINATE', undefined],
  ] as ['valid' | 'invalid' | 'indeterminate', FindingCode[], string, string | undefined][])(
    '%s by %j: %s %s',
    (status, list, indication, subIndication) => {
      const findings = list.map((code) => finding(code));
      const sub = subIndication === undefined ? {} : { subIndication };
      expect(etsiIndication(status, findings)).toEqual({ indication, ...sub });
      const total = indication === 'INDETERMINATE' ? indication : `TOTAL_${indication}`;
      expect(etsiMessageIndication(status, findings)).toEqual({ indication: total, ...sub });
    },
  );

  test('warnings do not lend their sub-indication', () => {
    const findings = [finding('serial_number_invalid'), finding('name_mismatch')];
    expect(etsiIndication('invalid', findings)).toEqual({ indication: 'FAILED' });
  });
});

describe('a finding', () => {
  test('carries what the table says, and no fields that are absent', () => {
    expect(finding('crl_stale', { nextUpdate: 'then', more: undefined })).toEqual({
      code: 'crl_stale',
      severity: 'warning',
      rfc: definitionOf('crl_stale').rfc,
      message: 'The latest CRL should have been renewed by then.',
      params: { nextUpdate: 'then' },
    });
    expect(Object.keys(finding('revocation_not_checked'))).toEqual(['code', 'severity', 'message']);
  });

  test('shows hostile values without what moves a terminal, cut to 200 characters', () => {
    const { message, params } = finding('no_path_to_anchor', { issuer: 'a\u001b[31m\u202eb\u2028\n' });
    expect(message).toContain('"a\uFFFD[31m\uFFFDb\uFFFD\uFFFD"');
    expect(params?.issuer).toContain('\u001b');
    const long = finding('no_path_to_anchor', { issuer: 'x'.repeat(201) }).message;
    expect(long).toContain(`"${'x'.repeat(200)}…"`);
    expect(finding('no_path_to_anchor', { issuer: 'x'.repeat(200) }).message).toContain(`"${'x'.repeat(200)}"`);
  });

  test('a parameter that is not given is said to be unknown', () => {
    expect(finding('crl_stale').message).toBe('The latest CRL should have been renewed by unknown.');
  });

  test('codes are those of the table and nothing inherited', () => {
    expect(codes.every(isFindingCode)).toBe(true);
    expect(['toString', '__proto__', ''].some(isFindingCode)).toBe(false);
  });
});
