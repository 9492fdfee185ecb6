/**
 * Timestamps of a signer (RFC 3161; RFC 5126 §5.11.4, §6.1.1): which of them prove a time. A token counts when nothing is found
 * against it or its authority (token.ts), judged now. One that does not count is reported and changes nothing.
 */
import { type SignedContent, wholeContent } from '../cms/content.js';
import type { SignerInfo } from '../cms/signed-data.js';
import { readTimestampToken } from '../cms/timestamp.js';
import { formatTime } from '../der/time.js';
import { type Finding, finding, rankFindings, statusOf } from '../findings/finding.js';
import type { SigningContext } from './signer.js';
import { judgeToken, type TokenContext } from './token.js';
import type { TimestampReport } from './types.js';

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
  const { signatureTimestamps } = info.unsignedAttributes;
  const contentTimestamps = info.signedAttributes?.contentTimestamps ?? [];
  if (signatureTimestamps.length + contentTimestamps.length === 0) {
    return { reports: [], provenBy: undefined, signedAfter: undefined, findings: [] };
  }
  const judged = [
    ...judgeAll('signature', signatureTimestamps, wholeContent(info.signature), context),
    ...judgeAll('content', contentTimestamps, context.signedData.contents[0], context),
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
  const { findings, trust } = judgeToken(token, stamped, tokenContext(context));
  const ranked = rankFindings([...findings, ...(trust?.findings ?? [])]);
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

/** Judged now: nothing else is proven of a token inside a message. */
const tokenContext = ({ snapshot, request, times, signedData, crls }: SigningContext): TokenContext => ({
  snapshot,
  options: request,
  now: times.now,
  existedBy: times.now,
  certificates: signedData.certificates,
  crls,
});
