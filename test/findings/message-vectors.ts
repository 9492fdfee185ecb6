/** For each code about a message, its signer or its timestamps: a message that makes the verifier say it. */
import {
  createTrust,
  type Finding,
  type MessageRequest,
  type Trust,
  type ValidationTime,
  verifyMessage,
} from '../../src/index.js';
import {
  addDays,
  asn1,
  attribute,
  attributeTypes,
  envelopMessage,
  generateKeys,
  issueCertificate,
  issueTimestamp,
  type MessageSigner,
  pkcs7Mime,
  signMessage,
} from '../../src/stand-in/index.js';
import { messages, now, samples, trust as world } from '../verify/world.js';
import type { Vectors } from './certificate-vectors.js';
import { day, make, makeCrl } from './lab.js';

/** All that a verdict about a message says anywhere. */
function found(request: MessageRequest, time: Partial<ValidationTime> = {}, trust: Trust = world): Finding[] {
  const verdict = verifyMessage(request, trust, { now, ...time });
  const ofSigners = verdict.signers.flatMap(({ findings, timestamps, trust }) => [
    ...findings,
    ...trust.findings,
    ...timestamps.flatMap((timestamp) => timestamp.findings),
  ]);
  return [...verdict.findings, ...ofSigners];
}

const anna = 'Anna Muster <anna.muster@stand-in.example>';
const signed = (signer: Partial<MessageSigner>, more: Partial<Parameters<typeof signMessage>[0]> = {}) =>
  signMessage({ from: anna, text: 'text\n', signers: [{ by: samples.person, ...signer }], ...more });
const foundIn = (signer: Partial<MessageSigner>, more = {}) => found({ message: signed(signer, more).message });
const unsigned = (type: string, ...values: Uint8Array[]) => ({
  unsignedAttributes: () => [attribute(type, ...values)],
});
const text = (value: string) => new TextEncoder().encode(value);

/** Expired since, and on no list that was made while it was valid. */
function archived(): Finding[] {
  const { root, authority } = make();
  const notAfter = day('2026-01-01');
  const by = issueCertificate({
    subject: 'CN=Archived',
    issuer: authority,
    notBefore: day('2024-01-01'),
    notAfter,
    extensions: { basicConstraints: {}, keyUsage: ['digitalSignature'], subjectAltName: [{ email: 'a@lab.example' }] },
  });
  const last = { thisUpdate: addDays(notAfter, -2), nextUpdate: addDays(notAfter, 8) };
  const trust = createTrust({
    anchors: [root.certificate],
    intermediates: [authority.certificate],
    crls: [makeCrl(root), makeCrl(authority, last)],
  });
  const { message } = signMessage({ from: 'a@lab.example', text: 'text\n', signers: [{ by }] });
  return found({ message }, {}, trust);
}

export const messageVectors: Vectors = {
  cms_malformed: () => found({ message: pkcs7Mime(new Uint8Array([0x30, 0x03, 1, 2, 3])) }),
  message_digest_mismatch: () => found({ message: messages.altered }),
  message_signature_invalid: () => found({ message: messages.twoSignersOneFails }),
  signed_attributes_invalid: () =>
    foundIn({ otherSignedAttributes: [attribute(attributeTypes.contentType, asn1.oid('1.2.840.113549.1.7.1'))] }),
  timestamp_malformed: () => foundIn(unsigned(attributeTypes.signatureTimestamp, asn1.sequence())),
  timestamp_imprint_mismatch: () => {
    const token = issueTimestamp({
      authority: samples.timestampAuthority,
      data: text('other'),
      genTime: addDays(now, -1),
    });
    return foundIn(unsigned(attributeTypes.signatureTimestamp, token));
  },
  timestamp_not_usable: () =>
    foundIn({ timestamps: [{ authority: samples.timestampAuthority, genTime: addDays(now, 1) }] }),
  from_mismatch: () => found({ message: messages.withOtherFrom }),
  from_not_single: () => foundIn({}, { from: `${anna}, Otto <otto@stand-in.example>` }),
  sender_differs_from_from: () =>
    foundIn({}, { from: 'otto.normal@stand-in.example', otherHeaders: [['Sender', anna]] }),
  out_of_bounds_no_poe: () => found({ message: messages.archived }),
  out_of_bounds_not_revoked: archived,
  revoked_no_poe: () => found({ message: messages.byRevokedPerson }),
  not_signed: () => found({ message: text(`From: ${anna}\r\nSubject: x\r\n\r\ntext\r\n`) }),
  encrypted: () => {
    const recipient = issueCertificate({
      subject: 'CN=Recipient',
      keys: generateKeys('rsa-2048'),
      notBefore: addDays(now, -1),
      notAfter: addDays(now, 1),
    });
    return found({ message: envelopMessage({ from: anna, recipient, content: text('secret') }).message });
  },
  signer_certificate_missing: () => foundIn({}, { certificates: [] }),
  content_missing: () => foundIn({}, { form: 'detached' }),
  certificate_without_mailbox: () => foundIn({ by: samples.server }),
  identity_not_compared: () => found({ message: messages.goodMultipart, from: false }),
  countersignature_not_judged: () => foundIn(unsigned('1.2.840.113549.1.9.6', asn1.sequence())),
  sender_not_present: () => foundIn({}, { form: 'attached' }),
};
