/** Every code of the table is produced by something real, with a sentence that is complete; and no code is there that nothing produces. */
import { describe, expect, test } from 'vitest';
import { runtimeAbilities } from '../../src/crypto/runtime.js';
import { definitionOf } from '../../src/findings/finding.js';
import { type FindingCode, findingTable } from '../../src/findings/table.js';
import { certificateVectors, type Vectors } from './certificate-vectors.js';
import { judge } from './lab.js';
import { messageVectors } from './message-vectors.js';

const vectors: Vectors = { ...certificateVectors, ...messageVectors };
const codes = Object.keys(findingTable) as FindingCode[];

test('the lab is valid and without a word where nothing is changed', () => {
  const { status, findings } = judge();
  expect({ status, findings }).toEqual({ status: 'valid', findings: [] });
});

test('every code has a vector, and every vector a code', () => {
  expect(codes.filter((code) => vectors[code] === undefined)).toEqual([]);
  expect(Object.keys(vectors).filter((code) => !codes.includes(code as FindingCode))).toEqual([]);
});

describe.each(codes.filter((code) => vectors[code] !== undefined))('%s', (code) => {
  const reached = code !== 'algorithm_unavailable' || !runtimeAbilities().includes('ml-dsa');

  test.skipIf(!reached)('is what its vector is told (else this runtime computes every algorithm of the table)', () => {
    const findings = vectors[code]?.() ?? [];
    const one = findings.find((finding) => finding.code === code);
    expect(one, `found instead: ${findings.map((finding) => finding.code).join(', ')}`).toBeDefined();
    expect(one?.rfc).toBe(definitionOf(code).rfc);
  });

  test.skipIf(!reached)('speaks in whole sentences, here and in all that stands beside it', () => {
    for (const { message, code: other } of vectors[code]?.() ?? []) {
      expect(message, other).not.toMatch(/\{\w*\}|undefined|NaN|\bunknown \(|\bnull\b|\[object|\(unknown\)/);
      expect(message, other).toMatch(/^[A-Z].*[.…]$/su);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
      expect(message, other).not.toMatch(/[\u0000-\u001f\u007f\u202a-\u202e]/);
    }
  });
});

describe('the table', () => {
  test.each(codes)('%s can be explained', (code) => {
    const { sentence, advice, rfc, etsi } = definitionOf(code);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(advice).toMatch(/^[A-Z].*\.$/);
    expect(advice).not.toMatch(/[{}]/);
    expect(sentence.length).toBeLessThan(200);
    if (rfc !== undefined) expect(rfc).toMatch(/^(RFC \d{4} §|ETSI EN 319 102-1 §)\d/);
    if (etsi !== undefined) expect(etsi).toMatch(/^[A-Z_]+$/);
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  test('an error says by its class what it does to the status; warnings and infos are never of class invalid but for duties', () => {
    for (const code of codes) {
      const definition = definitionOf(code);
      if (definition.severity === 'info') expect(definition.class, code).toBe('indeterminate');
      if (definition.severity === 'warning' && definition.class === 'invalid') {
        expect(definition.etsi, code).toBe('CHAIN_CONSTRAINTS_FAILURE');
      }
    }
  });
});
