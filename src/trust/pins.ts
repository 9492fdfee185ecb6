/**
 * Fingerprint pins: which authority of a catalogue a certificate is, by the received octets and never by a re-encoding.
 * Every fingerprint that the catalogue gives must match. The facts published beside the fingerprints are compared too:
 * they were published to be checked, and a pinned certificate whose facts differ is not used until confirmed.
 */
import { digestHex, sha256Hex } from '../crypto/digest.js';
import { describePublicKey } from '../crypto/keys.js';
import type { Certificate } from '../x509/certificate.js';
import type { Authority, Catalogue } from './catalogue.js';

/** An authority together with the catalogue that states it. */
export interface PinnedAuthority {
  readonly catalogue: Catalogue;
  readonly authority: Authority;
}

export interface Pins {
  /** The authority that these octets are, if a catalogue pins them. */
  match(der: Uint8Array, sha256?: string): PinnedAuthority | undefined;
  readonly all: readonly PinnedAuthority[];
}

export function createPins(catalogues: readonly Catalogue[]): Pins {
  const all = catalogues.flatMap((catalogue) => catalogue.authorities.map((authority) => ({ catalogue, authority })));
  const bySha256 = new Map<string, PinnedAuthority>();
  const bySha1 = new Map<string, PinnedAuthority[]>();
  for (const pinned of all) {
    const { sha256, sha1 } = pinned.authority.fingerprints;
    if (sha256 !== undefined && !bySha256.has(sha256)) bySha256.set(sha256, pinned);
    else if (sha256 === undefined && sha1 !== undefined) bySha1.set(sha1, [...(bySha1.get(sha1) ?? []), pinned]);
  }
  return {
    all,
    match(der, knownSha256) {
      if (all.length === 0) return undefined;
      const candidates: PinnedAuthority[] = [];
      if (bySha256.size > 0) {
        const found = bySha256.get(knownSha256 ?? sha256Hex(der));
        if (found !== undefined) candidates.push(found);
      }
      if (bySha1.size > 0) candidates.push(...(bySha1.get(digestHex('sha1', der)) ?? []));
      return candidates.find(({ authority }) => fingerprintsMatch(authority, der));
    },
  };
}

function fingerprintsMatch(authority: Authority, der: Uint8Array): boolean {
  const { sha256, sha1, md5 } = authority.fingerprints;
  return (
    (sha256 === undefined || digestHex('sha256', der) === sha256) &&
    (sha1 === undefined || digestHex('sha1', der) === sha1) &&
    (md5 === undefined || digestHex('md5', der) === md5)
  );
}

export interface FactDifference {
  readonly fact: 'validFrom' | 'validTo' | 'key';
  readonly published: string;
  readonly found: string;
}

/** Where the certificate says otherwise than what was published. Days match in UTC or in Europe/Berlin: none was stated. */
export function factDifferences(authority: Authority, certificate: Certificate): FactDifference[] {
  const differences: FactDifference[] = [];
  const compareDay = (fact: 'validFrom' | 'validTo', published: string | undefined, time: number) => {
    if (published === undefined) return;
    const days = daysOf(time);
    if (!days.includes(published)) differences.push({ fact, published, found: days.join(' or ') });
  };
  compareDay('validFrom', authority.validFrom, certificate.notBefore);
  compareDay('validTo', authority.validTo, certificate.notAfter);
  if (authority.key !== undefined) {
    const { type, size } = authority.key;
    const found = describePublicKey(certificate.publicKey);
    const same = found.ok && found.value.type.toUpperCase() === type.toUpperCase() && found.value.bits === size;
    if (!same) {
      differences.push({
        fact: 'key',
        published: `${type} ${size}`,
        found: found.ok ? `${found.value.type.toUpperCase()} ${found.value.bits}` : 'a key that cannot be read',
      });
    }
  }
  return differences;
}

const berlin = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Berlin',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

function daysOf(time: number): string[] {
  return [...new Set([new Date(time).toISOString().slice(0, 10), berlin.format(new Date(time))])];
}
