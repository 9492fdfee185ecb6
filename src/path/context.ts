/** What path validation works with: the question, the certificates it may use, the caches of the snapshot, the budget. */
import type { AlgorithmMode } from '../crypto/acceptance.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { Lru } from '../trust/lru.js';
import type { CertificateSource, Ending } from '../trust/trust-store.js';
import type { Budget } from './budget.js';
import type { KeyedEdge } from './edges.js';

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
  /** Verified edges by the hash of their child, of the snapshot: bounded, and never deciding. */
  readonly edgeCache: Lru<readonly KeyedEdge[]>;
  /** Edges that this request has asked about already: each is paid for once. */
  readonly edges: Map<string, KeyedEdge[]>;
  readonly budget: Budget;
}

/** A path as built: end entity first. */
export interface ProspectivePath {
  readonly certificates: readonly KnownCertificate[];
  /** undefined: it ends nowhere. */
  readonly ending: Ending;
}
