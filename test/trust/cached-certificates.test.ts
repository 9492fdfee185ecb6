/** What a store remembers of certificates must follow from their octets alone, and only from copies of them. */
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/crypto/digest.js';
import { nameKey } from '../../src/names/distinguished-name.js';
import { formatName } from '../../src/names/format-name.js';
import { addDays, createStandIn, issueServer } from '../../src/stand-in/index.js';
import { KnownNames } from '../../src/trust/known-name.js';
import { SeenHashes } from '../../src/trust/lru.js';
import { TrustStore } from '../../src/trust/trust-store.js';
import { parseCertificate } from '../../src/x509/certificate.js';

const now = new Date('2026-01-01T00:00:00Z');
const standIn = createStandIn({ now, crlBaseUrl: 'http://127.0.0.1:1', algorithm: 'ec-p256' });
const issue = (host: string): Uint8Array =>
  issueServer({ issuer: standIn.infrastructure, hosts: [host], notBefore: now, notAfter: addDays(now, 30) })
    .certificate;

function read(store: TrustStore, der: Uint8Array) {
  const result = store.read(der);
  if (!result.ok) throw new Error(`expected ${result.expected}, found ${result.found}`);
  return result.value;
}

describe('a certificate that is read several times', () => {
  it.each([0, 7, 20])('is kept from the second time on, after %i others', (before) => {
    const store = new TrustStore([]);
    for (let i = 0; i < before; i++) read(store, issue(`before-${i}.example`));
    const der = issue('a.example');
    const [first, second, third] = [read(store, der), read(store, der), read(store, der)];
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    expect(second.facts).toEqual(first.facts);
  });

  it.each(['Uint8Array', 'Buffer'])('does not change with the %s it came in', (kind) => {
    const store = new TrustStore([]);
    const der = issue('b.example');
    const given = kind === 'Buffer' ? Buffer.from(der) : der.slice();
    for (let i = 0; i < 3; i++) read(store, given);
    const [kept, other] = [read(store, given), read(store, issue('c.example'))];
    given.fill(0);
    expect(kept.certificate.der).toEqual(der);
    expect(kept.issuerText).toBe(other.issuerText);
  });
});

describe('memory of hashes', () => {
  it('tells what was met lately, however many went by, and nothing else', () => {
    const seen = new SeenHashes();
    const hash = (i: number) => sha256Hex(String(i));
    for (let i = 0; i < 200; i++) expect(seen.meet(hash(i))).toBe(false);
    let met = 0;
    for (let i = 0; i < 200; i++) if (seen.meet(hash(i))) met++;
    // Two hashes may share a slot; then the older one is forgotten.
    expect(met).toBeGreaterThan(180);
    for (let i = 1000; i < 1200; i++) expect(seen.meet(hash(i))).toBe(false);
  });
});

describe('names of issuers', () => {
  it('are shared by certificates whose octets agree, and the same as when worked out alone', () => {
    const store = new TrustStore([]);
    const authority = parseCertificate(standIn.infrastructure.certificate);
    if (!authority.ok) throw new Error(authority.found);
    const held = store.add(authority.value, { anchor: false });
    const [a, b] = [read(store, issue('d.example')), read(store, issue('e.example'))];
    expect(a.issuer).toBe(held.subject);
    expect(b.issuer).toBe(held.subject);
    expect(a.issuerKey).toBe(nameKey(a.certificate.issuer));
    expect(a.issuerText).toBe(formatName(a.certificate.issuer));
  });

  it('are told apart by their octets', () => {
    const names = new KnownNames();
    const store = new TrustStore([]);
    for (let i = 0; i < 50; i++) {
      const { subject } = read(store, issue(`host-${i}.example`)).certificate;
      expect(names.know(subject, true).key).toBe(nameKey(subject));
      expect(names.know(subject, true).text).toBe(formatName(subject));
    }
  });
});
