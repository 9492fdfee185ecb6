/**
 * One timestamp token (RFC 3161): that it speaks of these octets and its signature is right, and, apart from that, whether
 * its authority's certificate holds up for timeStamping at a time by which the token is proven to have existed: now, or what
 * another timestamp over it shows; never the token's own time, which is what it would have to prove (REVOCATION.md, rule 9).
 * What follows for a message or for the log is decided there.
 */
import type { SignedContent } from '../cms/content.js';
import { signerCertificates, verifySignerInfo } from '../cms/signer.js';
import { checkImprint, type TimestampToken } from '../cms/timestamp.js';
import { digestAcceptance } from '../crypto/acceptance.js';
import { formatTime } from '../der/time.js';
import { type Finding, finding } from '../findings/finding.js';
import { type IndexedCrl, indexCrl } from '../revocation/index-crl.js';
import { clockTolerance } from '../revocation/validity.js';
import { TrustOverlay } from '../trust/trust-store.js';
import { answer } from './certificate.js';
import type { Times } from './request.js';
import type { Snapshot } from './snapshot.js';
import { addReadable } from './supply.js';
import type { CommonRequest, Verdict } from './types.js';

export interface TokenContext {
  readonly snapshot: Snapshot;
  readonly options: CommonRequest;
  /** Milliseconds. */
  readonly now: number;
  /** The token is proven to have existed by then; `now` where nothing else is proven. */
  readonly existedBy: number;
  /** What came along beside the token: certificates, DER, and CRLs. */
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly IndexedCrl[];
}

export interface TokenJudgement {
  /** Of the token itself: what it is over, and its signature. */
  readonly findings: readonly Finding[];
  /** Of its authority's certificate; undefined where that was not found, which is a finding of the token. */
  readonly trust: Verdict | undefined;
}

export function judgeToken(token: TimestampToken, stamped: SignedContent, context: TokenContext): TokenJudgement {
  const { signedData, signer, info } = token;
  const { snapshot, options, now, existedBy } = context;
  const findings = checkImprint(token, stamped);
  if (info.genTime - info.accuracy > existedBy + clockTolerance) {
    const bound = existedBy === now ? 'now' : formatTime(existedBy);
    const why = `it is dated ${formatTime(info.genTime)}, later than ${bound}`;
    findings.push(finding('timestamp_not_usable', { why }, { severity: 'error' }));
  }
  const overlay = new TrustOverlay(snapshot.timestampStore);
  const embedded = addReadable(signedData.certificates, overlay);
  const pool = [...embedded, ...addReadable(context.certificates, overlay), ...snapshot.timestampStore.all()];
  const [known] = signerCertificates(signer, pool);
  const outcome = verifySignerInfo(
    signedData,
    signer,
    known?.certificate,
    known === undefined ? undefined : () => known.loadedKey,
  );
  const algorithms = options.algorithms ?? 'modern';
  findings.push(
    ...outcome.findings,
    ...outcome.digests.flatMap((name) => digestAcceptance(name, name, existedBy, algorithms)),
  );
  if (known === undefined) return { findings, trust: undefined };
  const times: Times = {
    now,
    at: Math.floor(existedBy / 1000) * 1000,
    attested: existedBy !== now,
    signedAfter: undefined,
  };
  const trust = answer({
    endEntity: known,
    overlay,
    snapshot,
    options: { ...options, policy: undefined, validityModel: undefined },
    times,
    profile: 'rfc5280',
    extendedKeyUsage: ['timeStamping'],
    inputFindings: [],
    crls: [...context.crls, ...embeddedCrls(token, existedBy)],
    existence: { signedAfter: undefined, provenBy: embedded.includes(known) ? existedBy : undefined },
  });
  return { findings, trust };
}

/** What the token carries existed when the token did. */
function embeddedCrls({ signedData }: TimestampToken, existedBy: number): IndexedCrl[] {
  const crls = signedData.crls.map((der) => ({ ...indexCrl(der), existedBy }));
  return crls.filter(({ failure }) => failure === undefined);
}
