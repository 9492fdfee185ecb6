import { describe, expect, test } from 'vitest';
import { readMessage } from '../../src/cms/message.js';
import {
  asn1,
  attribute,
  attributeTypes,
  contentTypes,
  issueCertificate,
  type MessageSigner,
  sharedKeys,
  signMessage,
} from '../../src/stand-in/index.js';
import { errorsOf, octets, outcomesOf } from './support.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const rsa = issueCertificate({ subject: 'CN=rsa', keys: sharedKeys('rsa', 'cms'), ...validity });
const other = issueCertificate({ subject: 'CN=other', keys: sharedKeys('rsa', 'cms other'), ...validity });
const { oid, octetString, sequence, setOf, nullValue, contextPrimitive, integer } = asn1;

const read = (signer: Partial<MessageSigner>, input: object = {}) =>
  readMessage(signMessage({ form: 'attached', signers: [{ by: rsa, ...signer }], ...input }).message);

/** A message with further signed attributes. */
const withAttributes = (...attributes: Uint8Array[]) => read({ otherSignedAttributes: attributes });

const details = (structure: ReturnType<typeof read>) =>
  outcomesOf(structure).flatMap(({ findings }) => findings.map(({ code, message }) => `${code} ${message}`));

describe('signed attributes', () => {
  test('twice or with two values', () => {
    const type = attribute(attributeTypes.contentType, oid(contentTypes.data), oid(contentTypes.signedData));
    expect(details(withAttributes(type))).toEqual([expect.stringMatching(/signed_attributes_invalid .*contentType/)]);
    const digest = attribute(attributeTypes.messageDigest, octetString(new Uint8Array(32)));
    expect(errorsOf(withAttributes(digest))).toEqual(['signed_attributes_invalid']);
    const time = attribute(attributeTypes.signingTime, octetString(octets('now')));
    expect(details(withAttributes(time))).toEqual([expect.stringMatching(/signingTime cannot be read/)]);
  });

  test('another content type than that of the content', () => {
    const signed = read({ signedAttributes: false }, { contentType: '1.2.3' });
    expect(details(signed)).toEqual([expect.stringMatching(/signed_attributes_invalid .*id-data/)]);
    expect(errorsOf(read({}, { contentType: '1.2.3' }))).toEqual([]);
  });

  test('an attribute that is no DER', () => {
    expect(errorsOf(withAttributes(octets('\x30\x80\x00\x00')))).toContain('signed_attributes_invalid');
  });

  test('signingCertificateV2 of another certificate', () => {
    const reference = sequence(sequence(sequence(octetString(new Uint8Array(32)))));
    const structure = withAttributes(attribute(attributeTypes.signingCertificateV2, reference));
    expect(details(structure)).toEqual([expect.stringMatching(/signed_attributes_invalid .*another certificate/)]);
  });

  test('CMSAlgorithmProtection', () => {
    const protection = (digest: string) =>
      attribute(
        '1.2.840.113549.1.9.52',
        sequence(sequence(oid(digest)), asn1.retag(0xa1, sequence(oid('1.2.840.113549.1.1.1'), nullValue))),
      );
    expect(errorsOf(withAttributes(protection('2.16.840.1.101.3.4.2.1')))).toEqual([]);
    expect(errorsOf(withAttributes(protection('1.3.14.3.2.26')))).toEqual(['signed_attributes_invalid']);
  });

  test('those of one message are no content of another', () => {
    const attributes = setOf([
      attribute(attributeTypes.contentType, oid(contentTypes.data)),
      attribute(attributeTypes.messageDigest, octetString(new Uint8Array(32))),
    ]);
    expect(errorsOf(read({ signedAttributes: false }, { content: attributes }))).toEqual(['signed_attributes_invalid']);
    expect(errorsOf(read({}, { content: attributes }))).toEqual([]);
  });

  test('the signing time is a claim that is told', () => {
    const signingTime = new Date('2026-03-01T10:00:00Z');
    const { signedData } = read({ signingTime });
    expect(signedData?.signers[0]?.signedAttributes?.signingTime).toBe(signingTime.getTime());
  });
});

test('a certificate that copies the names of the signer does not verify', () => {
  const copy = issueCertificate({ subject: 'CN=rsa', keys: other.keys, serialNumber: rsa.serialNumber, ...validity });
  expect(errorsOf(read({}, { certificates: [copy.certificate] }))).toEqual(['message_signature_invalid']);
});

test('of two certificates with the same names the one that the attribute names comes first', () => {
  const copy = issueCertificate({ subject: 'CN=rsa', keys: other.keys, serialNumber: rsa.serialNumber, ...validity });
  const certificates = [copy.certificate, rsa.certificate];
  expect(errorsOf(read({ signingCertificate: true }, { certificates }))).toEqual([]);
});

test('countersignatures are told and not judged', () => {
  const unsignedAttributes = () => [attribute('1.2.840.113549.1.9.6', sequence())];
  const structure = read({ unsignedAttributes });
  expect(errorsOf(structure)).toEqual([]);
  expect(details(structure)).toEqual([expect.stringMatching(/^countersignature_not_judged/)]);
});

test('algorithms that are not known leave the signature open', () => {
  const info = (digest: string, signature: string) =>
    sequence(
      integer(3),
      contextPrimitive(0, rsa.keys.keyIdentifier),
      sequence(oid(digest)),
      sequence(oid(signature)),
      octetString(new Uint8Array(256)),
    );
  const message = (digest: string, signature: string) =>
    sequence(
      oid(contentTypes.signedData),
      asn1.context(
        0,
        sequence(
          integer(3),
          setOf([sequence(oid(digest))]),
          sequence(oid(contentTypes.data), asn1.context(0, octetString(octets('x')))),
          setOf([info(digest, signature)]),
        ),
      ),
    );
  const codes = (digest: string, signature: string) =>
    errorsOf(readMessage(message(digest, signature)), [rsa.certificate]);
  expect(codes('1.2.3', '1.2.840.113549.1.1.1')).toContain('algorithm_unknown');
  expect(codes('2.16.840.1.101.3.4.2.1', '1.2.3')).toContain('algorithm_unknown');
});

test('more signers than the limit', () => {
  const { message } = signMessage({ form: 'attached', signers: Array.from({ length: 65 }, () => ({ by: rsa })) });
  expect(readMessage(message).findings.map(({ code }) => code)).toEqual(['budget_exceeded']);
});
