/**
 * The store's port: what the service keeps, whatever keeps it. CRLs are evidence and never deleted; every attempt,
 * import and refusal is in a log that only grows and whose entries are chained by hash (REVOCATION.md, "Keep").
 * The store holds and finds; it judges nothing: whether a CRL is accepted, and whether it becomes the current one, is
 * decided by the caller, inside the store's transaction so that two replicas cannot decide on the same state.
 * Times are milliseconds since 1970, hashes lower-case hexadecimal SHA-256, CRL numbers decimal.
 */

export type Provenance = 'fetched' | 'imported' | 'harvested' | 'posted';

/** `archived`: good evidence that was never the current one when it came. `quarantined`: dated in the future. */
export type CrlState = 'accepted' | 'archived' | 'quarantined';

export interface AuthorityRecord {
  readonly catalogue: string;
  readonly authority: string;
  readonly sha256: string;
  readonly der: Uint8Array;
  readonly provenance: Provenance;
  readonly addedAt: number;
}

/** What a CRL says of itself and of whom it speaks. */
export interface CrlFacts {
  readonly issuer: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the key that signed it. */
  readonly issuerKey: string;
  /** The catalogue's authority whose certificates it covers, where it is one. */
  readonly catalogue?: string;
  readonly authority?: string;
  /** SHA-256 of the issuing distribution point extension's value, '' where there is none. */
  readonly scope: string;
  readonly kind: 'base' | 'delta';
  readonly number?: string;
  readonly baseNumber?: string;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly entries: number;
}

export interface CrlPlacement {
  readonly state: CrlState;
  readonly current: boolean;
  /** Issued after its signer's notAfter: it proves revocation, never goodness. */
  readonly revocationOnly: boolean;
  /** Codes of what was found odd, e.g. `crl_number_reused`. */
  readonly notes: readonly string[];
}

export interface CrlRecord extends CrlFacts, CrlPlacement {
  readonly sha256: string;
  readonly size: number;
  readonly provenance: Provenance;
  readonly url?: string;
  readonly addedAt: number;
}

/** What is held of the same issuer, key, scope and kind, as the transaction sees it. */
export interface CrlRivals {
  readonly same?: CrlRecord;
  readonly current?: CrlRecord;
  /** Other CRLs with the same number. */
  readonly sameNumber: readonly CrlRecord[];
}

export interface NewCrl {
  readonly bytes: Uint8Array;
  readonly facts: CrlFacts;
  readonly provenance: Provenance;
  readonly url?: string;
  readonly at: number;
}

/** Decides on a CRL; `unchanged` leaves what is held as it is. Called inside the transaction; must not wait. */
export type JudgeCrl = (rivals: CrlRivals) => CrlPlacement | 'unchanged';

export interface AddedCrl {
  readonly change: 'added' | 'moved' | 'unchanged';
  readonly record: CrlRecord;
}

export interface CrlFilter {
  readonly catalogue?: string;
  readonly authority?: string;
  readonly issuerKey?: string;
  readonly current?: boolean;
  readonly state?: CrlState;
}

/** What is known of a URL that is fetched. `failures` counts those since the last success. */
export interface UrlState {
  readonly url: string;
  readonly etag?: string;
  readonly lastModified?: string;
  /** The CRL that it last gave. */
  readonly sha256?: string;
  readonly lastAttempt?: number;
  readonly lastSuccess?: number;
  /** The last answer that was not a 304. */
  readonly lastFull?: number;
  readonly failures: number;
  readonly outcome?: string;
}

/** A distribution point of a certificate with a verified path to a pinned authority. */
export interface KnownUrl {
  readonly url: string;
  readonly issuerKey: string;
  readonly catalogue?: string;
  readonly authority?: string;
  readonly addedAt: number;
}

export interface NotedCertificate {
  /** SHA-256 over issuer key and serial number. */
  readonly id: string;
  readonly notAfter: number;
}

/** A log entry's content: plain data, written as JSON with sorted keys. No personal data, no bytes of strangers. */
export type LogBody = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface LogEntry {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly body: string;
  readonly previous: string;
  readonly hash: string;
}

export interface Store {
  readonly engine: 'sqlite' | 'postgres';

  authorities(): Promise<AuthorityRecord[]>;
  /** False where exactly these bytes are held for the authority already. Logged. */
  putAuthority(record: AuthorityRecord): Promise<boolean>;

  /**
   * Durable when it resolves: the bytes first, then the row. Logged when anything changed. Bytes that are held, but were
   * altered or lost, are put in again.
   */
  addCrl(crl: NewCrl, judge: JudgeCrl): Promise<AddedCrl>;
  /** Ordered by thisUpdate. */
  crls(filter?: CrlFilter): Promise<CrlRecord[]>;
  crl(sha256: string): Promise<CrlRecord | undefined>;
  /** Checked against the hash; a StoreError `corrupt` where they differ or are gone. Undefined: no such CRL is held. */
  crlBytes(sha256: string): Promise<Uint8Array | undefined>;

  urlState(url: string): Promise<UrlState | undefined>;
  urlStates(): Promise<UrlState[]>;
  /** Marks an attempt before it is made: one that dies half-way counts as failed, so that no replica asks at once again. */
  beginAttempt(url: string, at: number): Promise<void>;
  /** Records how an attempt ended, with its log entry, in one transaction. */
  endAttempt(state: UrlState, at: number, log: LogBody): Promise<void>;
  knownUrls(): Promise<KnownUrl[]>;
  /** False where it is known already, or the issuer has too many. */
  addKnownUrl(url: KnownUrl): Promise<boolean>;

  /**
   * Remembers until when a certificate lives that was verified; stored as a hash of issuer key and serial number, and
   * forgotten some time after it expired.
   */
  noteCertificate(issuerKey: string, serial: string, notAfter: number, now: number): Promise<void>;
  notedCertificates(): Promise<NotedCertificate[]>;
  /** Those of the serial numbers (hexadecimal) whose certificates are known to live at that time. */
  unexpired(issuerKey: string, serials: readonly string[], at: number): Promise<string[]>;

  appendLog(kind: string, body: LogBody, at: number): Promise<LogEntry>;
  log(after: number, limit: number): Promise<LogEntry[]>;
  /** The last entry of a kind. */
  lastLog(kind: string): Promise<LogEntry | undefined>;
  logHead(): Promise<{ readonly seq: number; readonly hash: string }>;

  /** By the database's clock where it has one, so that replicas with differing clocks agree. */
  acquireLease(name: string, owner: string, milliseconds: number): Promise<boolean>;
  releaseLease(name: string, owner: string): Promise<void>;

  /** Grows with every authority and CRL; equal means that a snapshot is up to date. */
  version(): Promise<number>;
  /** Puts in what another store held (transfer.ts); knows no judgement. */
  restore(item: RestoreItem): Promise<boolean>;
  close(): Promise<void>;
}

export type RestoreItem =
  | { readonly type: 'authority'; readonly record: AuthorityRecord }
  | { readonly type: 'crl'; readonly record: CrlRecord; readonly bytes: Uint8Array }
  | { readonly type: 'url'; readonly state: UrlState }
  | { readonly type: 'known'; readonly url: KnownUrl }
  | { readonly type: 'certificate'; readonly noted: NotedCertificate }
  | { readonly type: 'log'; readonly entry: LogEntry };

export type StoreErrorCode =
  | 'folder_missing'
  | 'folder_not_writable'
  | 'schema_newer'
  | 'unavailable'
  | 'corrupt'
  | 'import_invalid';

/** The store cannot do its work; the message says what to do about it. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

/** What is held was altered or lost; other failures say nothing about it. */
export const isCorrupt = (error: unknown): boolean => error instanceof StoreError && error.code === 'corrupt';
