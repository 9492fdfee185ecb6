/** What the tests of this room ask of a message: each signer's outcome, with the certificates that it brings. */
import {
  createMessageReader,
  type MessageReaderOptions,
  type MessageStructure,
  readMessage,
} from '../../src/cms/message.js';
import { type SignatureOutcome, signerCertificates, verifySignerInfo } from '../../src/cms/signer.js';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.js';

export const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

export function certificatesOf(ders: readonly Uint8Array[]): { certificate: Certificate }[] {
  return ders.flatMap((der) => {
    const certificate = parseCertificate(der);
    return certificate.ok ? [{ certificate: certificate.value }] : [];
  });
}

export function outcomesOf({ signedData }: MessageStructure, further: readonly Uint8Array[] = []): SignatureOutcome[] {
  if (signedData === undefined) return [];
  const pool = certificatesOf([...signedData.certificates, ...further]);
  return signedData.signers.map((signer) =>
    verifySignerInfo(signedData, signer, signerCertificates(signer, pool)[0]?.certificate),
  );
}

/** Codes of errors of the message and its signers. */
export function errorsOf(structure: MessageStructure, further: readonly Uint8Array[] = []): string[] {
  const findings = [...structure.findings, ...outcomesOf(structure, further).flatMap((outcome) => outcome.findings)];
  return findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

export function readInChunks(message: Uint8Array, size: number, options: MessageReaderOptions = {}): MessageStructure {
  const reader = createMessageReader(options);
  const chunk = new Uint8Array(size);
  for (let at = 0; at < message.length; at += size) {
    const piece = message.subarray(at, at + size);
    // The buffer is used again, as a server does it.
    chunk.set(piece);
    reader.update(chunk.subarray(0, piece.length));
    chunk.fill(0, piece.length);
  }
  return reader.finish();
}

/** Verdicts that must not depend on how the octets arrive. */
export function readAllWays(message: Uint8Array, options: MessageReaderOptions = {}): MessageStructure[] {
  return [readMessage(message, options), ...[1, 7, 1000, 65_536].map((size) => readInChunks(message, size, options))];
}
