/**
 * Timestamp tokens (RFC 3161 §2.4.2, RFC 5816): what they say, and whether they speak of the given octets. Signature, signer's
 * certificate and the authority's path are checked by the same functions as those of a message, in verify.
 */
import type { DigestName } from '../crypto/algorithms.js';
import { digestAlgorithm } from '../crypto/digest.js';
import { equalOctets } from '../der/octets.js';
import { readOid } from '../der/oid.js';
import { contextConstructed, contextPrimitive, DerError, DerReader, enterWhole, tag } from '../der/reader.js';
import { readGeneralizedTime } from '../der/time.js';
import { encodeElement } from '../der/writer.js';
import { type Finding, finding } from '../findings/finding.js';
import { readAlgorithm } from '../x509/algorithm.js';
import { CmsReader } from './cms-reader.js';
import type { SignedContent } from './content.js';
import { LimitError, limits } from './failure.js';
import { contentTypeOid, type SignedData, type SignerInfo } from './signed-data.js';

/** TSTInfo. */
export interface TimestampInfo {
  readonly policy: string;
  readonly imprint: {
    /** undefined: not known here. */
    readonly digest: DigestName | undefined;
    readonly algorithm: string;
    readonly value: Uint8Array;
  };
  readonly serialNumber: Uint8Array;
  /** Milliseconds since 1970, fractions cut off below one. */
  readonly genTime: number;
  /** Milliseconds, rounded up: the true time lies at most so far on either side. 0 where nothing is said. */
  readonly accuracy: number;
}

export interface TimestampToken {
  readonly info: TimestampInfo;
  /** For verifySignerInfo. */
  readonly signedData: SignedData;
  readonly signer: SignerInfo;
}

export type ReadTimestamp =
  | { readonly ok: true; readonly value: TimestampToken }
  | { readonly ok: false; readonly finding: Finding };

/** Reads a TimeStampToken, which must fill `octets`. */
export function readTimestampToken(octets: Uint8Array): ReadTimestamp {
  try {
    return { ok: true, value: readToken(octets) };
  } catch (error) {
    if (error instanceof DerError) {
      return { ok: false, finding: finding('timestamp_malformed', { expected: error.expected, found: error.found }) };
    }
    if (error instanceof LimitError) {
      return { ok: false, finding: finding('budget_exceeded', { budget: error.budget, limit: error.limit }) };
    }
    throw error;
  }
}

/** RFC 3161 §2.2: the imprint must be that of the octets stamped. */
export function checkImprint({ info }: TimestampToken, stamped: SignedContent): Finding[] {
  const { digest, algorithm, value } = info.imprint;
  if (digest === undefined) return [finding('algorithm_unknown', { algorithm })];
  const computed = stamped.digest(digest);
  if (computed === undefined) {
    const budget = `content whose digest ${digest} the message does not announce`;
    return [finding('budget_exceeded', { budget, limit: limits.keptContent })];
  }
  return equalOctets(computed, value) ? [] : [finding('timestamp_imprint_mismatch')];
}

function readToken(octets: Uint8Array): TimestampToken {
  const reader = new CmsReader(true);
  reader.update(octets);
  const outcome = reader.finish();
  if (outcome.kind !== 'signed-data') throw new DerError('SignedData in a timestamp token', 'another content type');
  const { signedData } = outcome;
  if (signedData.contentType !== contentTypeOid.timestampInfo) throw new DerError('content of type TSTInfo', 'another');
  const content = signedData.contents[0]?.octets();
  if (content === undefined) throw new DerError('TSTInfo in a timestamp token', 'none');
  const [signer, ...others] = signedData.signers;
  if (signer === undefined || others.length > 0) {
    throw new DerError('exactly one signer of a timestamp token', `${signedData.signers.length}`);
  }
  // §2.4.2: the reference to the signer's certificate is obligatory.
  if ((signer.signedAttributes?.signingCertificates.length ?? 0) === 0) {
    throw new DerError('the attribute signingCertificate in a timestamp token', 'none');
  }
  return { info: readInfo(content), signedData, signer };
}

function readInfo(content: Uint8Array): TimestampInfo {
  const fields = enterWhole(content, tag.sequence, 'TSTInfo');
  if (fields.unsigned('the version of TSTInfo', 255) !== 1) throw new DerError('version 1 of TSTInfo', 'another');
  const policy = readOid(fields, 'the policy of TSTInfo');
  const imprint = fields.enter(tag.sequence, 'messageImprint');
  const algorithm = readAlgorithm(imprint, 'the digest of messageImprint');
  const value = imprint.content(tag.octetString, 'hashedMessage');
  imprint.finish('messageImprint');
  const serialNumber = fields.integer('the serial number of TSTInfo');
  const genTime = readGenTime(fields);
  const accuracy = fields.peek() === tag.sequence ? readAccuracy(fields.enter(tag.sequence, 'accuracy')) : 0;
  if (fields.peek() === tag.boolean) fields.boolean('ordering');
  if (fields.peek() === tag.integer) fields.integer('nonce');
  if (fields.peek() === contextConstructed(0)) fields.skip('tsa');
  if (fields.peek() === contextConstructed(1)) fields.skip('the extensions of TSTInfo');
  fields.finish('TSTInfo');
  const imprintValue = { digest: digestAlgorithm(algorithm), algorithm: algorithm.oid, value };
  return { policy, imprint: imprintValue, serialNumber, genTime, accuracy };
}

/** §2.4.2: YYYYMMDDhhmmss[.s…]Z, no zero at the end of the fraction. */
function readGenTime(fields: DerReader): number {
  const content = fields.content(tag.generalizedTime, 'genTime');
  const text = content.length > 64 ? '' : String.fromCharCode(...content);
  const match = /^(\d{14})(?:\.(\d*[1-9]))?Z$/.exec(text);
  if (match === null) throw new DerError('genTime', 'a GeneralizedTime of another form');
  const seconds = encodeElement(tag.generalizedTime, new TextEncoder().encode(`${match[1]}Z`));
  const milliseconds = Number((match[2] ?? '').slice(0, 3).padEnd(3, '0'));
  return readGeneralizedTime(new DerReader(seconds), 'genTime') + milliseconds;
}

/** Accuracy ::= SEQUENCE { seconds INTEGER, millis [0] 1..999, micros [1] 1..999 }, each optional. */
function readAccuracy(fields: DerReader): number {
  let milliseconds = 0;
  if (fields.peek() === tag.integer) milliseconds += 1000 * fields.unsigned('the seconds of accuracy', 2 ** 31);
  if (fields.peek() === contextPrimitive(0)) {
    milliseconds += fields.unsigned('the milliseconds of accuracy', 999, contextPrimitive(0));
  }
  if (fields.peek() === contextPrimitive(1)) {
    milliseconds += Math.ceil(fields.unsigned('the microseconds of accuracy', 999, contextPrimitive(1)) / 1000);
  }
  fields.finish('accuracy');
  return milliseconds;
}
