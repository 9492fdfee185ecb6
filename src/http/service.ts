/**
 * What the routes need of the process around them: the clock, the snapshot, what is installed, the CRLs and their job.
 * The wiring makes the real one; the routes never reach past it.
 */
import type { CrlFilter, CrlRecord } from '../store/port.js';
import type { Authority, Catalogue } from '../trust/catalogue.js';
import type { FactDifference } from '../trust/pins.js';
import type { Trust, TrustInput } from '../verify/snapshot.js';
import type { Discovered } from '../verify/types.js';

export interface AuthorityState {
  readonly catalogue: Catalogue;
  readonly authority: Authority;
  /** Absent: its octets are not held. */
  readonly der?: Uint8Array;
  /** Where the certificate says otherwise than what was published. */
  readonly differences: readonly FactDifference[];
  /** Held, and its facts are as published or confirmed by the operator. */
  readonly used: boolean;
}

/** What became of a certificate or CRL that was brought. */
export type Outcome =
  | { readonly ok: true; readonly change: 'added' | 'moved' | 'unchanged'; readonly id: string }
  | { readonly ok: false; readonly problem: 'malformed' | 'refused'; readonly detail: string };

export interface RefreshAnswer {
  /** False: another process was refreshing all the time. */
  readonly ran: boolean;
  /** True when every authority that is not retired has a fresh CRL. */
  readonly fresh: boolean;
  /** Every authority of every catalogue; one without a known URL says so by an empty list. */
  readonly authorities: readonly {
    readonly authority: string;
    readonly catalogue: string;
    readonly name: string;
    readonly state: string;
    readonly urls: readonly string[];
    readonly sha256?: string;
    readonly thisUpdate?: string;
    readonly until?: string;
  }[];
  readonly fetches: readonly {
    readonly authority: string;
    readonly url: string;
    readonly result: string;
    readonly reason?: string;
    readonly message?: string;
    readonly sha256?: string;
    readonly alarms: readonly string[];
  }[];
  readonly nextDue?: string;
}

export interface Readiness {
  readonly ready: boolean;
  /** What is wrong, in words for the operator. A service that is ready may still have something to tell. */
  readonly notes: readonly string[];
}

export interface ObservedFetch {
  readonly authority: string;
  readonly result: string;
  readonly milliseconds: number;
}

export interface Service {
  now(): Date;
  /** The snapshot; a request reads it once. */
  trust(): Trust;
  /** What that snapshot was made of, for evidence; of the same moment as trust() when both are read without waiting. */
  material(): TrustInput;
  authorities(): readonly AuthorityState[];
  /** Installs exactly what a pin names, and nothing else. */
  install(der: Uint8Array, expectedId?: string): Promise<Outcome>;
  crls(filter?: CrlFilter): Promise<readonly CrlRecord[]>;
  crlBytes(sha256: string): Promise<Uint8Array | undefined>;
  /** By the rules of REVOCATION.md, "Accept or refuse". */
  importCrl(bytes: Uint8Array): Promise<readonly Outcome[]>;
  refresh(): Promise<RefreshAnswer>;
  /**
   * Stores what a verdict discovered, and what its certificate tells of CRLs where it has a path; swaps the snapshot when
   * anything is new. Never rejects.
   */
  keep(discovered: Discovered, certificate?: Uint8Array): Promise<void>;
  readiness(): Readiness;
  /** Calls back for every fetch of a CRL, for the metrics. */
  onFetch(listener: (fetch: ObservedFetch) => void): void;
}

/** What the routes are given: the service, and where they count verdicts. */
export interface CountingService extends Service {
  count(kind: 'certificate' | 'message', status: string): void;
}
