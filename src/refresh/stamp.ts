/**
 * Daily stamps of the log's head by a timestamp authority (RFC 3161), where the operator names one. The chain alone shows
 * order and tampering; a stamp shows that everything before it existed at that time, whoever holds the store today.
 * Taken is what is over the head asked about, dated now and signed right by the certificate that it brings: the log keeps what
 * it is given for ever, and a stamp that is wrong would make it look broken. Whom to trust as an authority is asked when a
 * stamp is relied on (check-stamps.ts).
 */
import { signerCertificates, verifySignerInfo } from '../cms/signer.js';
import { readTimestampToken, type TimestampToken } from '../cms/timestamp.js';
import { toHex } from '../der/octets.js';
import { DerReader, parsed, tag } from '../der/reader.js';
import { encodeElement } from '../der/writer.js';
import { fetchGuarded } from '../net/fetch.js';
import type { Store } from '../store/port.js';
import { parseCertificate } from '../x509/certificate.js';
import type { RefreshDeps, StampResult } from './deps.js';

const day = 86_400_000;
const clockTolerance = 5 * 60_000;
/** A token with its chain has a few kilobytes. */
const maximumToken = 256 * 1024;
/** Of the log's entries that hold a stamp. */
export const stampKind = 'stamp';
const retryAfter = 3_600_000;
const leaseMs = 60_000;

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** SEQUENCE { OID sha256, NULL }. */
const sha256Algorithm = fromHex('300d06096086480165030402010500');

/** True where the log has grown since a stamp that is a day old, or has never been stamped. */
export async function stampDue(store: Store, now: number): Promise<boolean> {
  const [last, head] = await Promise.all([store.lastLog(stampKind), store.logHead()]);
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
  const read = readTimestampToken(token);
  if (!read.ok) return { ok: false, reason: read.finding.code };
  const { imprint, genTime } = read.value.info;
  if (imprint.digest !== 'sha256' || toHex(imprint.value) !== head.hash)
    return { ok: false, reason: 'not_over_the_head' };
  if (Math.abs(genTime - deps.now()) > clockTolerance) return { ok: false, reason: 'not_dated_now' };
  if (!isSigned(read.value)) return { ok: false, reason: 'signature_not_proven' };
  const body = { seq: head.seq, head: head.hash, genTime, url, token: Buffer.from(token).toString('base64') };
  await deps.store.appendLog(stampKind, body, deps.now());
  return { ok: true, seq: head.seq, genTime };
}

/** By a certificate inside it, which was asked for. */
function isSigned({ signedData, signer }: TimestampToken): boolean {
  const brought = signedData.certificates.flatMap((der) => {
    const parsed = parseCertificate(der);
    return parsed.ok ? [{ certificate: parsed.value }] : [];
  });
  const [found] = signerCertificates(signer, brought);
  return found !== undefined && verifySignerInfo(signedData, signer, found.certificate).status === 'valid';
}

/** Stamps where that is due and no other replica is at it; a failure is told and tried again an hour later. */
export function createStamper(deps: RefreshDeps): (signal: AbortSignal) => Promise<void> {
  const { timestampUrl: url, store } = deps;
  let failedAt = Number.NEGATIVE_INFINITY;
  // A failure that lies ahead was noted by a wrong clock, which may have been why.
  const pausing = (): boolean => Math.abs(deps.now() - failedAt) < retryAfter;
  return async (signal) => {
    if (url === undefined || pausing() || !(await stampDue(store, deps.now()))) return;
    const owner = crypto.randomUUID();
    if (!(await store.acquireLease(stampKind, owner, leaseMs))) return;
    try {
      // Another replica may have had the lease until now.
      if (!(await stampDue(store, deps.now()))) return;
      const result = await stampLog(deps, url, signal);
      deps.onEvent?.({ type: 'stamp', ...result });
      if (!result.ok) failedAt = deps.now();
    } finally {
      await store.releaseLease(stampKind, owner);
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
