/** A compacted history answers as the CRLs themselves do, and takes the memory of one of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPaths } from '../../src/path/build.js';
import { checkRevocation } from '../../src/revocation/check.js';
import { CrlEvidence } from '../../src/revocation/evidence.js';
import { indexCrl } from '../../src/revocation/index-crl.js';
import { type CrlEntryInput, issueLargeCrl } from '../../src/stand-in/crl.js';
import { at, authority, crlOf, day, endEntity, quietCrl } from './pki.js';
import { contextOf, snapshotOf } from './support.js';

const root = authority('CN=Root');
const ca = authority('CN=Issuing CA', { issuer: root });
const serials = [70, 71, 72, 73];
const leaves = serials.map((serialNumber) => endEntity(ca, { serialNumber }));
const rootCrl = quietCrl(root);
const interval = 10 * 86_400_000;
const dateOf = (index: number) => new Date(at('2020-01-01') + index * interval);

describe('compaction', () => {
  it('changes no answer, at any time', () => {
    const entry = fc.record({
      serialNumber: fc.constantFrom(...serials),
      revocationDate: fc.integer({ min: 0, max: 14 }).map(dateOf),
      reason: fc.constantFrom('certificateHold' as const, 'keyCompromise' as const, 'superseded' as const),
    });
    const history = fc.array(fc.array(entry, { maxLength: 3 }), { minLength: 12, maxLength: 14 });
    fc.assert(
      fc.property(history, fc.integer({ min: -1, max: 15 }), (lists, asked) => {
        const crls = lists.map((entries, index) => crlOf(ca, dateOf(index).toISOString(), entries as CrlEntryInput[]));
        const { store, evidence } = snapshotOf({
          anchors: [root.certificate],
          intermediates: [ca.certificate],
          crls: [rootCrl, ...crls],
        });
        const compacted = new CrlEvidence([rootCrl, ...crls].map(indexCrl), store);
        expect(compacted.hashes().sort()).toEqual(evidence.hashes().sort());
        for (const leaf of leaves) {
          const known = store.read(leaf.certificate);
          if (!known.ok) throw new Error('unreadable');
          const context = contextOf(
            { store, evidence },
            { at: dateOf(asked).getTime() + 3_600_000, now: at('2030-01-01') },
          );
          const [path] = [...buildPaths(known.value, context)];
          if (path === undefined) throw new Error('no path');
          const options = { mode: 'require' } as const;
          expect(checkRevocation(path, context, compacted, options)).toEqual(
            checkRevocation(path, context, evidence, options),
          );
        }
      }),
      { numRuns: 25 },
    );
  });

  it('keeps CRLs whose signature fits no known key, and CRLs that speak for several authorities, as they are', () => {
    const stranger = authority('CN=Issuing CA', { issuer: root });
    const signedByOther = Array.from({ length: 10 }, (_, index) => crlOf(stranger, dateOf(index).toISOString()));
    const { store } = snapshotOf({ anchors: [root.certificate], intermediates: [ca.certificate], crls: [] });
    const evidence = new CrlEvidence(signedByOther.map(indexCrl), store);
    expect(evidence.all().every(({ verifiedKeys }) => verifiedKeys === undefined)).toBe(true);
    const indirect = Array.from({ length: 10 }, (_, index) =>
      crlOf(ca, dateOf(index).toISOString(), [
        { serialNumber: 1, revocationDate: day('2020-01-01'), certificateIssuer: 'CN=B' },
      ]),
    );
    const several = new CrlEvidence(indirect.map(indexCrl), store);
    expect(several.all().every(({ verifiedKeys }) => verifiedKeys === undefined)).toBe(true);
  });

  it('leaves large CRLs whole, since nothing else gets a turn here', () => {
    const times = (index: number) => ({ thisUpdate: dateOf(index), nextUpdate: dateOf(index + 1) });
    const large = Array.from({ length: 10 }, (_, index) =>
      issueLargeCrl({ issuer: ca, count: 30_000, revocationDate: day('2019-01-01'), ...times(index) }),
    );
    const { store } = snapshotOf({ anchors: [root.certificate], intermediates: [ca.certificate], crls: [] });
    const held = new CrlEvidence(large.map(indexCrl), store).all();
    expect(held.map(({ list }) => list.der.length > 1024 * 1024)).toEqual(Array(10).fill(true));
  });

  it('holds no octets of what was listed before', () => {
    const many = Array.from({ length: 500 }, (_, serialNumber) => ({
      serialNumber,
      revocationDate: day('2019-01-01'),
    }));
    const crls = Array.from({ length: 40 }, (_, index) => crlOf(ca, dateOf(index).toISOString(), many));
    const { store } = snapshotOf({ anchors: [root.certificate], intermediates: [ca.certificate], crls: [] });
    const evidence = new CrlEvidence(crls.map(indexCrl), store);
    const held = evidence.all();
    expect(held).toHaveLength(40);
    expect(held.filter(({ list }) => list.der.length < 1000)).toHaveLength(39);
    expect(
      held.every(({ entries }) => entries.entryCount === 500 && entries.find(new Uint8Array([77])).length === 1),
    ).toBe(true);
  });
});
