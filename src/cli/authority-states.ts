/** Every authority of the catalogues with what is held of it. */
import type { AuthorityState } from '../http/service.js';
import type { Catalogue } from '../trust/catalogue.js';
import { createPins, factDifferences } from '../trust/pins.js';
import { parseCertificate } from '../x509/certificate.js';

export function authorityStates(
  catalogues: readonly Catalogue[],
  certificates: readonly Uint8Array[],
): AuthorityState[] {
  const pins = createPins(catalogues);
  const held = new Map<string, Uint8Array>();
  for (const der of certificates) {
    const pinned = pins.match(der);
    if (pinned !== undefined) held.set(pinned.authority.id, der);
  }
  return pins.all.map(({ catalogue, authority }) => {
    const der = held.get(authority.id);
    const parsed = der === undefined ? undefined : parseCertificate(der);
    if (der === undefined || parsed?.ok !== true) return { catalogue, authority, differences: [], used: false };
    const differences = factDifferences(authority, parsed.value);
    return { catalogue, authority, der, differences, used: authority.confirmed || differences.length === 0 };
  });
}
