/** Duties of CRL issuers (RFC 5280 §5), each broken alone, and the finding that says so. */
import { describe, expect, it } from 'vitest';
import { brokenDuties, dutyFindings } from '../../src/revocation/crl-conformance.js';
import { asn1, type CrlInput, issueCrl } from '../../src/stand-in/index.js';
import { parseCrl } from '../../src/x509/crl.js';
import { authority, day } from './pki.js';

const root = authority('CN=Root');

/** A CRL without fault, but for what is changed. */
function broken({ nextUpdate = day('2020-01-11'), ...change }: Partial<CrlInput> & { endless?: boolean }) {
  const { endless, ...rest } = change;
  const end = endless === true ? {} : { nextUpdate };
  const list = parseCrl(issueCrl({ issuer: root, thisUpdate: day('2020-01-01'), ...end, ...rest }));
  if (!list.ok) throw new Error(`expected ${list.expected}, found ${list.found}`);
  return brokenDuties(list.value);
}

const number = (octets: number) => (1n << BigInt(8 * octets - 1)) - 1n;
const raw = (oid: string, critical: boolean, value: Uint8Array) => ({ other: [{ oid, critical, value }] });

describe('each alone', () => {
  it.each<[string, Parameters<typeof broken>[0], string[]]>([
    ['none', {}, []],
    ['nextUpdate absent', { endless: true }, ['it has no nextUpdate (§5.1.2.5)']],
    ['nextUpdate earlier', { nextUpdate: day('2019-12-31') }, ['its nextUpdate is before its thisUpdate (§5.1.2.5)']],
    ['nextUpdate the same moment', { nextUpdate: day('2020-01-01') }, []],
    ['version 1', { version: 1 }, ['it is of version 1 (§5.1.2.1)']],
    ['no number', { crlNumber: false }, ['it has no cRLNumber (§5.2.3)']],
    ['a number of 20 octets', { crlNumber: number(20) }, []],
    ['of 21', { crlNumber: number(21) }, ['its cRLNumber has more than 20 octets (§5.2.3)']],
    ['no key identifier', { authorityKeyIdentifier: false }, ['it has no authorityKeyIdentifier (§5.2.1)']],
    ['no issuer', { issuerName: '' }, ['its issuer is empty (§5.1.2.3)']],
    [
      'a critical number',
      { crlNumber: false, ...raw('2.5.29.20', true, asn1.integer(1)) },
      ['its cRLNumber is critical (§5.2)'],
    ],
    [
      'a scope that is not critical',
      raw('2.5.29.28', false, asn1.sequence(asn1.contextPrimitive(1, new Uint8Array([0xff])))),
      ['its issuingDistributionPoint is not critical (§5.2)'],
    ],
    ['a base that is not', raw('2.5.29.27', false, asn1.integer(1)), ['its deltaCRLIndicator is not critical (§5.2)']],
    ['both critical', { baseCrlNumber: 1, issuingDistributionPoint: { onlyContainsUserCerts: true } }, []],
  ])('%s', (_, change, duties) => {
    expect(broken(change)).toEqual(duties);
  });
});

it('a warning, an error under strict conformance, one for each', () => {
  const [first, second] = broken({ crlNumber: false, authorityKeyIdentifier: false }) as [string, string];
  expect(dutyFindings([first, second], false, 3)).toMatchObject([
    { code: 'crl_conformance', severity: 'warning', certificate: 3, params: { detail: first } },
    { code: 'crl_conformance', severity: 'warning', certificate: 3, params: { detail: second } },
  ]);
  expect(dutyFindings([first], true)).toMatchObject([{ code: 'crl_conformance', severity: 'error' }]);
});
