/**
 * Rule 4 of REVOCATION.md: entries of the current CRL that its successor no longer has, though their certificates have not
 * expired. An authority may drop what has expired; what it may not do is make a revocation disappear. Which certificates
 * live is known from those that were verified here (store: noteCertificate), or from expiredCertsOnCRL, which promises that
 * entries stay. Holds may go (RFC 5280 §5.3.1).
 */
import { setImmediate } from 'node:timers/promises';
import { toHex } from '../der/octets.js';
import { DerReader, parsed, tag } from '../der/reader.js';
import { readEntry } from '../revocation/entry.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import { findEntries } from '../revocation/serial-table.js';
import { type CrlFacts, isCorrupt, type Store } from '../store/port.js';
import { type CertificateList, parseCrl } from '../x509/crl.js';

/** Entries looked at before others get a turn: a CRL may have a million. */
const slice = 5_000;
/** More than this need not be counted. */
const maximumMissing = 10_000;

/** The serial numbers (hexadecimal) that vanished. */
export async function vanishedEntries(
  store: Store,
  facts: CrlFacts,
  next: IndexedCrl,
  list: CertificateList,
): Promise<string[]> {
  if (facts.kind === 'delta') return [];
  const line = await store.crls({ issuerKey: facts.issuerKey, current: true });
  const held = line.find((crl) => crl.scope === facts.scope && crl.kind === 'base' && crl.issuer === facts.issuer);
  if (held === undefined || held.sha256 === next.sha256 || held.thisUpdate >= facts.thisUpdate) return [];
  const bytes = await intactOctets(store, held.sha256);
  const before = bytes === undefined ? undefined : parseCrl(bytes);
  if (before?.ok !== true) return [];
  const missing = await entriesOnlyIn(before.value, next);
  if (missing.length === 0) return [];
  const keepsExpired = list.expiredCertsOnCRL;
  return keepsExpired !== undefined ? missing : store.unexpired(facts.issuerKey, missing, facts.thisUpdate);
}

/** Undefined where they were altered or lost: `crl verify-log` tells that, and no successor is kept away by it. */
export async function intactOctets(store: Store, sha256: string): Promise<Uint8Array | undefined> {
  try {
    return await store.crlBytes(sha256);
  } catch (error) {
    if (isCorrupt(error)) return undefined;
    throw error;
  }
}

async function entriesOnlyIn(before: CertificateList, next: IndexedCrl): Promise<string[]> {
  const { der, version, entries } = before;
  const missing: string[] = [];
  const reader = new DerReader(der, entries.start, entries.end);
  for (let seen = 1; !reader.done && missing.length < maximumMissing; seen++) {
    const start = reader.position;
    reader.skip('an entry of the CRL');
    const serial = parsed(() =>
      new DerReader(der, start, entries.end).enter(tag.sequence, 'an entry').integer('a serial'),
    );
    if (serial.ok && findEntries(next, serial.value).length === 0) {
      const entry = parsed(() => readEntry(der, start, entries.end, version));
      const lifted = entry.ok && (entry.value.reason === 'certificateHold' || entry.value.reason === 'removeFromCRL');
      if (!lifted) missing.push(toHex(serial.value));
    }
    if (seen % slice === 0) await setImmediate();
  }
  return missing;
}
