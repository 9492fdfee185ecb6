/** The shapes of the contract: requests, time, verdicts. Additions are optional fields only. */
import type { EtsiIndication, EtsiMessageIndication } from '../findings/etsi.js';
import type { Finding, Status } from '../findings/finding.js';
import type { RevocationReport } from '../revocation/report.js';

export type { RevocationReport };

/** What a certificate is asked to be good for. */
export type ProfileName = 'rfc5280' | 'tls-server' | 'tls-client' | 'smime' | 'document' | 'device' | 'webpki-server';

export interface ValidationTime {
  /** The clock, read once by the edge. Evidence dated later than `now` + 5 min is refused. */
  now: Date;
  /** Certificate: the time asked about. Message: a time by which it existed, vouched for by the caller. Default `now`. */
  at?: Date | undefined;
  /** Message: a time before which it cannot have been signed, if the caller can vouch for one. */
  signedAfter?: Date | undefined;
}

export interface Identity {
  type: 'dns' | 'ip' | 'mailbox';
  value: string;
}

export interface PolicyInput {
  /** Default anyPolicy, 2.5.29.32.0. */
  initialPolicySet?: string[] | undefined;
  initialExplicitPolicy?: boolean | undefined;
  initialPolicyMappingInhibit?: boolean | undefined;
  initialAnyPolicyInhibit?: boolean | undefined;
}

/** What certificate and message requests share. */
export interface CommonRequest {
  intermediates?: Uint8Array[] | undefined;
  /** Evidence that the caller brings; checked like any other. */
  crls?: Uint8Array[] | undefined;
  policy?: PolicyInput | undefined;
  /** Self-issued ones not counted. */
  maxIntermediates?: number | undefined;
  validityModel?: 'shell' | 'chain' | 'hybrid' | undefined;
  revocation?: 'require' | 'known' | 'off' | undefined;
  algorithms?: 'modern' | 'legacy' | undefined;
  conformance?: 'tolerant' | 'strict' | undefined;
}

export interface CertificateRequest extends CommonRequest {
  /** End entity, DER or PEM; further PEM blocks count as intermediates. */
  certificate: Uint8Array;
  profile?: ProfileName | undefined;
  identity?: Identity | undefined;
  /** RFC 5280 names that must be allowed. */
  keyUsage?: string[] | undefined;
  /** Names or OIDs, all of which must be allowed. */
  extendedKeyUsage?: string[] | undefined;
}

export interface MessageRequest extends CommonRequest {
  /** .eml, .p7m, .p7s; DER, PEM or MIME, detected. */
  message: Uint8Array;
  /** The content of a detached signature. */
  content?: Uint8Array | undefined;
  profile?: 'smime' | 'document' | 'rfc5280' | undefined;
  /** Mailbox that must match; default: From (or Sender) of the message; false: not compared. */
  from?: string | false | undefined;
}

export interface CertificateSummary {
  subject: string;
  issuer: string;
  /** Hexadecimal. */
  serialNumber: string;
  sha256: string;
  notBefore: string;
  notAfter: string;
  /** The catalogue's id of the authority that this certificate is, when pinned. */
  authority?: string;
}

export interface PathReport {
  /** End entity first. */
  certificates: CertificateSummary[];
  /** Where the path ends, when it ends at one. */
  anchor?: { subject: string; sha256: string; authority?: string; kind: 'anchor' | 'pinned' };
  findings: Finding[];
}

/** What would help to come to an answer. */
export interface Missing {
  kind: 'authority' | 'crl' | 'issuer';
  name: string;
  urls: string[];
  retryAfter?: string;
}

export interface Discovered {
  authorities: Uint8Array[];
  crls: Uint8Array[];
  /** Of a message: certificates of signers with a path to an authority. They name where its CRLs are. */
  certificates?: Uint8Array[];
}

export interface VerdictTime {
  now: string;
  at: string;
  basis: 'now' | 'attested' | 'timestamp';
}

export interface Verdict {
  schema: 1;
  status: Status;
  etsi: EtsiIndication;
  /** Most telling first. */
  findings: Finding[];
  /** Every path tried; [0] is the one that the status speaks of. */
  paths: PathReport[];
  /** One per certificate of paths[0] but the anchor; empty when off. */
  revocation: RevocationReport[];
  missing: Missing[];
  discovered: Discovered;
  time: VerdictTime;
  engineVersion: string;
  trustVersion: string;
}

export interface TimestampReport {
  kind: 'signature' | 'content';
  status: Status;
  /** genTime, RFC 3339. */
  time?: string;
  findings: Finding[];
  /** Judgement of the timestamp authority's certificate. */
  trust?: Verdict;
}

export interface SignerVerdict {
  status: Status;
  findings: Finding[];
  /** Digest, signed attributes, signature value; nothing else. */
  signature: { status: Status; digestAlgorithm: string; signatureAlgorithm: string };
  /** Chain, revocation, profile; never From. */
  trust: Verdict;
  identity: { status: Status; mailboxes: string[]; compared?: string };
  certificate?: CertificateSummary;
  /** A claim of the signer: reported, never believed. */
  claimedSigningTime?: string;
  /** What the verdict would be at the claimed time. */
  wouldBe?: { at: string; status: Status; etsi: EtsiMessageIndication };
  timestamps: TimestampReport[];
}

export interface MessageVerdict {
  schema: 1;
  status: Status;
  etsi: EtsiMessageIndication;
  findings: Finding[];
  missing: Missing[];
  discovered: Discovered;
  time: VerdictTime;
  engineVersion: string;
  trustVersion: string;
  /** Of the outermost signature. */
  signers: SignerVerdict[];
  /** A signature inside the signed content. */
  nested?: MessageVerdict;
}
