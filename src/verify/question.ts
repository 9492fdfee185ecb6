import type { Finding } from '../findings/finding.js';
import type { ProspectivePath } from '../path/context.js';
import type { ProfileName } from '../profile/profiles.js';
import type { RevocationFacts } from '../revocation/check.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { TrustOverlay } from '../trust/trust-store.js';
import type { Existence } from './existence.js';
import type { Times } from './request.js';
import type { Snapshot } from './snapshot.js';
import type { CommonRequest, Identity, Missing, RevocationReport } from './types.js';

/** What is asked of one certificate, after reading: the message verifier asks it of signers and timestamp authorities. */
export interface Question {
  readonly endEntity: KnownCertificate;
  readonly overlay: TrustOverlay;
  readonly snapshot: Snapshot;
  readonly options: CommonRequest;
  readonly times: Times;
  readonly profile: ProfileName;
  readonly identity?: Identity | undefined;
  readonly keyUsage?: readonly string[] | undefined;
  readonly extendedKeyUsage?: readonly string[] | undefined;
  /** Findings about the input that belong into the verdict. */
  readonly inputFindings: readonly Finding[];
  /** CRLs that the request brings, indexed. */
  readonly crls: readonly IndexedCrl[];
  /** Set for what was signed with the key: the question is then when, see existence.ts. */
  readonly existence?: Existence | undefined;
}

/** One path with all that was found about it. */
export interface Evaluation {
  readonly path: ProspectivePath;
  readonly findings: Finding[];
  readonly revocation: RevocationReport[];
  readonly facts: readonly RevocationFacts[];
  readonly missing: Missing[];
}
