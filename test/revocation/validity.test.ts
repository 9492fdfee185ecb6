/** How long a CRL is in force, and when it departs from what its authority published. */
import { describe, expect, it } from 'vitest';
import { inForceUntil, publishedValidityFindings } from '../../src/revocation/validity.js';
import type { CrlInput } from '../../src/stand-in/crl.js';
import { parseCrl } from '../../src/x509/crl.js';
import { at, authority, crlOf, day } from './pki.js';

const ca = authority('CN=CA');

function listOf(nextUpdate: string | undefined, more: Partial<CrlInput> = {}) {
  const end = nextUpdate === undefined ? (undefined as never) : day(nextUpdate);
  const list = parseCrl(crlOf(ca, '2020-01-31', [], { nextUpdate: end, ...more }));
  if (!list.ok) throw new Error(`${list.expected}, ${list.found}`);
  return list.value;
}

describe('a CRL of 31 January', () => {
  it.each<[string | undefined, string | undefined, string]>([
    ['2020-02-10', undefined, '2020-02-10'],
    [undefined, undefined, '2020-02-07'],
    ['2020-02-10', 'ten days', '2020-02-10'],
    [undefined, 'P10D', '2020-02-10'],
    ['2020-02-10T02:00:00Z', 'P10D', '2020-02-10T02:00:00Z'],
    ['2020-02-10T02:00:01Z', 'P10D', '2020-02-10'],
    ['2020-02-01', 'P10D', '2020-02-01'],
    [undefined, 'P1M', '2020-02-29'],
    ['2020-03-01', 'P1M', '2020-03-01'],
    ['2020-03-01T00:00:01Z', 'P1M', '2020-02-29'],
  ])('to %s with a published validity of %s is in force until %s', (nextUpdate, published, until) => {
    expect(inForceUntil(listOf(nextUpdate), published)).toBe(at(until));
  });

  it.each<[string | undefined, string | undefined, string | undefined]>([
    ['2020-02-10', undefined, undefined],
    ['2020-02-10', 'ten days', undefined],
    ['2020-02-10', 'P10D', undefined],
    ['2020-02-10T02:00:00Z', 'P10D', undefined],
    ['2020-02-09T22:00:00Z', 'P10D', undefined],
    ['2020-02-10T02:00:01Z', 'P10D', '10.08 days'],
    ['2020-02-09T21:59:59Z', 'P10D', '9.92 days'],
    ['2020-03-01', 'P1M', undefined],
    ['2020-03-01T00:00:01Z', 'P1M', '30 days'],
    [undefined, 'P10D', 'no end'],
  ])('to %s with a published validity of %s: %s is told', (nextUpdate, published, found) => {
    const findings = publishedValidityFindings(listOf(nextUpdate), published);
    expect(findings.map(({ code, params }) => [code, params])).toEqual(
      found === undefined ? [] : [['crl_validity_not_as_published', { found, published }]],
    );
    expect(publishedValidityFindings(listOf(nextUpdate, { baseCrlNumber: 1 }), published)).toEqual([]);
  });
});
