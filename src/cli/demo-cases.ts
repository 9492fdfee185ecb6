/**
 * The cases of the demo as data: what is sent, and which verdict it deserves. A verdict that is right for the wrong
 * reason is a failed case, so each names the code of the finding that must head the list.
 */
import type { Status } from '../findings/finding.js';
import type { FindingCode } from '../findings/table.js';
import type { createSampleMessages, Samples, StandIn } from '../stand-in/index.js';
import { writePem } from '../x509/pem.js';

export interface DemoCase {
  /** In words. */
  readonly what: string;
  /** Name of the sample file. */
  readonly file: string;
  readonly body: Uint8Array;
  readonly contentType: 'application/pkix-cert' | 'application/pem-certificate-chain' | 'message/rfc822';
  readonly query: Readonly<Record<string, string>>;
  readonly expected: Status;
  /** The heading finding; a valid verdict needs none. */
  readonly code?: FindingCode;
}

type Messages = ReturnType<typeof createSampleMessages>;

const rfc3339 = (time: Date): string => time.toISOString().replace('.000Z', 'Z');

export function certificateCases(standIn: StandIn, samples: Samples): DemoCase[] {
  const chain = (...certificates: { certificate: Uint8Array }[]): Uint8Array =>
    new TextEncoder().encode(certificates.map(({ certificate }) => writePem('CERTIFICATE', certificate)).join(''));
  const server = (dns: string) => ({ profile: 'tls-server', dns });
  const uc = 'uc.stand-in.example';
  const pemChain = 'application/pem-certificate-chain';
  const one = 'application/pkix-cert';
  return [
    {
      what: 'a server, its chain, asked for by its name',
      file: 'server.pem',
      body: chain(samples.server, standIn.infrastructure),
      contentType: pemChain,
      query: server(uc),
      expected: 'valid',
    },
    {
      what: 'the same server under another name',
      file: 'server.pem',
      body: chain(samples.server, standIn.infrastructure),
      contentType: pemChain,
      query: server('mail.stand-in.example'),
      expected: 'invalid',
      code: 'name_mismatch',
    },
    {
      what: 'a server whose certificate was revoked',
      file: 'server-revoked.cer',
      body: samples.revokedServer.certificate,
      contentType: one,
      query: server('stolen.stand-in.example'),
      expected: 'invalid',
      code: 'certificate_revoked',
    },
    {
      what: 'a server whose certificate has expired',
      file: 'server-expired.cer',
      body: samples.expiredServer.certificate,
      contentType: one,
      query: server('former.stand-in.example'),
      expected: 'invalid',
      code: 'certificate_expired',
    },
    {
      what: 'the same server, asked about when it was good',
      file: 'server-expired.cer',
      body: samples.expiredServer.certificate,
      contentType: one,
      query: { ...server('former.stand-in.example'), at: rfc3339(samples.expiredServerGoodAt) },
      expected: 'valid',
    },
    {
      what: "a server under the User CA, which is for people's certificates",
      file: 'server-under-user-ca.cer',
      body: samples.serverUnderUserCa.certificate,
      contentType: one,
      query: server(uc),
      expected: 'invalid',
      code: 'authority_not_for_profile',
    },
    {
      what: 'a server by a foreign CA that copies the names',
      file: 'server-foreign.pem',
      body: chain(samples.foreignServer, samples.foreign.infrastructure, samples.foreign.root),
      contentType: pemChain,
      query: server(uc),
      expected: 'invalid',
      code: 'signature_invalid',
    },
    {
      what: 'a server whose intermediate certificate is missing',
      file: 'server-without-intermediate.cer',
      body: samples.serverOfMissingIntermediate.certificate,
      contentType: one,
      query: server('branch.stand-in.example'),
      expected: 'indeterminate',
      code: 'no_path_to_anchor',
    },
    {
      what: 'a phone under the PRODUCT CA',
      file: 'phone.cer',
      body: samples.phone.certificate,
      contentType: one,
      query: { profile: 'device' },
      expected: 'valid',
    },
    {
      what: "a server whose authority's CRL is stale",
      file: 'server-stale-crl.cer',
      body: samples.serverWithStaleCrl.certificate,
      contentType: one,
      query: server('old.stand-in.example'),
      expected: 'indeterminate',
      code: 'revocation_unknown',
    },
  ];
}

export function messageCases(samples: Samples, messages: Messages): DemoCase[] {
  const mail = (
    what: string,
    file: string,
    body: Uint8Array,
    expected: Status,
    code?: FindingCode,
    query: Record<string, string> = {},
  ): DemoCase => ({
    what,
    file,
    body,
    contentType: 'message/rfc822',
    query,
    expected,
    ...(code === undefined ? {} : { code }),
  });
  const archivedAt = { at: rfc3339(samples.archivedAt) };
  return [
    mail('a signed mail', 'mail.eml', messages.goodMultipart, 'valid'),
    mail('a signed mail, opaque', 'mail-opaque.eml', messages.goodOpaque, 'valid'),
    mail('a mail altered in transit', 'mail-altered.eml', messages.altered, 'invalid', 'message_digest_mismatch'),
    mail(
      'a mail whose signer was revoked since, with no proof of when it was signed',
      'mail-revoked.eml',
      messages.byRevokedPerson,
      'indeterminate',
      'revoked_no_poe',
    ),
    mail(
      'a mail by a foreign CA that copies the names',
      'mail-foreign.eml',
      messages.byForeignPerson,
      'invalid',
      'signature_invalid',
    ),
    mail('a mail with another From', 'mail-other-from.eml', messages.withOtherFrom, 'invalid', 'from_mismatch'),
    mail(
      'a mail with two signers of whom one fails',
      'mail-two-signers.eml',
      messages.twoSignersOneFails,
      'invalid',
      'message_signature_invalid',
    ),
    mail(
      'a mail from the archive, signer and authority expired since',
      'mail-archived.eml',
      messages.archived,
      'indeterminate',
      'out_of_bounds_no_poe',
    ),
    mail(
      'the same mail, known to have existed when they were good',
      'mail-archived.eml',
      messages.archived,
      'valid',
      undefined,
      archivedAt,
    ),
  ];
}
