/**
 * Timestamps of a signer (RFC 3161; RFC 5126 §5.11.4, §6.1.1): which of them prove a time. A token counts when it speaks of these
 * octets, its signature is right, and its authority's certificate holds up now, for timeStamping: never at the token's own time,
 * which is what it would have to prove (REVOCATION.md, rule 9). One that does not count is reported and changes nothing.
 */
import { type SignedContent, wholeContent } from '../cms/content.js';
import type { SignerInfo } from '../cms/signed-data.js';
import { signerCertificates, verifySignerInfo } from '../cms/signer.js';
import { checkImprint, readTimestampToken, type TimestampToken } from '../cms/timestamp.js';
import { digestAcceptance } from '../crypto/acceptance.js';
import { formatTime } from '../der/time.js';
import { type Finding, finding, rankFindings, statusOf } from '../findings/finding.js';
import { clockTolerance } from '../revocation/validity.js';
import { TrustOverlay } from '../trust/trust-store.js';
import { answer } from './certificate.js';
import type { SigningContext } from './signer.js';
import type { TimestampReport, Verdict } from './types.js';

export interface Timestamps {
  readonly reports: TimestampReport[];
  /** Milliseconds: the signature existed by then; undefined: no timestamp proves anything. */
  readonly provenBy: number | undefined;
  /** Milliseconds: the message was signed after that. */
  readonly signedAfter: number | undefined;
  /** Warnings about timestamps that prove nothing. */
  readonly findings: Finding[];
}

/** Tokens of one kind that are looked at: each may cost a path of its own. */
const maximumTokens = 4;

export function judgeTimestamps(info: SignerInfo, context: SigningContext): Timestamps {
  const content = context.signedData.contents[0];
  const judged = [
    ...judgeAll('signature', info.unsignedAttributes.signatureTimestamps, wholeContent(info.signature), context),
    ...judgeAll('content', info.signedAttributes?.contentTimestamps ?? [], content, context),
  ];
  const bounds = (kind: TimestampReport['kind']) =>
    judged.filter(({ report }) => report.kind === kind && report.status === 'valid').map(({ bound }) => bound);
  const [upper, lower] = [bounds('signature'), bounds('content')];
  return {
    reports: judged.map(({ report }) => report),
    provenBy: upper.length === 0 ? undefined : Math.min(...upper),
    signedAfter: lower.length === 0 ? undefined : Math.max(...lower),
    findings: judged.flatMap(({ report }) => unusable(report)),
  };
}

function unusable({ status, findings }: TimestampReport): Finding[] {
  const [head] = findings;
  return status === 'valid' || head === undefined ? [] : [finding('timestamp_not_usable', { why: head.message })];
}

interface JudgedToken {
  readonly report: TimestampReport;
  /** The true time was before it (signature) or after it (content), accuracy and whole seconds included. */
  readonly bound: number;
}

function judgeAll(
  kind: TimestampReport['kind'],
  tokens: readonly Uint8Array[],
  stamped: SignedContent | undefined,
  context: SigningContext,
): JudgedToken[] {
  // Where the content is missing that is the error of the message itself.
  if (stamped === undefined) return [];
  return tokens.slice(0, maximumTokens).map((octets) => judge(kind, octets, stamped, context));
}

function judge(
  kind: TimestampReport['kind'],
  octets: Uint8Array,
  stamped: SignedContent,
  context: SigningContext,
): JudgedToken {
  const read = readTimestampToken(octets);
  if (!read.ok) {
    const findings = [read.finding];
    return { report: { kind, status: statusOf(findings), findings }, bound: Number.NaN };
  }
  const token = read.value;
  const { genTime, accuracy } = token.info;
  const { findings, trust } = check(token, stamped, context);
  const ranked = rankFindings(findings);
  const bound =
    kind === 'signature'
      ? Math.ceil((genTime + accuracy) / 1000) * 1000
      : Math.floor((genTime - accuracy) / 1000) * 1000;
  return {
    report: {
      kind,
      status: statusOf(ranked),
      time: formatTime(genTime),
      findings: ranked,
      ...(trust === undefined ? {} : { trust }),
    },
    bound,
  };
}

function check(token: TimestampToken, stamped: SignedContent, context: SigningContext) {
  const { signedData, signer, info } = token;
  const { snapshot, times, request } = context;
  const findings = checkImprint(token, stamped);
  if (info.genTime - info.accuracy > times.now + clockTolerance) {
    findings.push(
      finding(
        'timestamp_not_usable',
        { why: `it is dated ${formatTime(info.genTime)}, later than now` },
        { severity: 'error' },
      ),
    );
  }
  const overlay = new TrustOverlay(snapshot.timestampStore);
  const pool = [...signedData.certificates, ...context.signedData.certificates].flatMap((der) => {
    const result = overlay.base.read(der);
    if (!result.ok) return [];
    overlay.add(result.value);
    return [result.value];
  });
  pool.push(...snapshot.timestampStore.all());
  const certificate = signerCertificates(
    signer,
    pool.map((known) => known.certificate),
  )[0];
  const known = pool.find((member) => member.certificate === certificate);
  const outcome = verifySignerInfo(
    signedData,
    signer,
    certificate,
    known === undefined ? undefined : () => known.loadedKey,
  );
  const algorithms = request.algorithms ?? 'modern';
  findings.push(
    ...outcome.findings,
    ...outcome.digests.flatMap((name) => digestAcceptance(name, name, times.now, algorithms)),
  );
  if (known === undefined) return { findings, trust: undefined };
  const trust: Verdict = answer({
    endEntity: known,
    overlay,
    snapshot,
    options: { ...request, policy: undefined, validityModel: undefined },
    times: { ...times, at: Math.floor(times.now / 1000) * 1000, attested: false },
    profile: 'rfc5280',
    extendedKeyUsage: ['timeStamping'],
    inputFindings: [],
    crls: context.crls,
    existence: { signedAfter: undefined, provenBy: undefined },
  });
  findings.push(...trust.findings);
  return { findings, trust };
}
