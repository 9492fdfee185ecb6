/**
 * RFC 5280 §6.3.3 (b), (d), (e), (i) to (l) written once more and plainly, over data instead of octets, and held against what the
 * verifier says about real certificates and CRLs of every scope. Deltas, times and signers are left to the other tests.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/stand-in/certificate.js';
import type { DistributionPointInput, GeneralNameInput, ReasonFlag } from '../../src/stand-in/index.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { ask, snapshotOf } from './support.js';

type Place = 'a' | 'b' | 'issuer' | 'delegate';

interface Point {
  names: Place[];
  reasons: ReasonFlag[] | undefined;
  delegated: boolean;
}

interface List {
  delegate: boolean;
  scope:
    | {
        names: Place[];
        only: 'user' | 'ca' | 'attribute' | undefined;
        reasons: ReasonFlag[] | undefined;
        indirect: boolean;
      }
    | undefined;
  /** The serial number is listed, and for whom. */
  listed: 'nobody' | 'own' | 'issuer';
}

const all: ReasonFlag[] = [
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
];
const [some, rest] = [all.slice(0, 3), all.slice(3)];

/** What §6.3.3 says. Every CRL is looked at, also where those before it cover all reasons. */
function reference(points: Point[], lists: List[], isAuthority: boolean): 'good' | 'revoked' | 'unknown' {
  const implicit: Point = { names: ['issuer'], reasons: undefined, delegated: false };
  const mask = new Set<ReasonFlag>();
  let revoked = false;
  for (const point of [...points, implicit]) {
    for (const { delegate, scope, listed } of lists) {
      // (b)(1)
      if (point.delegated ? !(delegate && scope?.indirect) : delegate) continue;
      // (b)(2)(i)
      if (scope !== undefined && scope.names.length > 0) {
        const asked: Place[] = point.names.length > 0 ? point.names : ['delegate'];
        if (!scope.names.some((name) => asked.includes(name))) continue;
      }
      // (ii) to (iv)
      if (scope?.only === 'user' && isAuthority) continue;
      if (scope?.only === 'ca' && !isAuthority) continue;
      if (scope?.only === 'attribute') continue;
      // (d), (e)
      const interim = all.filter(
        (reason) => (point.reasons ?? all).includes(reason) && (scope?.reasons ?? all).includes(reason),
      );
      if (interim.length === 0) continue;
      // (j): an entry without certificateIssuer is about certificates of the CRL's issuer.
      if (listed === 'issuer' || (listed === 'own' && !delegate)) revoked = true;
      for (const reason of interim) mask.add(reason);
    }
  }
  if (revoked) return 'revoked';
  return mask.size === all.length ? 'good' : 'unknown';
}

const root = authority('CN=Root');
const ca = authority('CN=CA', { issuer: root });
const delegate = endEntity(root, { subject: 'CN=Delegate', extensions: { keyUsage: ['cRLSign'] } });
const dates = { notBefore: day('2014-01-01'), notAfter: day('2034-01-01') };
const { keys } = endEntity(ca);
const serialNumber = 5;

const generalNames: Record<Place, GeneralNameInput> = {
  a: { uri: 'http://a.example/crl' },
  b: { directory: 'CN=b' },
  issuer: { directory: 'CN=CA' },
  delegate: { directory: 'CN=Delegate' },
};
const fullName = (names: Place[]) => (names.length === 0 ? {} : { fullName: names.map((name) => generalNames[name]) });
const withReasons = <K extends string>(key: K, reasons: ReasonFlag[] | undefined) =>
  (reasons === undefined ? {} : { [key]: reasons }) as Partial<Record<K, ReasonFlag[]>>;

function certificateWith(points: Point[], isAuthority: boolean): Uint8Array {
  const crlDistributionPoints = points.map(
    ({ names, reasons, delegated }): DistributionPointInput => ({
      ...fullName(names),
      ...withReasons('reasons', reasons),
      ...(delegated ? { crlIssuer: 'CN=Delegate' } : {}),
    }),
  );
  return issueCertificate({
    subject: 'CN=Subject',
    issuer: ca,
    keys,
    serialNumber,
    ...dates,
    extensions: {
      keyUsage: ['digitalSignature'],
      ...(isAuthority ? { basicConstraints: { ca: true } } : {}),
      ...(points.length === 0 ? {} : { crlDistributionPoints }),
    },
  }).certificate;
}

function crlWith({ delegate: delegated, scope, listed }: List, crlNumber: number): Uint8Array {
  const entry = { serialNumber, revocationDate: day('2019-12-01') };
  const entries =
    listed === 'nobody' ? [] : [listed === 'own' ? entry : { ...entry, certificateIssuer: 'CN=CA' as const }];
  const issuingDistributionPoint =
    scope === undefined
      ? undefined
      : {
          ...fullName(scope.names),
          ...(scope.only === 'user' ? { onlyContainsUserCerts: true } : {}),
          ...(scope.only === 'ca' ? { onlyContainsCACerts: true } : {}),
          ...(scope.only === 'attribute' ? { onlyContainsAttributeCerts: true } : {}),
          ...withReasons('onlySomeReasons', scope.reasons),
          ...(scope.indirect ? { indirectCRL: true } : {}),
        };
  return crlOf(delegated ? delegate : ca, '2020-01-01', entries, {
    crlNumber,
    ...(issuingDistributionPoint === undefined ? {} : { issuingDistributionPoint }),
  });
}

const reasons = fc.option(fc.constantFrom(some, rest), { nil: undefined, freq: 2 });
const point: fc.Arbitrary<Point> = fc
  .record({ names: fc.subarray<Place>(['a', 'b']), reasons, delegated: fc.boolean() })
  .filter(({ names, delegated }) => names.length > 0 || delegated);
const list: fc.Arbitrary<List> = fc.record({
  delegate: fc.boolean(),
  scope: fc.option(
    fc.record({
      names: fc.oneof(fc.constant<Place[]>([]), fc.subarray<Place>(['a', 'b', 'issuer', 'delegate'], { maxLength: 2 })),
      only: fc.constantFrom(undefined, undefined, undefined, 'user' as const, 'ca' as const, 'attribute' as const),
      reasons,
      indirect: fc.boolean(),
    }),
    { nil: undefined, freq: 5 },
  ),
  listed: fc.constantFrom('nobody' as const, 'nobody' as const, 'own' as const, 'issuer' as const),
});

describe('the scope of CRLs, by chance', () => {
  it('is what §6.3.3 says, and all three answers come up', () => {
    const seen = { good: 0, revoked: 0, unknown: 0 };
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 2 }),
        fc.array(list, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (points, lists, isAuthority) => {
          const snapshot = snapshotOf({
            anchors: [root.certificate],
            intermediates: [ca.certificate, delegate.certificate],
            crls: [quietCrl(root), ...lists.map(crlWith)],
          });
          const time = { at: at('2020-01-05'), now: at('2020-01-05') };
          const answer = ask(snapshot, certificateWith(points, isAuthority), time).reports[0]?.status;
          const expected = reference(points, lists, isAuthority);
          seen[expected]++;
          expect(answer).toBe(expected);
        },
      ),
      { numRuns: 300 },
    );
    for (const [status, count] of Object.entries(seen)) expect(count, status).toBeGreaterThan(15);
  });
});
