/**
 * What comes in other ways than by fetching: imports by the operator, CRLs and authorities found in requests, and what a
 * verified certificate tells: where its issuer's CRLs are, and until when it lives. Nothing is taken on the caller's word:
 * authorities by their pins, CRLs by their signatures, certificates by the signature of an installed authority.
 */
import { sha256Hex } from '../crypto/digest.js';
import type { AuthorityRecord, Provenance } from '../store/port.js';
import { KnownCertificate } from '../trust/known-certificate.js';
import { createPins, type FactDifference, factDifferences, type PinnedAuthority } from '../trust/pins.js';
import { readCertificates, readCrls } from '../verify/input.js';
import { parseCertificate } from '../x509/certificate.js';
import { type Acceptance, acceptCrl } from './accept.js';
import { crlUrlsOf, hasSigned, readAuthorities, serialOf } from './authorities.js';
import type { RefreshDeps } from './deps.js';

/** One answer for each CRL in the file (DER, PEM with several blocks, .p7b). Refusals are logged. */
export async function importCrl(deps: RefreshDeps, bytes: Uint8Array, provenance: Provenance): Promise<Acceptance[]> {
  const blocks = readCrls(bytes);
  const refused = (octets: Uint8Array, reason: string) =>
    deps.store.appendLog('crl_refused', { provenance, sha256: sha256Hex(octets), reason }, deps.now());
  if (!blocks.ok) {
    await refused(bytes, 'crl_malformed');
    return [{ ok: false, code: 'crl_malformed', message: `expected ${blocks.expected}, found ${blocks.found}` }];
  }
  const authorities = await readAuthorities(deps.store, deps.catalogues);
  const answers: Acceptance[] = [];
  for (const der of blocks.value) {
    const answer = await acceptCrl(deps, { der, provenance }, authorities);
    if (!answer.ok) await refused(der, answer.code);
    answers.push(answer);
  }
  return answers;
}

export type AuthorityImport =
  | {
      readonly ok: true;
      readonly change: 'added' | 'unchanged';
      readonly pinned: PinnedAuthority;
      readonly sha256: string;
      /** Where the certificate says otherwise than what was published; it is used only once confirmed. */
      readonly differences: readonly FactDifference[];
    }
  | {
      readonly ok: false;
      readonly code: 'certificate_malformed' | 'not_pinned';
      readonly message: string;
      readonly sha256: string;
    };

/** Installs exactly what a catalogue pins; everything else in the file is refused, one answer for each certificate. */
export async function importAuthorities(
  deps: RefreshDeps,
  bytes: Uint8Array,
  provenance: Provenance,
): Promise<AuthorityImport[]> {
  const blocks = readCertificates(bytes);
  if (!blocks.ok) {
    const message = `expected ${blocks.expected}, found ${blocks.found}`;
    return [{ ok: false, code: 'certificate_malformed', message, sha256: sha256Hex(bytes) }];
  }
  const pins = createPins(deps.catalogues);
  const answers: AuthorityImport[] = [];
  for (const der of blocks.value) {
    const sha256 = sha256Hex(der);
    const parsed = parseCertificate(der);
    const pinned = pins.match(der, sha256);
    if (!parsed.ok) {
      const message = `expected ${parsed.expected}, found ${parsed.found}`;
      answers.push({ ok: false, code: 'certificate_malformed', message, sha256 });
    } else if (pinned === undefined) {
      answers.push({ ok: false, code: 'not_pinned', message: 'no catalogue has these fingerprints', sha256 });
    } else {
      const added = await deps.store.putAuthority(recordOf(pinned, der, sha256, provenance, deps.now()));
      const differences = factDifferences(pinned.authority, parsed.value);
      answers.push({ ok: true, change: added ? 'added' : 'unchanged', pinned, sha256, differences });
    }
  }
  return answers;
}

function recordOf(
  pinned: PinnedAuthority,
  der: Uint8Array,
  sha256: string,
  provenance: Provenance,
  addedAt: number,
): AuthorityRecord {
  return {
    catalogue: pinned.catalogue.id,
    authority: pinned.authority.id,
    sha256,
    der: der.slice(),
    provenance,
    addedAt,
  };
}

export interface Harvest {
  /** Certificates that a pin may name. */
  readonly authorities?: readonly Uint8Array[];
  readonly crls?: readonly Uint8Array[];
  /** Certificates of paths that were verified, end entity first: their distribution points and lifetimes are learnt. */
  readonly certificates?: readonly Uint8Array[];
}

/** A request brings at most so many; more is not a message, but someone filling the store. */
const maximumHarvest = 64;

/** Keeps what requests brought along. True when anything new came in, so that the snapshot should be made anew. */
export async function harvest(deps: RefreshDeps, found: Harvest): Promise<boolean> {
  let changed = false;
  for (const der of (found.authorities ?? []).slice(0, maximumHarvest)) {
    for (const answer of await importAuthorities(deps, der, 'harvested'))
      changed ||= answer.ok && answer.change === 'added';
  }
  const crls = (found.crls ?? []).slice(0, maximumHarvest);
  const certificates = (found.certificates ?? []).slice(0, maximumHarvest);
  if (crls.length + certificates.length === 0) return changed;
  const authorities = await readAuthorities(deps.store, deps.catalogues);
  for (const der of crls) {
    // What is refused here is not logged: anyone can send rubbish, and the log must not grow by it.
    const answer = await acceptCrl(deps, { der, provenance: 'harvested' }, authorities);
    changed ||= answer.ok && answer.change !== 'unchanged';
  }
  for (const der of certificates) {
    const parsed = parseCertificate(der);
    if (!parsed.ok) continue;
    const child = new KnownCertificate(parsed.value, sha256Hex(der));
    const issuer = authorities.find(({ certificate }) => certificate !== undefined && hasSigned(certificate, child));
    if (issuer?.certificate === undefined) continue;
    const issuerKey = issuer.certificate.publicKeyId;
    await deps.store.noteCertificate(issuerKey, serialOf(parsed.value), parsed.value.notAfter, deps.now());
    const ids = { catalogue: issuer.catalogue.id, authority: issuer.authority.id };
    for (const url of crlUrlsOf(parsed.value)) {
      if (issuer.urls.includes(url)) continue;
      await deps.store.addKnownUrl({ url, issuerKey, ...ids, addedAt: deps.now() });
    }
  }
  return changed;
}
