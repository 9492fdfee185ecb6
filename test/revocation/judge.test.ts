/**
 * Judgements that ask about each other: an authority whose distribution point names a CRL signer that it certified itself. While
 * the authority is judged the signer can only be judged as far as nothing is known of the authority.
 */
import { describe, expect, it } from 'vitest';
import { type IndexedCrl, indexCrl } from '../../src/revocation/index-crl.js';
import type { Issued } from '../../src/stand-in/certificate.js';
import type { CrlInput } from '../../src/stand-in/crl.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { ask, snapshotOf } from './support.js';

const root = authority('CN=Root');
const uri = 'http://ca.example/crl';
/** The authority's own CRL, for its delegates only. */
const aboutDelegates: Partial<CrlInput> = { issuingDistributionPoint: { fullName: [{ uri }] } };
const indirect: Partial<CrlInput> = { issuingDistributionPoint: { indirectCRL: true } };
const namingDelegate = { crlDistributionPoints: [{ crlIssuer: 'CN=Delegate' }] };

const delegateOf = (own: Issued): Issued =>
  endEntity(own, {
    subject: 'CN=Delegate',
    extensions: { keyUsage: ['cRLSign'], crlDistributionPoints: [uri] },
  });

/** What is said of an end entity of the authority and of the authority, `now` in 2033, at a day of 2020. */
function judge(own: Issued, delegate: Issued, crls: (Uint8Array | IndexedCrl)[]) {
  const leaf = endEntity(own, { serialNumber: 5, extensions: namingDelegate }).certificate;
  return ask(
    snapshotOf({ anchors: [root.certificate], intermediates: [own.certificate, delegate.certificate], crls }),
    leaf,
    { at: at('2020-01-05'), now: at('2033-01-01') },
    { mode: 'require', provenBy: at('2020-06-01') },
  );
}

const statusesOf = ({ reports }: ReturnType<typeof judge>) => reports.map(({ status }) => status);

describe.each([
  ['is judged by the root alone', {}],
  ['names its own delegate for itself as well', namingDelegate],
])('an authority that %s', (_, extensions) => {
  const own = authority('CN=Own', { issuer: root, serialNumber: 10, extensions });
  const delegate = delegateOf(own);
  // Nothing shows that the CRL about the delegate is older than a compromise; its own CRL is shown to be.
  const ofOwn = crlOf(own, '2020-01-01', [], aboutDelegates);
  const ofDelegate = { ...indexCrl(crlOf(delegate, '2020-01-01', [], indirect)), existedBy: at('2020-02-15') };

  it('and was compromised later takes its delegate with it', () => {
    const listed = [{ serialNumber: 10, revocationDate: day('2021-01-01'), reason: 'keyCompromise' as const }];
    const ofRoot = crlOf(root, '2025-01-01', listed, { nextUpdate: day('2040-01-01') });
    const answer = judge(own, delegate, [ofRoot, ofOwn, ofDelegate]);
    expect(statusesOf(answer)).toEqual(['unknown', 'good']);
    expect(answer.codes).toContain('revocation_unknown');
  });

  it('and was not is vouched for by the root, and its delegate by it', () => {
    const answer = judge(own, delegate, [quietCrl(root), ofOwn, ofDelegate]);
    expect([answer.status, ...statusesOf(answer)]).toEqual(['valid', 'good', 'good']);
  });
});

it('a long history about an authority does not use up what may be asked about its delegate', () => {
  const own = authority('CN=Own', { issuer: root, serialNumber: 10, extensions: namingDelegate });
  const delegate = delegateOf(own);
  const history = Array.from({ length: 280 }, (_, number) => {
    const thisUpdate = new Date(Date.parse('2020-01-01') + number * 86_400_000).toISOString().slice(0, 10);
    return crlOf(delegate, thisUpdate, [], { ...indirect, crlNumber: number + 1 });
  });
  const answer = judge(own, delegate, [quietCrl(root), crlOf(own, '2020-01-01', [], aboutDelegates), ...history]);
  expect([answer.status, ...statusesOf(answer)]).toEqual(['valid', 'good', 'good']);
});
