/**
 * Judgement of the signers of a message. Each SignerInfo gets signature (digest, attributes, value), trust (chain,
 * revocation, profile) and identity (sender) judged apart; several SignerInfos of one certificate count as one signer, by
 * the best of them. The time by which the message existed comes from its timestamps, else from the caller.
 */
import type { MessageStructure } from '../cms/message.js';
import type { SignedData, SignerInfo } from '../cms/signed-data.js';
import { signerCertificates, verifySignerInfo } from '../cms/signer.js';
import { digestAcceptance } from '../crypto/acceptance.js';
import { idDsa } from '../crypto/algorithms.js';
import { type LoadedKey, loadPublicKey } from '../crypto/keys.js';
import { toHex } from '../der/octets.js';
import { formatTime } from '../der/time.js';
import { etsiMessageIndication } from '../findings/etsi.js';
import { type Finding, finding, rankFindings, type Status, statusOf, uniqueFindings } from '../findings/finding.js';
import { maximumPathLength } from '../path/build.js';
import { type IndexedCrl, indexCrl } from '../revocation/index-crl.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { TrustOverlay } from '../trust/trust-store.js';
import { answer } from './certificate.js';
import { verdictWithoutPath } from './decide.js';
import { judgeIdentity } from './identity.js';
import type { Times } from './request.js';
import type { Snapshot } from './snapshot.js';
import { summarize } from './summary.js';
import { addIntermediates, addReadable, readRequestCrls } from './supply.js';
import { judgeTimestamps, type Timestamps } from './timestamps.js';
import type { MessageRequest, SignerVerdict, Verdict, VerdictTime } from './types.js';

export interface MessageContext {
  readonly message: MessageStructure;
  readonly request: Omit<MessageRequest, 'message'>;
  readonly snapshot: Snapshot;
  readonly times: Times;
}

/** What the signers of one message share. */
export interface SigningContext extends MessageContext {
  readonly signedData: SignedData;
  readonly overlay: TrustOverlay;
  /** Where a signer's certificate is looked for, in this order: the message, the request, the snapshot. */
  readonly pool: readonly KnownCertificate[];
  /** Those that the message itself carries. */
  readonly embedded: readonly KnownCertificate[];
  readonly crls: readonly IndexedCrl[];
}

export interface JudgedSigners {
  readonly signers: SignerVerdict[];
  /** About the message as a whole: certificates that cannot be read, limits. */
  readonly findings: Finding[];
  /** The time that the worst signer was judged at. */
  readonly at: number | undefined;
  readonly basis: VerdictTime['basis'] | undefined;
  /** DER of the signers' certificates that have a path to an authority. */
  readonly certificates: Uint8Array[];
}

/** Certificates that a signer may mean and that are tried. */
const maximumCandidates = 4;

export function judgeSigners(context: MessageContext): JudgedSigners {
  const { signedData } = context.message;
  const findings: Finding[] = [];
  if (signedData === undefined) return { signers: [], findings, at: undefined, basis: undefined, certificates: [] };
  const signing = prepare(context, signedData, findings);
  const bySigner = new Map<string, Judged[]>();
  for (const info of signedData.signers) {
    const judged = judgeInfo(info, signing);
    const key = judged.verdict.certificate?.sha256 ?? identifierKey(info);
    bySigner.set(key, [...(bySigner.get(key) ?? []), judged]);
  }
  const best = [...bySigner.values()].map(bestOf);
  const [worst] = [...best].sort((a, b) => rank[b.verdict.status] - rank[a.verdict.status]);
  return {
    signers: best.map(({ verdict }) => verdict),
    findings,
    at: worst?.at,
    basis: worst?.basis,
    certificates: best.flatMap(({ verdict, der }) =>
      der !== undefined && verdict.trust.paths[0]?.anchor ? [der] : [],
    ),
  };
}

const rank: Record<Status, number> = { valid: 0, indeterminate: 1, invalid: 2 };

function bestOf(judged: readonly Judged[]): Judged {
  const [best] = [...judged].sort((a, b) => rank[a.verdict.status] - rank[b.verdict.status]);
  if (best === undefined) throw new Error('a signer has at least one SignerInfo');
  return best;
}

function identifierKey({ identifier }: SignerInfo): string {
  return identifier.kind === 'subjectKeyIdentifier'
    ? `key ${toHex(identifier.keyIdentifier)}`
    : `serial ${toHex(identifier.serialNumber)} ${toHex(identifier.issuer.der)}`;
}

function prepare(context: MessageContext, signedData: SignedData, findings: Finding[]): SigningContext {
  const { request, snapshot, times } = context;
  const overlay = new TrustOverlay(snapshot.store);
  const embedded = addReadable(signedData.certificates, overlay, findings);
  const brought = addIntermediates([], request.intermediates ?? [], overlay, findings).filter(
    ({ sha256 }) => !embedded.some((own) => own.sha256 === sha256),
  );
  const crls = [
    // What the message carries existed when the message did. A copy, for the verdict may hand it on.
    ...signedData.crls.map((der) => ({ ...indexCrl(new Uint8Array(der)), existedBy: times.at })),
    ...readRequestCrls(request.crls ?? [], findings),
  ];
  return {
    message: context.message,
    request,
    snapshot,
    times,
    signedData,
    overlay,
    pool: embedded.concat(brought, snapshot.store.all()),
    embedded,
    crls: crls.filter(({ failure }) => failure === undefined),
  };
}

interface Judged {
  readonly verdict: SignerVerdict;
  /** Of the signer's certificate. */
  readonly der: Uint8Array | undefined;
  readonly at: number;
  readonly basis: VerdictTime['basis'];
}

/** One SignerInfo, with the certificate under which it fares best: an identifier may fit several. */
function judgeInfo(info: SignerInfo, context: SigningContext): Judged {
  const candidates = signerCertificates(info, context.pool).slice(0, maximumCandidates);
  let best: Judged | undefined;
  for (const candidate of candidates) {
    const judged = judgeWith(info, candidate, context);
    if (best === undefined || rank[judged.verdict.status] < rank[best.verdict.status]) best = judged;
    if (best.verdict.status === 'valid') break;
  }
  return best ?? judgeWith(info, undefined, context);
}

function judgeWith(info: SignerInfo, known: KnownCertificate | undefined, context: SigningContext): Judged {
  const { request, message, signedData, times } = context;
  const outcome = verifySignerInfo(
    signedData,
    info,
    known?.certificate,
    known === undefined ? undefined : () => keyOf(known, context.overlay),
  );
  const timestamps = judgeTimestamps(info, context);
  const { at, basis } = existedBy(times, timestamps);
  const algorithms = request.algorithms ?? 'modern';
  const own = [
    ...outcome.findings,
    ...outcome.digests.flatMap((name) => digestAcceptance(name, name, at, algorithms)),
    ...timestamps.findings,
  ];
  const { identity, findings: identityFindings } = judgeIdentity(request, message, known?.certificate);
  const trust = judgeTrust(known, at, timestamps, context);
  const findings = rankFindings(uniqueFindings([...own, ...trust.findings, ...identityFindings]));
  const claimed = info.signedAttributes?.signingTime;
  const verdict: SignerVerdict = {
    status: statusOf(findings),
    findings,
    signature: {
      status: outcome.status,
      digestAlgorithm: outcome.digestAlgorithm,
      signatureAlgorithm: outcome.signatureAlgorithm,
    },
    trust,
    identity,
    ...(known === undefined ? {} : { certificate: summarize(known, context.overlay) }),
    ...(claimed === undefined ? {} : { claimedSigningTime: formatTime(claimed) }),
    ...wouldBe(claimed, known, timestamps, [...outcome.findings, ...identityFindings], context),
    timestamps: timestamps.reports,
  };
  return { verdict, der: known?.certificate.der, at, basis };
}

/** A DSA key without parameters has those of its issuer's key (RFC 5280 §6.1.4 (e)); a wrong guess fits no signature. */
function keyOf(known: KnownCertificate, overlay: TrustOverlay): LoadedKey {
  let issuerKey = known.issuerKey;
  for (let above = 0; !known.loadedKey.ok && above < maximumPathLength; above++) {
    const issuer = overlay
      .bySubject(issuerKey)
      .find(({ certificate }) => certificate.publicKey.algorithm.oid === idDsa);
    if (issuer === undefined) break;
    const parameters = issuer.loadedKey.ok ? issuer.loadedKey.value.dsaParameters : undefined;
    if (parameters !== undefined) return loadPublicKey(known.certificate.publicKey, parameters);
    issuerKey = issuer.issuerKey;
  }
  return known.loadedKey;
}

/** Rule 9: the earliest of what is proven; a timestamp, the caller's word, now. */
function existedBy(times: Times, { provenBy }: Timestamps): { at: number; basis: VerdictTime['basis'] } {
  if (provenBy !== undefined && provenBy < times.at) return { at: provenBy, basis: 'timestamp' };
  return { at: times.at, basis: times.attested ? 'attested' : 'now' };
}

function judgeTrust(
  known: KnownCertificate | undefined,
  at: number,
  timestamps: Timestamps,
  context: SigningContext,
): Verdict {
  const { request, snapshot, times, overlay, crls, embedded } = context;
  if (known === undefined) return verdictWithoutPath([finding('signer_certificate_missing')], snapshot, times);
  const lowerBounds = [times.signedAfter, timestamps.signedAfter].filter((time) => time !== undefined);
  return answer({
    endEntity: known,
    overlay,
    snapshot,
    options: request,
    times: { ...times, at, attested: times.attested || at !== times.at },
    profile: request.profile ?? 'smime',
    inputFindings: [],
    crls,
    existence: {
      signedAfter: lowerBounds.length === 0 ? undefined : Math.max(...lowerBounds),
      provenBy: embedded.some(({ sha256 }) => sha256 === known.sha256) ? at : undefined,
    },
  });
}

/** What the verdict would be if the signer's word about the time were true. */
function wouldBe(
  claimed: number | undefined,
  known: KnownCertificate | undefined,
  timestamps: Timestamps,
  apart: readonly Finding[],
  context: SigningContext,
): Pick<SignerVerdict, 'wouldBe'> {
  if (claimed === undefined || known === undefined || claimed > context.times.now) return {};
  const trust = judgeTrust(known, claimed, timestamps, context);
  const findings = rankFindings([...apart, ...trust.findings]);
  const status = statusOf(findings);
  return { wouldBe: { at: formatTime(claimed), status, etsi: etsiMessageIndication(status, findings) } };
}
