/** A CRL from entries that are encoded already: histories and large lists are issued without encoding each entry anew. */
import { asn1, type Issued, signatureAlgorithm, signBytes } from '../../src/stand-in/index.js';

const { bitString, context, enumerated, integer, octetString, oid, sequence } = asn1;

/** reasonCode superseded, as an entry carries it. */
const superseded = sequence(sequence(oid('2.5.29.21'), octetString(enumerated(4))));

export interface RawCrl {
  readonly issuer: Issued;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly number: number;
  /** Entries, one after another. */
  readonly entries: Uint8Array;
}

/** Superseded; of the same length for every serial number of the same length. */
export const rawEntry = (serialNumber: bigint, revocationDate: Date): Uint8Array =>
  sequence(integer(serialNumber), asn1.time(revocationDate), superseded);

export function issueRawCrl({ issuer, thisUpdate, nextUpdate, number, entries }: RawCrl): Uint8Array {
  const crlNumber = sequence(oid('2.5.29.20'), octetString(integer(number)));
  const algorithm = signatureAlgorithm(issuer.keys);
  const toBeSigned = sequence(
    integer(1),
    algorithm,
    issuer.name,
    asn1.time(thisUpdate),
    asn1.time(nextUpdate),
    ...(entries.length === 0 ? [] : [sequence(entries)]),
    context(0, sequence(crlNumber)),
  );
  return sequence(toBeSigned, algorithm, bitString(signBytes(issuer.keys, toBeSigned)));
}
