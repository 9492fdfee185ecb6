/**
 * Verification of a signed message: reads it, judges each signer, and adds up. Signature, trust and identity of a signer
 * are judged apart (signer.ts) and never blended; a message is as good as its worst signer, each by its best SignerInfo.
 *
 * The claimed signing time never moves the status (REVOCATION.md, rule 9).
 */
import { createMessageReader, type MessageStructure, readMessage } from '../cms/message.js';
import { latin1 } from '../der/octets.js';
import { formatTime } from '../der/time.js';
import { etsiMessageIndication } from '../findings/etsi.js';
import { type Finding, rankFindings, type Status, statusOf, uniqueFindings } from '../findings/finding.js';
import { checkMessageRequest, octets, readTimes, type Times } from './request.js';
import { judgeSigners, type MessageContext } from './signer.js';
import { type Snapshot, snapshotOf, type Trust } from './snapshot.js';
import { refusals } from './supply.js';
import type {
  Discovered,
  MessageRequest,
  MessageVerdict,
  Missing,
  SignerVerdict,
  ValidationTime,
  VerdictTime,
} from './types.js';
import { engineVersion } from './version.js';

/**
 * Is this message signed, by whom, and is the signature good?
 *
 * Takes a mail (message/rfc822), a .p7m, or a .p7s together with its content; DER, BER, PEM and MIME are told apart.
 * Synchronous; reads no clock, file or network. Whatever the bytes are, the answer is a verdict.
 *
 * @throws TypeError for wrong JavaScript types, an Invalid Date, an unknown profile, `at` later than `now`.
 * @example
 * ```ts
 * import { createTrust, verifyMessage } from 'unify-pki';
 * const trust = createTrust({ anchors: [] });
 * const message = new TextEncoder().encode('From: a@example.org\r\n\r\nHello\r\n');
 * console.log(verifyMessage({ message }, trust, { now: new Date() }).findings[0]?.code); // not_signed
 * ```
 */
export function verifyMessage(request: MessageRequest, trust: Trust, time: ValidationTime): MessageVerdict {
  checkMessageRequest(request);
  octets(request.message, 'message');
  const snapshot = snapshotOf(trust);
  const times = readTimes(time);
  return judgeMessage(readMessage(request.message, { content: request.content }), request, snapshot, times);
}

/**
 * Verifies a message of any size while it arrives: memory stays flat, and the verdict is that of verifyMessage.
 *
 * @throws TypeError as verifyMessage does.
 * @example
 * ```ts
 * import { createMessageVerifier, createTrust } from 'unify-pki';
 * const verifier = createMessageVerifier({ from: false }, createTrust({}), { now: new Date() });
 * verifier.update(new TextEncoder().encode('Subject: x\r\n\r\n'));
 * console.log(verifier.finish().status); // indeterminate
 * ```
 */
export function createMessageVerifier(
  request: Omit<MessageRequest, 'message'>,
  trust: Trust,
  time: ValidationTime,
): { update(chunk: Uint8Array): void; finish(): MessageVerdict } {
  checkMessageRequest(request);
  const snapshot = snapshotOf(trust);
  const times = readTimes(time);
  const reader = createMessageReader({ content: request.content });
  return {
    update(chunk) {
      octets(chunk, 'chunk');
      reader.update(chunk);
    },
    finish: () => judgeMessage(reader.finish(), request, snapshot, times),
  };
}

type Request = Omit<MessageRequest, 'message'>;

function judgeMessage(message: MessageStructure, request: Request, snapshot: Snapshot, times: Times): MessageVerdict {
  const context: MessageContext = { message, request, snapshot, times };
  const judged =
    message.kind === 'signed'
      ? judgeSigners(context)
      : { signers: [], findings: [], basis: undefined, at: undefined, certificates: [] };
  const [worst] = [...judged.signers].sort((a, b) => badness(b.status) - badness(a.status));
  const findings = rankFindings(
    uniqueFindings([...message.findings, ...judged.findings, ...refusals(snapshot), ...(worst?.findings ?? [])]),
  );
  const status = worst === undefined ? withoutSigner(message, findings) : statusOf(findings);
  const verdict: MessageVerdict = {
    schema: 1,
    status,
    etsi: etsiMessageIndication(status, findings),
    findings,
    missing: missingOf(judged.signers),
    discovered: discoveredOf(judged.signers, judged.certificates),
    time: timeOf(times, judged),
    engineVersion,
    trustVersion: snapshot.version,
    signers: judged.signers,
  };
  if (message.nested === undefined) return verdict;
  // The inner signature has no From of its own to compare, unless it is a whole mail; then that one counts.
  const from = message.nested.form === 'mail' ? request.from : false;
  return { ...verdict, nested: judgeMessage(message.nested, { ...request, from }, snapshot, times) };
}

/** not signed, encrypted, unreadable: the findings say which. Nothing is ever valid without a signer. */
function withoutSigner(message: MessageStructure, findings: readonly Finding[]): Status {
  const status = statusOf(findings);
  return status === 'valid' ? (message.kind === 'unreadable' ? 'invalid' : 'indeterminate') : status;
}

function badness(status: Status): number {
  return status === 'valid' ? 0 : status === 'indeterminate' ? 1 : 2;
}

function timeOf(
  times: Times,
  judged: { basis: VerdictTime['basis'] | undefined; at: number | undefined },
): VerdictTime {
  const basis = judged.basis ?? (times.attested ? 'attested' : 'now');
  return { now: formatTime(times.now), at: formatTime(judged.at ?? times.at), basis };
}

function missingOf(signers: readonly SignerVerdict[]): Missing[] {
  const all = signers.flatMap(({ trust, timestamps }) => [trust, ...timestamps.flatMap((stamp) => stamp.trust ?? [])]);
  const byName = new Map(all.flatMap(({ missing }) => missing).map((item) => [`${item.kind} ${item.name}`, item]));
  return [...byName.values()];
}

function discoveredOf(signers: readonly SignerVerdict[], certificates: Uint8Array[]): Discovered {
  const collect = (kind: 'authorities' | 'crls') => {
    const byOctets = new Map<string, Uint8Array>();
    for (const { trust } of signers) {
      for (const der of trust.discovered[kind]) byOctets.set(latin1(der), der);
    }
    return [...byOctets.values()];
  };
  return {
    authorities: collect('authorities'),
    crls: collect('crls'),
    // Copies: what was read may stand on the caller's buffer, and a verdict is kept longer.
    ...(certificates.length === 0 ? {} : { certificates: certificates.map((der) => new Uint8Array(der)) }),
  };
}
