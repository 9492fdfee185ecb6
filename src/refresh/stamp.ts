/**
 * Daily stamps of the log's head by a timestamp authority (RFC 3161), where the operator names one. The chain alone shows
 * order and tampering; a stamp shows that everything before it existed at that time, whoever holds the store today.
 * Taken is what is over the head asked about and dated now; whom to trust as an authority is asked when it is relied on.
 */
import { readTimestampToken } from '../cms/timestamp.js';
import { toHex } from '../der/octets.js';
import { DerReader, parsed, tag } from '../der/reader.js';
import { encodeElement } from '../der/writer.js';
import { fetchGuarded } from '../net/fetch.js';
import type { Store } from '../store/port.js';
import type { RefreshDeps, StampResult } from './deps.js';

const day = 86_400_000;
const clockTolerance = 5 * 60_000;
/** A token with its chain has a few kilobytes. */
const maximumToken = 256 * 1024;
const kind = 'stamp';
const retryAfter = 3_600_000;
const leaseMs = 60_000;

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** SEQUENCE { OID sha256, NULL }. */
const sha256Algorithm = fromHex('300d06096086480165030402010500');

/** True where the log has grown since a stamp that is a day old, or has never been stamped. */
export async function stampDue(store: Store, now: number): Promise<boolean> {
  const [last, head] = await Promise.all([store.lastLog(kind), store.logHead()]);
  if (head.seq === 0) return false;
  return last === undefined || (now - last.at >= day && head.seq > last.seq);
}

/** Asks the authority and appends its token to the log. */
export async function stampLog(deps: RefreshDeps, url: string, signal?: AbortSignal): Promise<StampResult> {
  const head = await deps.store.logHead();
  const outcome = await fetchGuarded(url, {
    guard: deps.guard,
    post: { body: stampRequest(fromHex(head.hash)), contentType: 'application/timestamp-query' },
    ...(signal === undefined ? {} : { signal }),
  });
  if (outcome.kind !== 'fetched')
    return { ok: false, reason: outcome.kind === 'failed' ? outcome.reason : outcome.kind };
  const token = tokenOf(outcome.bytes);
  if (token === undefined) return { ok: false, reason: 'not_granted' };
  const read = readStamp(token, head.hash);
  if (read === undefined) return { ok: false, reason: 'not_over_the_head' };
  if (Math.abs(read - deps.now()) > clockTolerance) return { ok: false, reason: 'not_dated_now' };
  const body = { seq: head.seq, head: head.hash, genTime: read, url, token: Buffer.from(token).toString('base64') };
  await deps.store.appendLog(kind, body, deps.now());
  return { ok: true, seq: head.seq, genTime: read };
}

/** Stamps where that is due and no other replica is at it; a failure is told and tried again an hour later. */
export function createStamper(deps: RefreshDeps): (signal: AbortSignal) => Promise<void> {
  const { timestampUrl: url, store } = deps;
  let notBefore = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    if (url === undefined || deps.now() < notBefore || !(await stampDue(store, deps.now()))) return;
    const owner = crypto.randomUUID();
    if (!(await store.acquireLease(kind, owner, leaseMs))) return;
    try {
      const result = await stampLog(deps, url, signal);
      deps.onEvent?.({ type: 'stamp', ...result });
      if (!result.ok) notBefore = deps.now() + retryAfter;
    } finally {
      await store.releaseLease(kind, owner);
    }
  };
}

/** TimeStampReq (§2.4.1) with the head's hash as imprint, the certificate asked for. */
export function stampRequest(hash: Uint8Array): Uint8Array {
  const version = encodeElement(tag.integer, new Uint8Array([1]));
  const imprint = encodeElement(tag.sequence, sha256Algorithm, encodeElement(tag.octetString, hash));
  const certificateRequested = encodeElement(tag.boolean, new Uint8Array([0xff]));
  return encodeElement(tag.sequence, version, imprint, certificateRequested);
}

/** The token of a TimeStampResp (§2.4.2) that was granted. */
function tokenOf(response: Uint8Array): Uint8Array | undefined {
  const read = parsed(() => {
    const fields = new DerReader(response).enter(tag.sequence, 'TimeStampResp');
    const status = fields.enter(tag.sequence, 'PKIStatusInfo').unsigned('PKIStatus', 255);
    // granted, grantedWithMods
    return status <= 1 ? fields.element(tag.sequence, 'a timestamp token') : undefined;
  });
  return read.ok && read.value !== undefined && read.value.length <= maximumToken ? read.value : undefined;
}

/** genTime of a token over this head; undefined where it is over something else, or cannot be read. */
function readStamp(token: Uint8Array, head: string): number | undefined {
  const read = readTimestampToken(token);
  if (!read.ok) return undefined;
  const { imprint, genTime } = read.value.info;
  return imprint.digest === 'sha256' && toHex(imprint.value) === head ? genTime : undefined;
}

export interface StampCheck {
  readonly stamps: number;
  /** Everything up to this entry existed at that time, if the authority is trusted. */
  readonly last?: { readonly seq: number; readonly genTime: number };
  /** The first stamp that is not over the entry that it names. */
  readonly broken?: number;
}

/** Reads every stamp in the log again and compares it with the entry that it is over. */
export async function checkStamps(store: Store): Promise<StampCheck> {
  let stamps = 0;
  let last: StampCheck['last'];
  for (let after = 0; ; ) {
    const page = await store.log(after, 1_000);
    for (const entry of page) {
      if (entry.kind !== kind) continue;
      const { seq, token } = JSON.parse(entry.body) as { seq: number; token: string };
      const [stamped] = await store.log(seq - 1, 1);
      const genTime = readStamp(new Uint8Array(Buffer.from(token, 'base64')), stamped?.seq === seq ? stamped.hash : '');
      if (genTime === undefined) return { stamps, broken: entry.seq, ...(last === undefined ? {} : { last }) };
      stamps += 1;
      last = { seq, genTime };
    }
    const end = page.at(-1);
    if (end === undefined) return { stamps, ...(last === undefined ? {} : { last }) };
    after = end.seq;
  }
}
