/**
 * Signed and encrypted messages: multipart/signed and opaque mail (RFC 8551), bare and detached CMS. What is
 * signed is a MIME entity with CRLF lines; for the bare forms it is the given bytes. The mail's own headers
 * stay outside the signature, as mail programs do it.
 */
import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import {
  type Bytes,
  concat,
  context,
  contextPrimitive,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
} from './asn1.js';
import type { Issued } from './certificate.js';
import type { HashName } from './keys.js';
import {
  attribute,
  attributeTypes,
  contentTypes,
  digestOf,
  type SignedDataInput,
  type SignerInput,
  signedData,
} from './signed-data.js';
import { issueTimestamp, type TimestampOptions } from './timestamp.js';

export interface MessageSigner extends SignerInput {
  /** Adds signature timestamps (unsigned attribute, RFC 3161 appendix A): by when it was signed. */
  timestamps?: TimestampOptions[];
  /** Adds a content timestamp (signed attribute, RFC 5126 §5.11.4): after when it was signed. */
  contentTimestamp?: TimestampOptions;
}

export interface MailHeaders {
  from?: string;
  to?: string;
  subject?: string;
  date?: Date;
  /** Written after the others, as they are; a name may come twice. */
  otherHeaders?: [name: string, value: string][];
}

export interface MessageInput extends MailHeaders, Omit<SignedDataInput, 'content' | 'signers' | 'detached'> {
  /** multipart (default) and opaque: a mail. attached and detached: bare CMS, DER. */
  form?: 'multipart' | 'opaque' | 'attached' | 'detached';
  /** The text of the mail; for mails it is wrapped as a text/plain entity. */
  text?: string;
  /** In place of text: the exact bytes to sign (for mails a MIME entity with CRLF lines). */
  content?: Uint8Array;
  signers: MessageSigner[];
  boundary?: string;
}

export interface SignedMessage {
  /** The mail, or the CMS for the bare forms. */
  message: Uint8Array;
  /** The mail without From, To, Subject, Date: what a further signature would be over. */
  entity: Uint8Array;
  /** The ContentInfo. */
  cms: Uint8Array;
  /** The bytes that were signed. */
  content: Uint8Array;
}

const bytes = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'utf8'));

/** Every line end as CRLF (RFC 8551 §3.1.1). */
export const canonicalText = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n');

/** A text/plain MIME entity with CRLF lines. */
export function textEntity(text: string): Uint8Array {
  return bytes(
    `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${canonicalText(text)}`,
  );
}

const base64Lines = (data: Uint8Array): string =>
  (
    Buffer.from(data)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n');

function headerLines(headers: MailHeaders): string {
  const lines: [string, string | undefined][] = [
    ['From', headers.from],
    ['To', headers.to],
    ['Subject', headers.subject],
    ['Date', headers.date?.toUTCString().replace('GMT', '+0000')],
    ...(headers.otherHeaders ?? []),
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\r\n`])).join('');
}

const micalgNames: Partial<Record<HashName, string>> = {
  md5: 'md5',
  sha1: 'sha-1',
  sha224: 'sha-224',
  sha256: 'sha-256',
  sha384: 'sha-384',
  sha512: 'sha-512',
};

function micalg(signers: readonly MessageSigner[]): string {
  const hashes = new Set(signers.map(digestOf));
  return [...hashes].map((hash) => micalgNames[hash] ?? hash).join(',');
}

/** A multipart/signed entity (RFC 1847 §2.1) around exactly these bytes; the signature may be any bytes. */
export function multipartSigned(
  content: Uint8Array,
  cms: Uint8Array,
  hashes = 'sha-256',
  boundary?: string,
): Uint8Array {
  const mark = boundary ?? `=-stand-in-${randomBytes(12).toString('hex')}`;
  return concat([
    bytes(
      `MIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n micalg="${hashes}"; boundary="${mark}"\r\n\r\nThis is a signed message.\r\n--${mark}\r\n`,
    ),
    content,
    bytes(
      `\r\n--${mark}\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="smime.p7s"\r\n\r\n${base64Lines(cms)}\r\n--${mark}--\r\n`,
    ),
  ]);
}

/** An application/pkcs7-mime entity (RFC 8551 §3.2). */
export function pkcs7Mime(cms: Uint8Array, smimeType = 'signed-data'): Uint8Array {
  const name = smimeType === 'certs-only' ? 'smime.p7c' : 'smime.p7m';
  return bytes(
    `MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=${smimeType}; name="${name}"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n${base64Lines(cms)}\r\n`,
  );
}

/** The mail's headers in front of an entity. */
export const mail = (headers: MailHeaders, entity: Uint8Array): Uint8Array =>
  concat([bytes(headerLines(headers)), entity]);

function withTimestamps(signer: MessageSigner, content: Uint8Array): SignerInput {
  const { timestamps = [], contentTimestamp, ...rest } = signer;
  const own = rest.unsignedAttributes;
  const stamped =
    contentTimestamp === undefined
      ? []
      : [attribute(attributeTypes.contentTimestamp, issueTimestamp({ ...contentTimestamp, data: content }))];
  return {
    ...rest,
    otherSignedAttributes: [...(rest.otherSignedAttributes ?? []), ...stamped],
    unsignedAttributes: (signature) => [
      ...(own?.(signature) ?? []),
      ...(timestamps.length === 0
        ? []
        : [
            attribute(
              attributeTypes.signatureTimestamp,
              ...timestamps.map((options) => issueTimestamp({ ...options, data: signature })),
            ),
          ]),
    ],
  };
}

/** Signs one message. Nest by signing the `entity` of another as `content`. */
export function signMessage(input: MessageInput): SignedMessage {
  const form = input.form ?? 'multipart';
  const isMail = form === 'multipart' || form === 'opaque';
  const text = input.text ?? 'A message of the stand-in.\n';
  const content = input.content ?? (isMail ? textEntity(text) : bytes(text));
  const cms = signedData({
    ...input,
    content,
    detached: form === 'multipart' || form === 'detached',
    signers: input.signers.map((signer) => withTimestamps(signer, content)),
  });
  if (!isMail) return { message: cms, entity: cms, cms, content };
  const entity =
    form === 'opaque' ? pkcs7Mime(cms) : multipartSigned(content, cms, micalg(input.signers), input.boundary);
  return { message: mail(input, entity), entity, cms, content };
}

export interface EnvelopeInput extends MailHeaders {
  /** An RSA certificate. */
  recipient: Issued;
  content: Uint8Array;
}

/** An encrypted mail (RFC 5652 §6: RSA key transport, AES-256-CBC): what a verifier has to answer with "encrypted". */
export function envelopMessage(input: EnvelopeInput): { message: Uint8Array; cms: Uint8Array } {
  const { recipient } = input;
  const key = randomBytes(32);
  const vector = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', key, vector);
  const encrypted = concat([cipher.update(input.content), cipher.final()]);
  const wrapped = publicEncrypt({ key: recipient.keys.publicKey, padding: constants.RSA_PKCS1_PADDING }, key);
  const recipientInfo = sequence(
    integer(0),
    sequence(recipient.issuerName, integer(recipient.serialNumber)),
    sequence(oid('1.2.840.113549.1.1.1'), nullValue),
    octetString(wrapped),
  );
  const encryptedContent = sequence(
    oid(contentTypes.data),
    sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(vector)),
    contextPrimitive(0, encrypted),
  );
  const enveloped = sequence(integer(0), setOf([recipientInfo]), encryptedContent);
  const cms = sequence(oid(contentTypes.envelopedData), context(0, enveloped));
  return { message: mail(input, pkcs7Mime(cms, 'enveloped-data')), cms };
}
