/** The rules about time, over observations as data: holds and what lifts them, proofs from several CRLs, why there is none. */
import { describe, expect, it } from 'vitest';
import type { Judgement, Observation } from '../../src/revocation/judge.js';
import { allReasons, holdReason } from '../../src/revocation/scope.js';
import { evaluate } from '../../src/revocation/status.js';

interface Seen {
  /** Its revocationDate, or with a reason. */
  listed?: [date: number, reason?: string, invalidityDate?: number][];
  until?: number;
  reasons?: number;
  partial?: boolean;
  noGoodness?: string;
  expiredCertsOnCRL?: number;
}

const seen = (thisUpdate: number, { listed = [], ...more }: Seen = {}): Observation =>
  ({
    crl: { list: { thisUpdate, expiredCertsOnCRL: more.expiredCertsOnCRL } },
    listed: listed.map(([revocationDate, reason = 'keyCompromise', invalidityDate]) => ({
      revocationDate,
      reason,
      invalidityDate,
    })),
    until: 1_000,
    reasons: allReasons,
    partial: false,
    noGoodness: undefined,
    ...more,
  }) as unknown as Observation;

/** About a certificate that expires at 100. */
function at(time: number, observations: Observation[], notAfter = 100) {
  const place = { path: [{ certificate: { notAfter } }], index: 0 };
  const answer = evaluate({ place, observations } as unknown as Judgement, time);
  const evidence = answer.evidence === undefined ? undefined : observations.indexOf(answer.evidence);
  return { ...answer, evidence };
}

const held = (date: number): Seen => ({ listed: [[date, 'certificateHold']] });

describe('a hold', () => {
  it('lasts from its date until a CRL that would show it does not', () => {
    const observations = [seen(10, held(5)), seen(20, held(5)), seen(30)];
    expect(at(4, observations)).toMatchObject({ status: 'good', because: undefined });
    for (const time of [5, 15, 29]) {
      expect(at(time, observations)).toMatchObject({ status: 'unknown', because: 'hold', evidence: 0 });
      expect(at(time, observations).hold).toMatchObject({ from: 5, until: 30 });
    }
    expect(at(30, observations)).toMatchObject({ status: 'good', evidence: 2, hold: undefined });
    // What came before it does not lift it.
    expect(at(12, [seen(5), seen(10, held(7))]).hold).toMatchObject({ from: 7, until: Number.POSITIVE_INFINITY });
  });

  it.each<[string, Seen, number?]>([
    ['a delta alone', { partial: true }],
    ['one that proves no goodness', { noGoodness: 'why' }],
    ['one that is not about holds', { reasons: allReasons & ~holdReason }],
    ['one after it expired', {}, 19],
  ])('is not lifted by its absence from %s', (_, lifting, notAfter) => {
    const observations = [seen(10, held(5)), seen(20, lifting)];
    expect(at(25, observations, notAfter)).toMatchObject({
      because: 'hold',
      hold: { until: Number.POSITIVE_INFINITY },
    });
  });

  it('is lifted by one that keeps what expired, and that is about holds among others', () => {
    const lifting = seen(20, { expiredCertsOnCRL: 19, reasons: holdReason });
    expect(at(25, [seen(10, held(5)), seen(15), lifting], 19).hold).toBeUndefined();
    expect(at(25, [seen(10, held(5)), lifting], 18).because).toBe('hold');
  });

  it('is what removeFromCRL outside of a delta is taken for', () => {
    const removed: Seen = { listed: [[5, 'removeFromCRL']] };
    expect(at(12, [seen(9), seen(10, removed)]).because).toBe('hold');
    expect(at(12, [seen(9), seen(10, { ...removed, partial: true })])).toMatchObject({ status: 'good', evidence: 0 });
  });
});

describe('a revocation', () => {
  it('is the earliest of all that are listed, by the CRL that says so first', () => {
    const observations = [seen(10, { listed: [[8], [3]] }), seen(20, { listed: [[3, 'superseded']] })];
    for (const order of [observations, [seen(9, { listed: [[6]] }), ...observations]]) {
      expect(at(3, order)).toMatchObject({ status: 'revoked', because: 'revoked', evidence: order.length - 2 });
      expect(at(3, order).revocation).toMatchObject({ from: 3, reason: 'keyCompromise' });
      expect(at(2, order)).toMatchObject({ status: 'good', revocation: { from: 3 } });
    }
  });

  it('has the earliest invalidity date of all', () => {
    const listed = (date: number, invalidity: number): Seen => ({ listed: [[date, 'superseded', invalidity]] });
    const observations = [seen(10, listed(8, 6)), seen(20, listed(9, 4)), seen(30, listed(9, 5))];
    expect(at(3, observations).status).toBe('good');
    expect(at(4, observations)).toMatchObject({ because: 'invalidity', revocation: { from: 8, invalidityDate: 4 } });
  });
});

describe('a proof of goodness', () => {
  const [some, rest] = [0x0e | holdReason, allReasons & ~(0x0e | holdReason)];

  it('takes all reasons together, of what speaks at the time', () => {
    expect(at(50, [seen(10, { reasons: rest }), seen(20, { reasons: some })])).toMatchObject({
      status: 'good',
      evidence: 1,
    });
    expect(at(50, [seen(10, { reasons: some }), seen(20, { reasons: some })])).toMatchObject({
      because: 'reasons',
      evidence: undefined,
    });
    expect(at(50, [seen(10, { reasons: rest, until: 49 }), seen(20, { reasons: some })]).because).toBe('reasons');
    expect(at(50, [seen(10, { reasons: rest, until: 50 }), seen(20, { reasons: some })]).status).toBe('good');
    // Its hold was lifted since: the older CRL still lists it and shows nothing.
    const lifted = [seen(10, { ...held(5), reasons: rest }), seen(20, { reasons: some })];
    expect(at(22, lifted).because).toBe('reasons');
  });

  it('is what is dated at the time asked about, even if it runs to no later time', () => {
    expect(at(50, [seen(50, { until: 0 })]).status).toBe('good');
    expect(at(51, [seen(50, { until: 0 })])).toMatchObject({ because: 'stale', evidence: 0 });
  });

  it('is nothing that lists it later and may not be believed', () => {
    const later: Seen = { listed: [[60]] };
    expect(at(50, [seen(70, later)]).status).toBe('good');
    expect(at(50, [seen(70, { ...later, partial: true })])).toMatchObject({ because: 'nothing', evidence: undefined });
    expect(at(50, [seen(70, { ...later, noGoodness: 'why' })])).toMatchObject({ because: 'unusable', evidence: 0 });
  });
});

describe('without proof', () => {
  it('the reason is the nearest miss', () => {
    expect(at(50, [])).toMatchObject({ status: 'unknown', because: 'nothing', evidence: undefined });
    const refused = seen(30, { noGoodness: 'why' });
    expect(at(50, [seen(20, { until: 40 }), refused])).toMatchObject({ because: 'stale', evidence: 0 });
    expect(at(50, [refused])).toMatchObject({ because: 'unusable', evidence: 0 });
    expect(at(50, [seen(20), seen(30)], 19)).toMatchObject({ because: 'expired', evidence: 1 });
    expect(at(50, [seen(20, { expiredCertsOnCRL: 20 })], 19).because).toBe('expired');
    // It was covered by what listed it, and the CRL that lifted the hold is stale.
    const lifted = [seen(10, held(5)), seen(12, { until: 14 }), seen(18)];
    expect(at(20, lifted, 15)).toMatchObject({ because: 'unusable', evidence: 2 });
  });
});
