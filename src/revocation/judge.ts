/**
 * What judging revocation works with: the question, the evidence, what was worked out already, and the limits on work.
 * One judge serves one path of one request and is then forgotten.
 */
import { type Finding, finding } from '../findings/finding.js';
import type { PathContext, ProspectivePath } from '../path/context.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { CrlEntry } from './entry.js';
import type { CrlSource } from './evidence.js';
import type { HeldCrl } from './held-crl.js';

/** A certificate in a path that goes up to the anchor; end entity first. */
export interface Place {
  readonly path: readonly KnownCertificate[];
  readonly index: number;
}

export const subjectOf = ({ path, index }: Place): KnownCertificate => path[index] as KnownCertificate;

/** The certificate whose key a CRL's signature fits, and how far its word goes. */
export interface CrlSigner {
  readonly known: KnownCertificate;
  /** Why this CRL proves no goodness, where the signer is the reason. */
  readonly noGoodness: string | undefined;
  /** Its own status rests on CRLs that it signs itself. */
  readonly selfAsserted: boolean;
}

/** What one CRL, or a base CRL with a delta, says about one certificate. */
export interface Observation {
  /** The CRL; of a combination the delta. */
  readonly crl: HeldCrl;
  /** The base CRL of a combination. */
  readonly base: HeldCrl | undefined;
  readonly signer: CrlSigner;
  /** Reasons that it covers. */
  readonly reasons: number;
  /** Entries about the certificate; empty: absent. */
  readonly listed: readonly CrlEntry[];
  /** A delta alone: its entries count, their absence says nothing. */
  readonly partial: boolean;
  /** Why it proves no goodness; undefined: it may. */
  readonly noGoodness: string | undefined;
  /** Last moment at which it is in force. */
  readonly until: number;
}

/** All that is known about one certificate, whatever the time asked about. */
export interface Judgement {
  readonly place: Place;
  /** Earliest first. */
  readonly observations: readonly Observation[];
  /** Why CRLs of the right name were not used. */
  readonly refused: readonly string[];
  /** Warnings about CRLs. */
  readonly warnings: readonly Finding[];
  /** The earliest date from which the key may be in other hands; everything signed later needs proof of its age. */
  readonly compromisedFrom: number | undefined;
}

export interface Judge {
  readonly context: PathContext;
  readonly source: CrlSource;
  /** Undefined: the certificate is being judged already, or the limit is reached. */
  judgementOf(place: Place): Judgement | undefined;
  /** Paths from a CRL's signer to the anchor of the path under judgement. */
  readonly signerPaths: Map<string, readonly ProspectivePath[]>;
  readonly work: Work;
}

/** Counters of one judge; what exceeds them is left undone and reported. */
export interface Work {
  /** Public-key operations and hashing for CRLs, one for each and one more for each 64 KiB. */
  signatures: number;
  exceeded: boolean;
}

/** Ten years of CRLs of a path's authorities take 3,000; at 50 µs each the limit is some 0.8 s. */
export const maximumSignatureWork = 16_384;

/** Pays for one check of a signature over `octets`; false: it must not be done. */
export function payForSignature(work: Work, octets: number): boolean {
  const price = 1 + Math.floor(octets / 65_536);
  if (work.exceeded || work.signatures + price > maximumSignatureWork) {
    work.exceeded = true;
    return false;
  }
  work.signatures += price;
  return true;
}

export function workFinding(work: Work): Finding[] {
  if (!work.exceeded) return [];
  return [finding('budget_exceeded', { budget: 'signatures of CRLs', limit: maximumSignatureWork })];
}
