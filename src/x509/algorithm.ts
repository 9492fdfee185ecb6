/** AlgorithmIdentifier (RFC 5280 §4.1.1.2): identifier and raw parameters. What they mean is decided in crypto. */
import { isAt } from '../der/octets.js';
import { readOid } from '../der/oid.js';
import { DerReader, tag } from '../der/reader.js';

export interface AlgorithmIdentifier {
  readonly oid: string;
  /** The parameters as one DER element, when present. */
  readonly parameters: Uint8Array | undefined;
  /** The whole AlgorithmIdentifier, for comparison octet by octet. */
  readonly der: Uint8Array;
}

export function readAlgorithm(
  reader: DerReader,
  what: string,
  expectedTag: number = tag.sequence,
): AlgorithmIdentifier {
  const start = reader.position;
  reader.pass(expectedTag, what);
  return commonAlgorithm(reader.bytes, start, reader.position) ?? readFields(reader, start, what);
}

/** The identifier that was passed last and begins at `start`. */
function readFields(reader: DerReader, start: number, what: string): AlgorithmIdentifier {
  const sequence = reader.inside();
  const oid = readOid(sequence, 'the identifier', tag.oid, what);
  let parameters: Uint8Array | undefined;
  if (!sequence.done) {
    const from = sequence.position;
    sequence.skip('the parameters', what);
    parameters = sequence.view(from, sequence.position);
  }
  sequence.finish(what);
  return { oid, parameters, der: reader.view(start, reader.position) };
}

/**
 * Identifiers of which nearly every certificate has three, found by their octets instead of being read; nothing depends on what
 * the table holds. rsaEncryption; sha256, sha384, sha512 with RSA; keys on P-256 and P-384; ECDSA with SHA-256 and SHA-384.
 */
const commonAlgorithms: readonly AlgorithmIdentifier[] = [
  '300d06092a864886f70d0101010500',
  '300d06092a864886f70d01010b0500',
  '300d06092a864886f70d01010c0500',
  '300d06092a864886f70d01010d0500',
  '301306072a8648ce3d020106082a8648ce3d030107',
  '301006072a8648ce3d020106052b81040022',
  '300a06082a8648ce3d040302',
  '300a06082a8648ce3d040303',
].map((hex) => {
  const reader = new DerReader(new Uint8Array(Buffer.from(hex, 'hex')));
  reader.pass(tag.sequence, hex);
  return readFields(reader, 0, hex);
});

function commonAlgorithm(bytes: Uint8Array, start: number, end: number): AlgorithmIdentifier | undefined {
  for (const algorithm of commonAlgorithms) if (isAt(algorithm.der, bytes, start, end)) return algorithm;
  return undefined;
}
