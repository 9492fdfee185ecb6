/**
 * Takes a CRL in or refuses it (REVOCATION.md, "Accept or refuse", the five rules). Whatever is signed by someone who may
 * sign it is evidence and kept for ever; only what cannot be read, or was signed by nobody we know, is refused. Which CRL
 * becomes the current one is decided inside the store's transaction.
 */
import { signatureAcceptance } from '../crypto/acceptance.js';
import { sha256Hex } from '../crypto/digest.js';
import { formatName } from '../names/format-name.js';
import { unknownCriticalExtension } from '../revocation/held-crl.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import { clockTolerance, publishedValidityFindings } from '../revocation/validity.js';
import type { CrlFacts, CrlPlacement, CrlRecord, CrlRivals, Provenance } from '../store/port.js';
import { type CertificateList, parseCrl } from '../x509/crl.js';
import { extensionOid } from '../x509/extensions.js';
import type { NeededAuthority } from './authorities.js';
import { type Alarm, indexHere, type RefreshDeps } from './deps.js';
import { type CrlSigner, findSigner, type SignerRefusal } from './signer.js';
import { vanishedEntries } from './vanished.js';

export interface CrlArrival {
  readonly der: Uint8Array;
  readonly provenance: Provenance;
  readonly url?: string;
  /** Whose CRL it was fetched as; tells whom a delegated signer speaks for. */
  readonly wanted?: NeededAuthority;
}

export type RefusalCode = 'crl_malformed' | 'crl_extension_unknown' | 'crl_algorithm_too_weak' | SignerRefusal;

export type Acceptance =
  | {
      readonly ok: true;
      readonly change: 'added' | 'moved' | 'unchanged';
      readonly record: CrlRecord;
      readonly alarms: readonly Alarm[];
    }
  | { readonly ok: false; readonly code: RefusalCode; readonly message: string };

const sentences: Record<SignerRefusal, string> = {
  crl_issuer_unknown: 'no installed authority has the name of its issuer',
  crl_signature_invalid: 'its signature does not fit the key of its issuer',
  crl_signer_not_allowed: 'its signer may not sign CRLs',
};

const refuse = (code: RefusalCode, message: string): Acceptance => ({ ok: false, code, message });

export async function acceptCrl(
  deps: RefreshDeps,
  arrival: CrlArrival,
  authorities: readonly NeededAuthority[],
): Promise<Acceptance> {
  const delegates = deps.signers ?? [];
  const signers = [...authorities.flatMap(({ certificate }) => certificate?.certificate.der ?? []), ...delegates];
  const indexed = await (deps.indexer ?? indexHere)(arrival.der, signers);
  const parsed = parseCrl(arrival.der);
  if (indexed.failure !== undefined) {
    return refuse('crl_malformed', `expected ${indexed.failure.expected}, found ${indexed.failure.found}`);
  }
  if (!parsed.ok) return refuse('crl_malformed', `expected ${parsed.expected}, found ${parsed.found}`);
  const list = parsed.value;
  if (!list.algorithmsAgree) return refuse('crl_malformed', 'inner and outer signature algorithm differ (§5.1.1.2)');
  const unknown = unknownCriticalExtension(list.extensions);
  if (unknown !== undefined) return refuse('crl_extension_unknown', `critical extension ${unknown} is not understood`);
  if (signatureAcceptance(list.signatureAlgorithm, list.thisUpdate, 'legacy').length > 0) {
    return refuse('crl_algorithm_too_weak', 'anyone could have made it: its signature algorithm is broken');
  }
  const now = deps.now();
  const signer = findSigner({ list, indexed }, authorities, delegates, now);
  if (typeof signer === 'string') return refuse(signer, sentences[signer]);

  const subject = signer.authority ?? arrival.wanted;
  const facts = factsOf(list, indexed, signer, subject);
  const vanished = await vanishedEntries(deps.store, facts, indexed, list);
  const alarms: Alarm[] = [];
  const { change, record } = await deps.store.addCrl(
    {
      bytes: arrival.der,
      facts,
      provenance: arrival.provenance,
      at: now,
      ...(arrival.url === undefined ? {} : { url: arrival.url }),
    },
    (rivals) => {
      const placed = placeCrl({
        facts,
        rivals,
        now,
        fetched: arrival.provenance === 'fetched',
        vanished: vanished.length,
        revocationOnly:
          list.thisUpdate > signer.certificate.certificate.notAfter || indexed.unknownCriticalEntry !== undefined,
        deviates: publishedValidityFindings(list, subject?.authority.crlValidity).length > 0,
      });
      alarms.push(...placed.alarms);
      return placed.placement;
    },
  );
  if (change !== 'unchanged') deps.onEvent?.({ type: 'stored', record });
  for (const alarm of alarms) {
    deps.onEvent?.({ type: 'alarm', ...alarm, record, ...(arrival.url === undefined ? {} : { url: arrival.url }) });
  }
  return { ok: true, change, record, alarms };
}

function factsOf(
  list: CertificateList,
  indexed: IndexedCrl,
  signer: CrlSigner,
  subject: NeededAuthority | undefined,
): CrlFacts {
  const scope = list.extensions.find(({ oid }) => oid === extensionOid.issuingDistributionPoint);
  return {
    issuer: formatName(list.issuer),
    issuerKey: signer.certificate.publicKeyId,
    scope: scope === undefined ? '' : sha256Hex(scope.value),
    kind: list.deltaCRLIndicator === undefined ? 'base' : 'delta',
    thisUpdate: list.thisUpdate,
    entries: indexed.entryCount,
    ...(subject === undefined ? {} : { catalogue: subject.catalogue.id, authority: subject.authority.id }),
    ...(list.nextUpdate === undefined ? {} : { nextUpdate: list.nextUpdate }),
    ...(list.cRLNumber === undefined ? {} : { number: decimal(list.cRLNumber) }),
    ...(list.deltaCRLIndicator === undefined ? {} : { baseNumber: decimal(list.deltaCRLIndicator) }),
  };
}

const decimal = (octets: Uint8Array): string => BigInt(`0x${Buffer.from(octets).toString('hex')}`).toString();

export interface PlacingInput {
  readonly facts: CrlFacts;
  readonly rivals: CrlRivals;
  readonly now: number;
  /** Imports never alarm: history is brought in any order. */
  readonly fetched: boolean;
  readonly vanished: number;
  readonly revocationOnly: boolean;
  readonly deviates: boolean;
}

/** Rules 2 to 5: the CRL's place beside what is held. Pure. */
export function placeCrl(input: PlacingInput): { placement: CrlPlacement | 'unchanged'; alarms: Alarm[] } {
  const { facts, rivals, now, fetched } = input;
  const { same, current } = rivals;
  const alarms: Alarm[] = [];
  const alarm = (code: Alarm['code'], message: string): void => {
    if (fetched) alarms.push({ code, message });
  };
  const notes: string[] = input.deviates ? ['crl_validity_not_as_published'] : [];
  const place = (state: CrlPlacement['state'], isCurrent: boolean) => ({
    placement: { state, current: isCurrent, revocationOnly: input.revocationOnly, notes },
    alarms,
  });

  if (facts.thisUpdate > now + clockTolerance) {
    alarm('crl_from_future', 'the CRL is dated later than now; it is kept apart until then');
    return place('quarantined', false);
  }
  const others = current !== undefined && current.sha256 !== same?.sha256 ? current : undefined;
  const regressed = others !== undefined && isOlder(facts, others);
  if (regressed) {
    alarm('crl_number_regressed', 'the distribution point gives an older CRL than it gave before');
  }
  if (same !== undefined && same.state !== 'quarantined') return { placement: 'unchanged', alarms };
  if (rivals.sameNumber.length > 0) {
    notes.push('crl_number_reused');
    alarm('crl_number_reused', 'another CRL with the same number says something else');
  }
  if (input.vanished > 0) {
    notes.push('crl_entry_vanished');
    alarm('crl_entry_vanished', `${input.vanished} revoked certificates that have not expired are no longer listed`);
  }
  const newer = others === undefined || facts.thisUpdate > others.thisUpdate || isHigher(facts, others);
  return newer && !regressed ? place('accepted', true) : place('archived', false);
}

/** Rule 3: a lower number, or an older thisUpdate. */
function isOlder(facts: CrlFacts, held: CrlFacts): boolean {
  if (facts.thisUpdate < held.thisUpdate) return true;
  return facts.number !== undefined && held.number !== undefined && BigInt(facts.number) < BigInt(held.number);
}

const isHigher = (facts: CrlFacts, held: CrlFacts): boolean =>
  facts.number !== undefined && held.number !== undefined && BigInt(facts.number) > BigInt(held.number);
