/**
 * What the CRL job works with, and what it tells. It owns no clock and no metrics: the edge gives the one and makes the
 * other from the events.
 */
import type { Guard } from '../net/guard.js';
import { settleSignature } from '../revocation/accept.js';
import { type IndexedCrl, indexCrl } from '../revocation/index-crl.js';
import type { CrlRecord, Store } from '../store/port.js';
import type { Catalogue } from '../trust/catalogue.js';
import type { PlanSettings } from './plan.js';

export interface RefreshDeps {
  readonly store: Store;
  readonly guard: Guard;
  readonly catalogues: readonly Catalogue[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Further certificates (DER) that may turn out to be delegated CRL signers; each is verified before it counts. */
  readonly signers?: readonly Uint8Array[];
  /** A timestamp authority (RFC 3161 over http) that stamps the log's head daily; absent: none does. */
  readonly timestampUrl?: string;
  readonly plan?: PlanSettings;
  /** Indexes CRLs and settles their signatures; absent: in this thread. */
  readonly indexer?: CrlIndexer;
  readonly onEvent?: (event: RefreshEvent) => void;
}

/**
 * Indexes a CRL and looks at its signature once for all, by the keys of `signers` (DER certificates). The edge gives one that
 * does so for large CRLs in a thread of its own. The octets stay with the caller unless it gives them away, which spares a copy.
 */
export type CrlIndexer = (der: Uint8Array, signers: readonly Uint8Array[], given?: 'given') => Promise<IndexedCrl>;

export const indexHere: CrlIndexer = async (der, signers) => settleSignature(indexCrl(der), signers);

/** What a CRL or its publication did that someone should look at. */
export type AlarmCode = 'crl_from_future' | 'crl_number_regressed' | 'crl_number_reused' | 'crl_entry_vanished';

export interface Alarm {
  readonly code: AlarmCode;
  readonly message: string;
}

export type FetchResult = 'new' | 'unchanged' | 'not_modified' | 'archived' | 'quarantined' | 'refused' | 'failed';

export type StampResult =
  | { readonly ok: true; readonly seq: number; readonly genTime: number }
  | { readonly ok: false; readonly reason: string };

export type RefreshEvent =
  | {
      readonly type: 'fetch';
      readonly catalogue: string;
      readonly authority: string;
      readonly url: string;
      readonly result: FetchResult;
      /** Why it failed or was refused. */
      readonly reason?: string;
      readonly milliseconds: number;
      readonly octets: number;
    }
  | (Alarm & { readonly type: 'alarm'; readonly record: CrlRecord; readonly url?: string })
  /** New evidence is in the store: the snapshot should be made anew. */
  | { readonly type: 'stored'; readonly record: CrlRecord }
  | (StampResult & { readonly type: 'stamp' })
  /** A run could not be finished, as when the store is away; the next one tries again. */
  | { readonly type: 'error'; readonly error: unknown };
