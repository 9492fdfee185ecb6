/** Mutated CRLs: read, indexed, as evidence of a request and of a snapshot. Never may a changed one prove goodness. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTrust, indexCrl, verifyCertificate } from '../../src/index.js';
import { findEntries } from '../../src/revocation/index-crl.js';
import { parseCrl } from '../../src/x509/crl.js';
import { ownSubjects, subjects } from './corpus.js';
import { type Mutation, mutateDer, mutations } from './mutations.js';
import { allowedGrowth, heapInUse, options } from './runs.js';

const mutated = (der: Uint8Array, list: Mutation[]) => list.reduce(mutateDer, der);
const crls = subjects.flatMap(({ request }) => request.crls ?? []);
const minutes = 60_000;

describe('mutated CRLs', () => {
  test(
    'read and indexed: never an exception, and what is not read is refused by name',
    () => {
      let count = 0;
      let readable = 0;
      let settled = 0;
      fc.assert(
        fc.property(fc.constantFrom(...crls), mutations, (original, list) => {
          const crl = mutated(original, list);
          const parsed = parseCrl(crl);
          const indexed = indexCrl(crl);
          // The index judges the entries too, so it may refuse what the outer reader takes; never the other way round.
          if (indexed.failure === undefined) {
            expect(parsed.ok).toBe(true);
            readable++;
            findEntries(indexed, new Uint8Array([1]));
          } else expect(indexed.failure.expected).not.toBe('');
          if (++count === Math.floor(options(0.1).numRuns / 4)) settled = heapInUse();
        }),
        options(0.1),
      );
      // Else nothing behind the reader would be tried: about one in ten survives, in a thousand never fewer than one in fifty.
      expect(readable / count).toBeGreaterThan(0.02);
      expect(heapInUse() - settled).toBeLessThan(allowedGrowth);
    },
    4 * minutes,
  );

  test(
    'as the evidence that is needed: goodness only by the bytes that were signed',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...ownSubjects), mutations, ({ request, trust, time, needed }, list) => {
          const original = needed.crl ?? new Uint8Array();
          const crl = mutated(original, list);
          const verdict = verifyCertificate({ ...request, crls: [crl] }, trust, time);
          const [before, after] = [parseCrl(original), parseCrl(crl)];
          const same = before.ok && after.ok && Buffer.compare(before.value.tbs, after.value.tbs) === 0;
          if (!same) expect(verdict.status).not.toBe('valid');
        }),
        options(0.08),
      );
    },
    4 * minutes,
  );

  test(
    'in a snapshot: listed in refused exactly where it is unreadable',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...ownSubjects), mutations, ({ request, time, needed }, list) => {
          const crl = indexCrl(mutated(needed.crl ?? new Uint8Array(), list));
          const trust = createTrust({ crls: [crl] });
          expect(trust.refused.map(({ finding }) => finding.code)).toEqual(
            crl.failure === undefined ? [] : ['crl_malformed'],
          );
          verifyCertificate(request, trust, time);
        }),
        options(0.02),
      );
    },
    4 * minutes,
  );
});
