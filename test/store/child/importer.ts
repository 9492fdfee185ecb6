/** Child of crash.test.ts: puts CRLs of growing size into a store and says of each when it was acknowledged. */
import { createHash } from 'node:crypto';
import { openStore } from '../../../src/store/open.js';

export interface ImporterInput {
  readonly folder: string;
  readonly seed: number;
  readonly count: number;
  readonly largest: number;
}

process.once('message', async (input: ImporterInput) => {
  const store = await openStore({ folder: input.folder });
  for (let i = 0; i < input.count; i++) {
    const number = input.seed * 1_000 + i;
    const size = 1_000 + Math.floor((input.largest * ((number * 7_919) % 101)) / 101);
    const bytes = Buffer.alloc(size, createHash('sha512').update(String(number)).digest());
    const facts = {
      issuer: 'CN=a',
      issuerKey: 'k',
      scope: '',
      kind: 'base',
      number: String(number),
      thisUpdate: number,
      entries: 0,
    } as const;
    const { record } = await store.addCrl({ bytes, facts, provenance: 'imported', at: number }, () => ({
      state: 'accepted',
      current: true,
      revocationOnly: false,
      notes: [],
    }));
    process.send?.({ acknowledged: record.sha256 });
  }
  process.send?.({ done: true });
});
