/**
 * Revocation of a whole path (RFC 5280 §6.1.3 (a)(3), §6.3; REVOCATION.md): every certificate but the anchor, from the top
 * down, each at the time that the validity model asks about. Judged where the path has other errors too.
 *
 * Rule 6 is decided here: under an authority that was revoked at any time known by now, a certificate that is not shown
 * to be older proves nothing, even about a time before that date.
 */
import { append, type Finding, finding } from '../findings/finding.js';
import type { PathContext, ProspectivePath } from '../path/context.js';
import { validityTime } from '../path/validate.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { CrlSource } from './evidence.js';
import { type Judge, type Judgement, type Place, type Work, workFinding } from './judge.js';
import { observe } from './observe.js';
import {
  datesOf,
  findingsOf,
  type MissingCrl,
  missingFor,
  type RevocationReport,
  reportOf,
  whyUnknown,
} from './report.js';
import { type CertificateStatus, evaluate, type StatusReason } from './status.js';

export interface RevocationOptions {
  /** require: no proof of goodness is an error; known: only a known revocation counts. */
  readonly mode: 'require' | 'known';
  /** A time (milliseconds) by which the certificates are proven to have existed: of a message that carries them. */
  readonly provenBy?: number | undefined;
  /** Whether `facts` are wanted. */
  readonly facts?: boolean;
}

/** What the rules about messages need to know of one certificate (REVOCATION.md, rule 8). */
export interface RevocationFacts {
  readonly certificate: number;
  readonly status: 'good' | 'revoked' | 'unknown';
  /** Why it is not good, by the evidence about the certificate itself. */
  readonly because: StatusReason | undefined;
  /** The revocation for good that is known by now, whenever it was. Milliseconds. */
  readonly revokedFrom: number | undefined;
  readonly reason: string | undefined;
  readonly invalidityDate: number | undefined;
  /** On hold at the time asked about. */
  readonly onHold: boolean;
  /** Of one that had expired at the time asked about: proven good at its notAfter. */
  readonly goodAtNotAfter: boolean;
}

export interface RevocationResult {
  /** One per certificate but the anchor, end entity first. */
  readonly reports: RevocationReport[];
  readonly findings: Finding[];
  readonly missing: MissingCrl[];
  /** As `reports`; empty where they were not asked for. */
  readonly facts: RevocationFacts[];
}

/** Judges every certificate of `path` but its anchor by the CRLs of `source`. Never throws for what the CRLs hold. */
export function checkRevocation(
  path: ProspectivePath,
  context: PathContext,
  source: CrlSource,
  options: RevocationOptions,
): RevocationResult {
  const { certificates } = path;
  const judge = createJudge(context, source);
  const result: RevocationResult = { reports: [], findings: [], missing: [], facts: [] };
  const top = certificates.length - 1;
  // Of all authorities passed so far: from the top down, they stand above every certificate to come.
  let compromisedFrom: number | undefined;
  for (let index = path.ending === 'anchor' ? top - 1 : top; index >= 0; index--) {
    const at = validityTime(certificates, index, context);
    const place: Place = { path: certificates, index };
    if (index === top) {
      result.reports.push(reportTop(index));
      if (options.facts === true) result.facts.push(noFacts(index));
      continue;
    }
    const judgement = judge.judgementOf(place) ?? nothingKnown(place);
    const status = evaluate(judgement, at);
    append(result.findings, findingsOf(index, at, status, judgement, judge, options.mode));
    const missing = missingFor(judgement, status, judge);
    if (missing !== undefined) result.missing.push(missing);
    const tainted = isTainted(compromisedFrom, options.provenBy);
    const why = status.status === 'unknown' ? whyUnknown(status, judgement) : undefined;
    result.reports.push(
      tainted && status.status === 'good'
        ? { ...reportOf(index, status, taintedWhy), status: 'unknown' }
        : reportOf(index, status, why),
    );
    if (options.facts === true) result.facts.push(factsOf(at, status, judgement, tainted));
    // An authority that was revoked at the time asked about is an error already.
    const from = judgement.compromisedFrom;
    if (from !== undefined && index > 0 && status.status !== 'revoked') {
      compromisedFrom = Math.min(compromisedFrom ?? from, from);
      if (isTainted(compromisedFrom, options.provenBy))
        result.findings.push(finding('revoked_ca_no_poe', datesOf(status.revocation), { certificate: index }));
    }
  }
  append(result.findings, workFinding(judge.work));
  // Judged from the top down, told from the end entity up.
  const reports = result.reports.reverse();
  return { reports, findings: result.findings, missing: uniqueMissing(result.missing), facts: result.facts.reverse() };
}

const taintedWhy = 'an authority above it was revoked later, and nothing shows that the certificate is older';

/** Is an authority above compromised from a time on which the certificate is not shown to precede? */
const isTainted = (compromisedFrom: number | undefined, provenBy: number | undefined): boolean =>
  compromisedFrom !== undefined && !(provenBy !== undefined && provenBy < compromisedFrom);

/** The last certificate of a path that reaches no anchor: verify says what that means (no_path_to_anchor, authority_status_unknown). */
const reportTop = (certificate: number): RevocationReport => ({
  certificate,
  status: 'unknown',
  why: 'the certificate of its issuer is not known',
});

const noFacts = (certificate: number): RevocationFacts => ({
  certificate,
  status: 'unknown',
  because: 'nothing',
  revokedFrom: undefined,
  reason: undefined,
  invalidityDate: undefined,
  onHold: false,
  goodAtNotAfter: false,
});

function factsOf(at: number, status: CertificateStatus, judgement: Judgement, tainted: boolean): RevocationFacts {
  const { path, index } = judgement.place;
  const notAfter = (path[index] as KnownCertificate).certificate.notAfter;
  const { revocation } = status;
  return {
    certificate: index,
    because: status.because,
    status: tainted && status.status === 'good' ? 'unknown' : status.status,
    revokedFrom: revocation?.from,
    reason: revocation?.reason,
    invalidityDate: revocation?.invalidityDate,
    onHold: status.hold !== undefined,
    goodAtNotAfter: at > notAfter && !tainted && evaluate(judgement, notAfter).status === 'good',
  };
}

const nothingKnown = (place: Place): Judgement => ({
  place,
  observations: [],
  refused: [],
  warnings: [],
  compromisedFrom: undefined,
});

function uniqueMissing(missing: MissingCrl[]): MissingCrl[] {
  if (missing.length < 2) return missing;
  const byText = new Map(missing.map((item) => [JSON.stringify(item), item]));
  return [...byText.values()].reverse();
}

/** Signers of signers: deeper than any honest arrangement, and more certificates than any path has. */
const maximumDepth = 8;
const maximumJudgements = 256;

class PathJudge implements Judge {
  readonly context: PathContext;
  readonly source: CrlSource;
  readonly work: Work = { signatures: 0, exceeded: false };
  readonly signerPaths = new Map<string, readonly ProspectivePath[]>();
  private readonly done: Judgement[] = [];
  private readonly underway: Place[] = [];
  /**
   * Judgements that rest on a place underway, whose own is still open and was taken for unknown. They hold as long as it is
   * open: kept for good, they would pass over what is found out about it.
   */
  private readonly provisional: { readonly judgement: Judgement; readonly restsOn: number }[] = [];
  /** Depth of the lowest place underway that the judgement in hand rests on; its own depth: on none. */
  private restsOn = 0;
  private begun = 0;

  constructor(context: PathContext, source: CrlSource) {
    this.context = context;
    this.source = source;
  }

  judgementOf(place: Place): Judgement | undefined {
    const { done, provisional, underway } = this;
    for (const judgement of done) if (isSame(judgement.place, place)) return judgement;
    for (const { judgement, restsOn } of provisional) {
      if (!isSame(judgement.place, place)) continue;
      this.restsOn = Math.min(this.restsOn, restsOn);
      return judgement;
    }
    // The recursion is cut at a certificate that is being judged already.
    for (let depth = 0; depth < underway.length; depth++) {
      if (!isSame(underway[depth] as Place, place)) continue;
      this.restsOn = Math.min(this.restsOn, depth);
      return undefined;
    }
    if (underway.length >= maximumDepth || this.begun >= maximumJudgements) return undefined;
    return this.judge(place);
  }

  private judge(place: Place): Judgement {
    const { done, provisional, underway } = this;
    const depth = underway.length;
    const kept = provisional.length;
    const before = this.restsOn;
    this.begun++;
    this.restsOn = depth;
    underway.push(place);
    const judgement = observe(place, this);
    underway.pop();
    // What was judged meanwhile may rest on this one.
    provisional.length = kept;
    if (this.restsOn < depth) provisional.push({ judgement, restsOn: this.restsOn });
    else done.push(judgement);
    this.restsOn = Math.min(before, this.restsOn);
    return judgement;
  }
}

export const createJudge = (context: PathContext, source: CrlSource): Judge => new PathJudge(context, source);

/** The same certificate under the same issuer. */
const isSame = (a: Place, b: Place): boolean =>
  a.path[a.index] === b.path[b.index] && a.path[a.index + 1] === b.path[b.index + 1];
