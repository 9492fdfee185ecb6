/** CRLs whose entries are written octet by octet, and what the general reader says of them. */
import { DerReader, parsed } from '../../src/der/reader.js';
import { readEntry } from '../../src/revocation/entry.js';
import { sequence } from '../../src/stand-in/asn1.js';
import { type CertificateList, parseCrl } from '../../src/x509/crl.js';

/** `template` with other revokedCertificates; its own list has fewer than 128 octets. The signature is of no interest here. */
export function crlAround(revokedCertificates: Uint8Array, template: Uint8Array): Uint8Array {
  const { tbs, entries } = listOf(template);
  const tbsStart = tbs.byteOffset - template.byteOffset;
  const header = tbs.subarray(tbs.length < 131 ? 2 : tbs.length < 259 ? 3 : 4, entries.start - tbsStart - 2);
  const rest = tbs.subarray(entries.end - tbsStart);
  return sequence(sequence(header, revokedCertificates, rest), template.subarray(tbsStart + tbs.length));
}

/** What stands behind the list of a CRL, within what is signed. */
export function behindList(crl: Uint8Array): Uint8Array {
  const { tbs, entries } = listOf(crl);
  return tbs.subarray(entries.end - (tbs.byteOffset - crl.byteOffset));
}

/** Whether the general reader takes every entry. */
export function entriesReadable(der: Uint8Array): boolean {
  const list = parseCrl(der);
  return list.ok && parsed(() => readAll(der, list.value)).ok;
}

function readAll(der: Uint8Array, { entries, version }: CertificateList): void {
  const reader = new DerReader(der, entries.start, entries.end);
  while (!reader.done) {
    const at = reader.position;
    reader.skip('an entry');
    readEntry(der, at, reader.position, version);
  }
}

function listOf(crl: Uint8Array): CertificateList {
  const list = parseCrl(crl);
  if (!list.ok) throw new Error(`${list.expected}, ${list.found}`);
  return list.value;
}
