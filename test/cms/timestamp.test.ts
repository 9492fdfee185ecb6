import { describe, expect, test } from 'vitest';
import { wholeContent } from '../../src/cms/content.js';
import { readMessage } from '../../src/cms/message.js';
import { signerCertificates, verifySignerInfo } from '../../src/cms/signer.js';
import { checkImprint, readTimestampToken } from '../../src/cms/timestamp.js';
import {
  issueCertificate,
  issueTimestamp,
  issueTimestampAuthority,
  sharedKeys,
  signMessage,
} from '../../src/stand-in/index.js';
import { certificatesOf, octets } from './support.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const root = issueCertificate({ subject: 'CN=Root', ...validity, extensions: { basicConstraints: { ca: true } } });
const authority = issueTimestampAuthority({ issuer: root, subject: 'CN=TSA', ...validity });
const genTime = new Date('2026-06-01T12:00:00.250Z');
const data = octets('stamped');

function readGood(token: Uint8Array) {
  const read = readTimestampToken(token);
  if (!read.ok) throw new Error(read.finding.message);
  return read.value;
}

describe('timestamp tokens', () => {
  test('say when, over what, by whom', () => {
    const token = readGood(issueTimestamp({ authority, data, genTime, accuracySeconds: 2, nonce: 5n }));
    expect(token.info).toMatchObject({ genTime: genTime.getTime(), accuracy: 2000, policy: '1.3.6.1.4.1.55555.1' });
    expect(checkImprint(token, wholeContent(data))).toEqual([]);
    const [known] = signerCertificates(token.signer, certificatesOf(token.signedData.certificates));
    expect(verifySignerInfo(token.signedData, token.signer, known?.certificate).status).toBe('valid');
  });

  test('over something else', () => {
    const token = readGood(issueTimestamp({ authority, data, genTime, hash: 'sha512' }));
    expect(checkImprint(token, wholeContent(data))).toEqual([]);
    expect(checkImprint(token, wholeContent(octets('x'))).map(({ code }) => code)).toEqual([
      'timestamp_imprint_mismatch',
    ]);
  });

  test('that are none', () => {
    const code = (token: Uint8Array) => {
      const read = readTimestampToken(token);
      return read.ok ? undefined : read.finding.code;
    };
    const good = issueTimestamp({ authority, data, genTime });
    for (let length = 0; length < good.length; length += 17) {
      expect(code(good.subarray(0, length))).toBe('timestamp_malformed');
    }
    expect(code(signMessage({ form: 'attached', signers: [{ by: authority }] }).message)).toBe('timestamp_malformed');
    const unreferenced = issueTimestamp({ authority, data, genTime, signer: { signingCertificate: false } });
    expect(code(unreferenced)).toBe('timestamp_malformed');
  });

  test('are found in a message: over the signature value and over the content', () => {
    const by = issueCertificate({ subject: 'CN=a', keys: sharedKeys('ec-p256', 'cms'), ...validity });
    const options = { authority, genTime };
    const signers = [{ by, timestamps: [options], contentTimestamp: options }];
    const { signedData } = readMessage(signMessage({ signers }).message);
    const signer = signedData?.signers[0];
    const content = signedData?.contents[0];
    if (signer === undefined || content === undefined) throw new Error('no signer');
    const [overSignature] = signer.unsignedAttributes.signatureTimestamps.map(readGood);
    const [overContent] = (signer.signedAttributes?.contentTimestamps ?? []).map(readGood);
    if (overSignature === undefined || overContent === undefined) throw new Error('no timestamp');
    expect(checkImprint(overSignature, wholeContent(signer.signature))).toEqual([]);
    expect(checkImprint(overContent, content)).toEqual([]);
    expect(checkImprint(overContent, wholeContent(signer.signature))).not.toEqual([]);
  });
});
