/**
 * One question of a conformance suite in the words of the library's contract, and what the suite expects.
 * Suites make these; run.ts asks them; nothing here knows what the verifier says.
 */
import type { FindingCode } from '../../src/findings/table.js';
import type { CertificateRequest, createTrust, MessageRequest, ValidationTime } from '../../src/index.js';

export type SuiteName =
  | 'pkits'
  | 'pkits-smime'
  | 'limbo'
  | 'boringssl-chains'
  | 'boringssl-parse'
  | 'go-tls-chains'
  | 'fuzz-seeds';

/** `parse`: the bytes alone, to read or to refuse. `crash`: bytes that must merely be survived. */
export type Question =
  | { kind: 'certificate'; request: CertificateRequest }
  | { kind: 'message'; request: MessageRequest }
  | { kind: 'parse'; bytes: Uint8Array }
  | { kind: 'crash'; bytes: Uint8Array };

export interface ConformanceCase {
  suite: SuiteName;
  /** Unique in its suite, and stable: the divergence list names cases by it. */
  id: string;
  /** Heading under which the table of one suite groups its cases (PKITS sections). */
  section: string;
  expected: 'valid' | 'invalid';
  /** Why the suite expects a refusal, in its own words. */
  statedReason?: string;
  /** Findings that say the same: a refusal with an error among these is one for the stated reason. */
  reasonCodes?: readonly FindingCode[];
  /** Set where the suite asks something that is no question of ours, with the sentence that says so. */
  outOfScope?: string;
  trustInput: Parameters<typeof createTrust>[0];
  time: ValidationTime;
  question: Question;
}

/** A suite's date or `now`, as clock and time asked about at once. */
export function timeOf(text: string): ValidationTime {
  const at = new Date(text);
  return { now: at, at };
}

/** The CERTIFICATE (or X509 CRL) blocks of PEM text, in order: read here, not by the code under test. */
export function pemBlocks(text: string, label = 'CERTIFICATE'): Uint8Array[] {
  const blocks = text.matchAll(new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`, 'g'));
  return Array.from(blocks, (match) => new Uint8Array(Buffer.from(match[1] ?? '', 'base64')));
}
