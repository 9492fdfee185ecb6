/** AlgorithmIdentifier (RFC 5280 §4.1.1.2): identifier and raw parameters. What they mean is decided in crypto. */
import { readOid } from '../der/oid.js';
import { type DerReader, tag } from '../der/reader.js';

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
  const sequence = reader.enter(expectedTag, what);
  const der = reader.view(start, reader.position);
  const oid = readOid(sequence, `${what} identifier`);
  let parameters: Uint8Array | undefined;
  if (!sequence.done) {
    const from = sequence.position;
    sequence.skip(`${what} parameters`);
    parameters = sequence.view(from, sequence.position);
  }
  sequence.finish(what);
  return { oid, parameters, der };
}
