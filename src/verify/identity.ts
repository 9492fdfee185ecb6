/**
 * Whose message is it? The sender against the mailboxes of the signer's certificate (RFC 8550 §3, RFC 9598), apart from
 * signature and trust. From is what people are shown, so From is what must match; a Sender that matches alone is said and
 * proves nothing about From.
 */
import type { MessageStructure } from '../cms/message.js';
import { senderMailboxes } from '../cms/sender.js';
import { type Finding, finding, statusOf } from '../findings/finding.js';
import { mailboxesOf, mailboxTextsOf, matchMailbox, parseMailbox } from '../names/mailbox.js';
import type { Certificate } from '../x509/certificate.js';
import type { MessageRequest, SignerVerdict } from './types.js';

export interface JudgedIdentity {
  readonly identity: SignerVerdict['identity'];
  readonly findings: Finding[];
}

/** Only the profile smime has a From rule; a mailbox that the caller gives is compared under every profile. */
export function judgeIdentity(
  { from, profile = 'smime' }: Pick<MessageRequest, 'from' | 'profile'>,
  message: MessageStructure,
  certificate: Certificate | undefined,
): JudgedIdentity {
  const mailboxes = certificate === undefined ? [] : mailboxTextsOf(certificate);
  const answer = (findings: Finding[], compared?: string): JudgedIdentity => ({
    identity: { status: statusOf(findings), mailboxes, ...(compared === undefined ? {} : { compared }) },
    findings,
  });
  if (from === false || (from === undefined && profile !== 'smime')) return answer([finding('identity_not_compared')]);
  if (typeof from === 'string') return answer(compare(from, certificate), from);
  if (message.form !== 'mail' || message.headers === undefined) return answer([finding('sender_not_present')]);
  const senders = senderMailboxes(message.headers);
  if (!senders.ok) return answer([senders.finding]);
  const findings = compare(senders.from, certificate);
  const onlySender =
    findings.some(({ code }) => code === 'from_mismatch') &&
    senders.sender !== undefined &&
    statusOf(compare(senders.sender, certificate)) === 'valid';
  return answer(onlySender ? [finding('sender_differs_from_from')] : findings, senders.from);
}

function compare(text: string, certificate: Certificate | undefined): Finding[] {
  const mailbox = parseMailbox(text);
  if (!mailbox.ok) return [finding('identity_malformed', { expected: mailbox.expected, found: mailbox.found })];
  // Who signed is not known; that is said where the certificate is looked for.
  if (certificate === undefined) return [finding('signer_certificate_missing')];
  const own = mailboxesOf(certificate);
  if (own.length === 0) return [finding('certificate_without_mailbox')];
  return own.some((candidate) => matchMailbox(candidate, mailbox.value)) ? [] : [finding('from_mismatch')];
}
