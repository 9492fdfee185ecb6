/**
 * RFC 3161 timestamp tokens. pkijs writes the TSTInfo; signed-data.ts signs it with the ESS certificate
 * reference that §2.4.2 demands. The genTime is whatever the test wants, the imprint too.
 */

import { Integer, OctetString } from 'asn1js';
import { Accuracy, AlgorithmIdentifier, MessageImprint, TSTInfo } from 'pkijs';
import { type Bytes, integer, sequence } from './asn1.js';
import { type Issued, type Issuer, issueCertificate } from './certificate.js';
import { digest, type HashName, hashOids, type KeyAlgorithm } from './keys.js';
import type { NameInput } from './names.js';
import { contentTypes, type SignerInput, signedData } from './signed-data.js';

export interface TimestampOptions {
  /** The timestamp authority's certificate and keys. */
  authority: Issued;
  genTime: Date;
  /** The imprint's hash; default sha256. */
  hash?: HashName;
  policy?: string;
  serialNumber?: bigint | number;
  nonce?: bigint;
  accuracySeconds?: number;
  /** Default: the authority's certificate. */
  certificates?: readonly Uint8Array[];
  crls?: readonly Uint8Array[];
  /** How the token is signed, where it shall differ. */
  signer?: Partial<SignerInput>;
}

/** What is stamped: data, whose hash is the imprint, or the imprint itself. */
export type TimestampInput = TimestampOptions & ({ data: Uint8Array } | { imprint: Uint8Array });

/** A TimeStampToken (ContentInfo), DER. */
export function issueTimestamp(input: TimestampInput): Uint8Array {
  const hash = input.hash ?? 'sha256';
  const info = new TSTInfo({
    version: 1,
    policy: input.policy ?? '1.3.6.1.4.1.55555.1',
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: hashOids[hash] }),
      hashedMessage: new OctetString({ valueHex: 'data' in input ? digest(hash, input.data) : input.imprint }),
    }),
    serialNumber: Integer.fromBigInt(BigInt(input.serialNumber ?? 1)),
    genTime: input.genTime,
    ...(input.accuracySeconds === undefined ? {} : { accuracy: new Accuracy({ seconds: input.accuracySeconds }) }),
    ...(input.nonce === undefined ? {} : { nonce: Integer.fromBigInt(input.nonce) }),
  });
  return signedData({
    content: new Uint8Array(info.toSchema().toBER()),
    contentType: contentTypes.timestampInfo,
    signers: [{ by: input.authority, signingCertificate: true, signingTime: input.genTime, ...input.signer }],
    ...(input.certificates === undefined ? {} : { certificates: input.certificates }),
    ...(input.crls === undefined ? {} : { crls: input.crls }),
  });
}

/** TimeStampResp with status granted around a token, as `openssl ts -verify -in` reads it. */
export function timestampResponse(token: Uint8Array): Bytes {
  return sequence(sequence(integer(0)), token);
}

export interface TimestampAuthorityInput {
  issuer?: Issuer;
  subject: NameInput;
  notBefore: Date;
  notAfter: Date;
  algorithm?: KeyAlgorithm;
  crlUrls?: string[];
}

/** A timestamp authority's certificate: critical extended key usage with timeStamping alone (RFC 3161 §2.3). */
export function issueTimestampAuthority(input: TimestampAuthorityInput): Issued {
  const { crlUrls, ...rest } = input;
  return issueCertificate({
    ...rest,
    extensions: {
      basicConstraints: {},
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['timeStamping'],
      critical: { extendedKeyUsage: true },
      ...(crlUrls === undefined ? {} : { crlDistributionPoints: crlUrls }),
    },
  });
}
