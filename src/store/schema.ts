/**
 * The tables as both engines have them: text identifiers, times as milliseconds in 64-bit integers, JSON as text, flags
 * as 0 and 1. Only the type of octets differs, and only in the migrations.
 */

export interface Tables {
  authority: {
    catalogue: string;
    authority: string;
    sha256: string;
    der: Uint8Array;
    provenance: string;
    added_at: number;
  };
  crl: {
    sha256: string;
    size: number;
    issuer: string;
    issuer_key: string;
    catalogue: string | null;
    authority: string | null;
    scope: string;
    kind: string;
    number: string | null;
    base_number: string | null;
    this_update: number;
    next_update: number | null;
    entries: number;
    state: string;
    current: number;
    revocation_only: number;
    notes: string;
    provenance: string;
    url: string | null;
    added_at: number;
  };
  /** Used by PostgreSQL only; SQLite keeps the octets in files. */
  crl_chunk: { sha256: string; position: number; octets: Uint8Array };
  url_state: {
    url: string;
    etag: string | null;
    last_modified: string | null;
    sha256: string | null;
    last_attempt: number | null;
    last_success: number | null;
    last_full: number | null;
    failures: number;
    outcome: string | null;
  };
  known_url: {
    url: string;
    issuer_key: string;
    catalogue: string | null;
    authority: string | null;
    added_at: number;
  };
  certificate: { id: string; not_after: number };
  log: { seq: number; at: number; kind: string; body: string; previous: string; hash: string };
  lease: { name: string; owner: string; until: number };
  /** `log`: the last sequence number, and the row that every writer locks first. `change`: see Store.version. */
  counter: { name: string; value: number };
  schema_version: { version: number };
}
