/**
 * Mutated certificates, in every place that takes one: the end entity, an intermediate, an anchor, the bytes to inspect.
 * Expected is an answer, and that nothing whose signed bytes were changed is ever called valid.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTrust, inspectCertificate, verifyCertificate } from '../../src/index.js';
import { parseCertificate } from '../../src/x509/certificate.js';
import { countersOf } from '../support/counters.js';
import { spendAll } from './budgets.js';
import { ownSubjects, subjects } from './corpus.js';
import { type Mutation, mutateDer, mutations } from './mutations.js';
import { allowedGrowth, heapInUse, options } from './runs.js';

const minutes = 60_000;
const mutated = (der: Uint8Array, list: Mutation[]) => list.reduce(mutateDer, der);
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** The octets that the signature is over; undefined where they cannot be told. */
function signedBytes(der: Uint8Array): Uint8Array | undefined {
  const certificate = parseCertificate(der);
  return certificate.ok ? certificate.value.tbs : undefined;
}

function unchanged(original: Uint8Array, now: Uint8Array): boolean {
  const [before, after] = [signedBytes(original), signedBytes(now)];
  return before !== undefined && after !== undefined && same(before, after);
}

describe('the corpus', () => {
  test('of the stand-in is valid as it is, so that a mutation is what makes it invalid', () => {
    for (const { what, request, trust, time } of ownSubjects) {
      const { status, findings } = verifyCertificate(request, trust, time);
      expect({ what, status, head: findings[0]?.message }).toMatchObject({ what, status: 'valid' });
    }
  });

  test('needs its intermediate and its CRL', () => {
    for (const { request, trust, time } of ownSubjects) {
      expect(verifyCertificate({ ...request, intermediates: [] }, trust, time).status).toBe('indeterminate');
      expect(verifyCertificate({ ...request, crls: [] }, trust, time).status).toBe('indeterminate');
    }
  });
});

describe('mutated certificates', () => {
  test(
    'as end entity: an answer, and never valid when the signed bytes differ; the heap stays as it was',
    () => {
      let count = 0;
      let readable = 0;
      let settled = 0;
      fc.assert(
        fc.property(fc.constantFrom(...subjects), mutations, (subject, list) => {
          const { request, trust, time } = subject;
          const certificate = mutated(request.certificate, list);
          const verdict = verifyCertificate({ ...request, certificate }, trust, time);
          if (verdict.status === 'valid' && !unchanged(request.certificate, certificate)) {
            throw new Error(`${subject.what} is valid although its signed bytes were changed`);
          }
          if (signedBytes(certificate) !== undefined) readable++;
          if (++count === Math.floor(options(0.6).numRuns / 4)) settled = heapInUse();
        }),
        options(0.6),
      );
      // The mutations reach beyond the reader: about one in ten does, in a thousand never fewer than one in fifty.
      expect(readable / count).toBeGreaterThan(0.02);
      expect(heapInUse() - settled).toBeLessThan(allowedGrowth);
    },
    4 * minutes,
  );

  test(
    'as intermediate: nothing but the certificate as it was signed makes a path',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...ownSubjects), mutations, ({ request, trust, time, needed }, list) => {
          const original = needed.intermediate ?? new Uint8Array();
          const intermediate = mutated(original, list);
          const verdict = verifyCertificate({ ...request, intermediates: [intermediate] }, trust, time);
          if (verdict.status === 'valid' && !unchanged(original, intermediate)) {
            throw new Error('a path leads over an authority whose signed bytes were changed');
          }
        }),
        options(0.1),
      );
    },
    4 * minutes,
  );

  test(
    'as anchor and under inspection: an answer',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...subjects), mutations, ({ request, time }, list) => {
          const anchor = mutated(request.intermediates?.[0] ?? request.certificate, list);
          const trust = createTrust({ anchors: [anchor], timestampAuthorities: [anchor] });
          expect(trust.refused.length === 0).toBe(inspectCertificate(anchor, trust).readable);
          verifyCertificate(request, trust, time);
        }),
        options(0.05),
      );
    },
    4 * minutes,
  );

  test(
    'no counter of a budget passes its limit',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...subjects), mutations, fc.boolean(), (subject, list, leaf) => {
          const [first = new Uint8Array(), ...rest] = subject.request.intermediates ?? [];
          const certificate = leaf ? mutated(subject.request.certificate, list) : subject.request.certificate;
          const intermediates = leaf ? [first, ...rest] : [mutated(first, list), ...rest];
          const budget = spendAll({ ...subject.request, certificate, intermediates }, subject.trust, subject.time);
          for (const { kind, spent, limit } of budget === undefined ? [] : countersOf(budget)) {
            expect(spent, kind).toBeLessThanOrEqual(limit);
          }
        }),
        options(0.05),
      );
    },
    4 * minutes,
  );
});
