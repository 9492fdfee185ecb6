/**
 * How reading a message ends where it cannot go on: a defect (DerError), or a limit. Both are thrown inside the room and
 * become findings at its boundary; the limits on everything that grows stand here together.
 */
import { DerError } from '../der/reader.js';
import { type Finding, finding } from '../findings/finding.js';

/** A limit was reached: what is behind it was not looked at, which is not a defect of the message. */
export class LimitError extends Error {
  readonly budget: string;
  readonly limit: number;
  constructor(budget: string, limit: number) {
    super(`${budget}: ${limit}`);
    this.name = 'LimitError';
    this.budget = budget;
    this.limit = limit;
  }
}

/** Why: hostile input may be as large as the edges let in (128 MiB), and must not be kept whole or worked on twice. */
export const limits = {
  /** Octets of one block of header fields. */
  header: 256 * 1024,
  /** Octets of SignedData before its content. */
  signedDataHead: 64 * 1024,
  /** Octets of SignedData behind its content: certificates, CRLs, signers. */
  signedDataTail: 16 * 1024 * 1024,
  /** Octets of content that are kept, for what cannot be computed while they pass by. */
  keptContent: 4 * 1024 * 1024,
  signers: 64,
  certificates: 256,
  crls: 256,
  /** Attributes of one signer, and values of one attribute. */
  attributes: 128,
  /** Signatures inside signed content, the outermost not counted. */
  nested: 8,
} as const;

/** What an exception of this room says as a finding; any other exception is a defect of ours and goes on. */
export function failureFinding(error: unknown): Finding {
  if (error instanceof DerError) return finding('cms_malformed', { expected: error.expected, found: error.found });
  if (error instanceof LimitError) return finding('budget_exceeded', { budget: error.budget, limit: error.limit });
  throw error;
}
