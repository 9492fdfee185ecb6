/**
 * What the stamps in the log prove. A stamp is invalid where its token cannot be read, is over something else than the entry
 * that it names, or is not signed right: then it was altered. Where its authority cannot be proven it is indeterminate, and
 * says nothing about the log either way. The latest is judged now, each one before it at the time by which a later one that
 * counts shows that it existed: so a stamp stays good after its authority has expired, when it was stamped again before
 * (RFC 4998 §5.2 renews timestamps likewise).
 */
import { wholeContent } from '../cms/content.js';
import { readTimestampToken } from '../cms/timestamp.js';
import { type Finding, finding, rankFindings, type Status, statusOf } from '../findings/finding.js';
import { sealedText } from '../store/log.js';
import type { LogEntry, Store } from '../store/port.js';
import { snapshotOf, type Trust } from '../verify/snapshot.js';
import { judgeToken } from '../verify/token.js';
import type { CommonRequest, Missing } from '../verify/types.js';
import { stampKind } from './stamp.js';

export interface StampQuestion {
  /** Entries whose chain was found whole: stamps after the last of them are not looked at. */
  readonly entries: number;
  /** Its anchors of timestamp authorities are asked, as for messages. */
  readonly trust: Trust;
  readonly options: Pick<CommonRequest, 'revocation'>;
  readonly now: number;
}

export interface StampReport {
  /** The stamp's own entry in the log. */
  readonly entry: number;
  /** Everything up to this entry is under it. */
  readonly seq: number;
  readonly status: Status;
  /** Milliseconds; undefined where the token cannot be read. */
  readonly genTime?: number;
  readonly findings: readonly Finding[];
  readonly missing: readonly Missing[];
}

export interface StampCheck {
  /** That of the worst stamp; valid where there is none. */
  readonly status: Status;
  readonly stamps: number;
  /** Everything up to entry `seq` existed by then: what the latest stamp that counts proves. */
  readonly proven?: { readonly seq: number; readonly by: number };
  /** Those that do not count, the latest first. */
  readonly unproven: readonly StampReport[];
}

export async function checkStamps(store: Store, question: StampQuestion): Promise<StampCheck> {
  const own = await stampEntries(store, question.entries);
  const unproven: StampReport[] = [];
  /** Latest first; those before `covering` are over the stamp at hand. */
  const proofs: { readonly seq: number; readonly by: number }[] = [];
  let covering = 0;
  let existedBy = question.now;
  for (const number of own.reverse()) {
    for (let proof = proofs[covering]; proof !== undefined && proof.seq >= number; proof = proofs[++covering]) {
      existedBy = Math.min(existedBy, proof.by);
    }
    const [entry] = await store.log(number - 1, 1);
    if (entry === undefined) continue;
    const { by, ...report } = await judgeStamp(store, entry, existedBy, question);
    if (by === undefined) unproven.push(report);
    else proofs.push({ seq: report.seq, by });
  }
  const [proven] = proofs;
  return {
    status: worstOf(unproven),
    stamps: own.length,
    ...(proven === undefined ? {} : { proven }),
    unproven,
  };
}

function worstOf(reports: readonly StampReport[]): Status {
  if (reports.some(({ status }) => status === 'invalid')) return 'invalid';
  return reports.length === 0 ? 'valid' : 'indeterminate';
}

async function stampEntries(store: Store, last: number): Promise<number[]> {
  const found: number[] = [];
  for (let after = 0; after < last; ) {
    const page = await store.log(after, 1_000);
    for (const { seq, kind } of page) if (kind === stampKind && seq <= last) found.push(seq);
    after = page.at(-1)?.seq ?? last;
  }
  return found;
}

/** `by`: the bound that it proves, where it counts. */
async function judgeStamp(
  store: Store,
  entry: LogEntry,
  existedBy: number,
  { trust, options, now }: StampQuestion,
): Promise<StampReport & { readonly by?: number }> {
  const { seq, token } = readBody(entry);
  const base = { entry: entry.seq, seq, missing: [] };
  const [stamped] = seq < entry.seq ? await store.log(seq - 1, 1) : [];
  const read = readTimestampToken(token);
  if (!read.ok) return { ...base, status: statusOf([read.finding]), findings: [read.finding] };
  const { genTime, accuracy } = read.value.info;
  if (stamped?.seq !== seq) {
    return { ...base, status: 'invalid', genTime, findings: [finding('timestamp_imprint_mismatch')] };
  }
  // The hash of an entry is the digest of its text: an imprint of the hash is one over the text.
  const content = wholeContent(new TextEncoder().encode(sealedText(stamped)));
  const context = { snapshot: snapshotOf(trust), options, now, existedBy, certificates: [], crls: [] };
  const judged = judgeToken(read.value, content, context);
  const findings = rankFindings([...judged.findings, ...(judged.trust?.findings ?? [])]);
  const proven = statusOf(findings) === 'valid';
  // Whatever is wrong with its authority, the stamp itself is as it was made: that is no sign that the log was altered.
  const status = statusOf(judged.findings) === 'invalid' ? 'invalid' : proven ? 'valid' : 'indeterminate';
  const missing = judged.trust?.missing ?? [];
  const by = Math.ceil((genTime + accuracy) / 1000) * 1000;
  return { ...base, status, genTime, findings, missing, ...(proven ? { by } : {}) };
}

/** What cannot be read gives entry 0 and an empty token, which no stamp has. */
function readBody({ body }: LogEntry): { seq: number; token: Uint8Array } {
  try {
    const { seq, token } = JSON.parse(body) as { seq: number; token: string };
    return { seq: Number.isSafeInteger(seq) ? seq : 0, token: new Uint8Array(Buffer.from(token, 'base64')) };
  } catch {
    return { seq: 0, token: new Uint8Array() };
  }
}
