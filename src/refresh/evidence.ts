/**
 * What a store holds as material for a snapshot. Each CRL is read and indexed once for the life of the process, however often
 * the snapshot is made anew. Of each line (issuer, scope, kind) only the latest stay whole; older ones are compacted as they
 * come from the store, so that ten years of CRLs never lie in memory together. What is quarantined stays out. The store's log
 * shows by when a CRL existed.
 */
import { setImmediate } from 'node:timers/promises';
import type { HeldCrl } from '../revocation/held-crl.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import { type SettledCrl, type Steps, TimelineBuilder } from '../revocation/timeline.js';
import type { CrlRecord, Store } from '../store/port.js';
import { parseCrl } from '../x509/crl.js';
import { type CrlIndexer, indexHere } from './deps.js';

export interface Evidence {
  readonly authorities: Uint8Array[];
  /** Whole, with their octets. */
  readonly crls: IndexedCrl[];
  /** Compacted: their octets are in the store. */
  readonly history: HeldCrl[];
}

export interface EvidenceOptions {
  readonly indexer?: CrlIndexer;
  /** CRLs of one line that stay whole; Infinity: all. Default 8. */
  readonly whole?: number;
  /** A CRL with more octets stays whole: a timeline takes several times its memory while it is made. Default 8 MiB. */
  readonly largest?: number;
}

export function createEvidenceReader(store: Store, options: EvidenceOptions = {}): () => Promise<Evidence> {
  const { indexer = indexHere, whole = 8, largest = 8 * 1024 * 1024 } = options;
  const indexed = new Map<string, IndexedCrl>();
  const compacted = new Map<string, HeldCrl>();
  /** Those that cannot be compacted: nobody known signed them, or they speak for several authorities. */
  const refused = new Set<string>();

  return async () => {
    const authorities = (await store.authorities()).map(({ der }) => der);
    const crls: IndexedCrl[] = [];
    const records = (await store.crls()).filter(({ state }) => state !== 'quarantined');
    for (const line of linesOf(records.filter(({ sha256 }) => !compacted.has(sha256)))) {
      const former = line.slice(0, -1).filter(({ sha256, size }) => size <= largest && !refused.has(sha256));
      if (former.length >= whole) await compact(former, authorities);
      for (const record of line) {
        if (compacted.has(record.sha256)) continue;
        const crl = indexed.get(record.sha256) ?? (await read(record, authorities));
        if (crl === undefined) continue;
        indexed.set(record.sha256, crl);
        crls.push(crl);
      }
    }
    return { authorities, crls, history: [...compacted.values()] };
  };

  async function read({ sha256, addedAt }: CrlRecord, signers: Uint8Array[]): Promise<IndexedCrl | undefined> {
    const der = await store.crlBytes(sha256);
    return der === undefined ? undefined : { ...(await indexer(der, signers, 'given')), existedBy: addedAt };
  }

  async function compact(records: readonly CrlRecord[], signers: Uint8Array[]): Promise<void> {
    let builder = new TimelineBuilder();
    let taken: string[] = [];
    const finish = async (): Promise<void> => {
      const held = await inTurns(builder.finish());
      for (const crl of held ?? []) compacted.set(crl.sha256, crl);
      for (const sha256 of taken) held === undefined ? refused.add(sha256) : indexed.delete(sha256);
      builder = new TimelineBuilder();
      taken = [];
    };
    for (const record of records) {
      const crl = settled(indexed.get(record.sha256) ?? (await read(record, signers)));
      if (crl === undefined) {
        refused.add(record.sha256);
        continue;
      }
      if (!(await inTurns(builder.add(crl)))) {
        await finish();
        if (!(await inTurns(builder.add(crl)))) {
          refused.add(record.sha256);
          continue;
        }
      }
      taken.push(record.sha256);
    }
    await finish();
  }
}

/** Others get their turn after each step, and at the end. */
async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    await setImmediate();
    if (step.done) return step.value;
  }
}

/** By issuer, scope and kind, oldest first as the store gives them. */
function linesOf(records: readonly CrlRecord[]): CrlRecord[][] {
  const lines = new Map<string, CrlRecord[]>();
  for (const record of records) {
    const key = `${record.issuerKey} ${record.scope} ${record.kind}`;
    const line = lines.get(key);
    if (line === undefined) lines.set(key, [record]);
    else line.push(record);
  }
  return [...lines.values()];
}

function settled(indexed: IndexedCrl | undefined): SettledCrl | undefined {
  if (indexed?.verifiedKeys === undefined || indexed.issuerEntries.length > 0) return undefined;
  const list = parseCrl(indexed.der);
  return list.ok ? { indexed, list: list.value, verifiedKeys: indexed.verifiedKeys } : undefined;
}
