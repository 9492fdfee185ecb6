/** What path validation works with: the question, the certificates it may use, the budget. */
import type { AlgorithmMode } from '../crypto/acceptance.js';
import type { KeyedEdge, KnownCertificate } from '../trust/known-certificate.js';
import type { CertificateSource, Ending } from '../trust/trust-store.js';
import type { Budget } from './budget.js';

/** The inputs of RFC 5280 §6.1.1 and what the product adds to them. Times are milliseconds since 1970. */
export interface PathContext {
  /** The time asked about, floored to whole seconds. */
  readonly at: number;
  readonly now: number;
  readonly algorithms: AlgorithmMode;
  readonly conformance: 'tolerant' | 'strict';
  readonly validityModel: 'shell' | 'chain' | 'hybrid';
  readonly maxIntermediates: number | undefined;
  readonly initialPolicySet: readonly string[];
  readonly initialExplicitPolicy: boolean;
  readonly initialPolicyMappingInhibit: boolean;
  readonly initialAnyPolicyInhibit: boolean;
  readonly source: CertificateSource;
  /** Edges that this request has asked about already, by the hash of their child: each is paid for once. */
  readonly edges: Map<string, KeyedEdge[]>;
  readonly budget: Budget;
}

/** A path as built: end entity first. */
export interface ProspectivePath {
  readonly certificates: readonly KnownCertificate[];
  /** undefined: it ends nowhere. */
  readonly ending: Ending;
}
