/**
 * From a verdict to an answer. Whatever it says it is 200; only where the main input could not be read at all there is no
 * verdict to give, and the answer is a problem with the finding's code. What was discovered is stored before answering,
 * so that the next request finds it.
 */
import type { Finding } from '../findings/finding.js';
import type { MessageVerdict, ValidationTime, Verdict } from '../verify/types.js';
import { createEvidence, type Judged, wholeMaterial } from './evidence.js';
import { toJson, verdictJson } from './json.js';
import { Problem } from './problem.js';
import { inWords, recognise } from './recognise.js';
import type { CountingService } from './service.js';

const unreadable = ['certificate_malformed', 'cms_malformed'] as const;

/** Throws where the main input could not be read. `input` serves to name what came in its place. */
export function refuseUnreadable(findings: readonly Finding[], input?: Uint8Array): void {
  for (const code of unreadable) {
    const finding = findings.find((f) => f.code === code && f.severity === 'error');
    if (finding === undefined) continue;
    const found = input === undefined ? 'unknown' : recognise(input);
    const expected = code === 'certificate_malformed' ? 'an X.509 certificate as DER or PEM' : 'a signed message';
    const telling = found !== 'unknown' && found !== 'certificate' && found !== 'signed message' && found !== 'mail';
    throw new Problem(code, telling ? `expected ${expected}, found ${inWords[found]}` : finding.message);
  }
}

export function isUnreadable(verdict: Verdict | MessageVerdict): boolean {
  return verdict.findings.some((f) => f.severity === 'error' && unreadable.some((code) => code === f.code));
}

/** What was asked and answered, where the answer shall carry all that it rests on. */
export interface Evidence {
  readonly judged: Judged;
  readonly time: ValidationTime;
}

export async function verdictText(
  verdict: Verdict | MessageVerdict,
  service: CountingService,
  input?: Uint8Array,
  evidence?: Evidence,
): Promise<string> {
  // certificate_malformed of a signer's certificate inside a message is that message's finding, not an unreadable input.
  if ('signers' in verdict)
    refuseUnreadable(
      verdict.findings.filter((f) => f.code === 'cms_malformed'),
      input,
    );
  else refuseUnreadable(verdict.findings, input);
  service.count('signers' in verdict ? 'message' : 'certificate', verdict.status);
  const saved =
    evidence === undefined
      ? undefined
      : createEvidence(
          evidence.judged,
          evidence.time,
          await wholeMaterial(service.material(), (sha256) => service.crlBytes(sha256)),
        );
  const verified = 'paths' in verdict && verdict.paths[0]?.anchor !== undefined;
  const { authorities, crls, certificates = [] } = verdict.discovered;
  if (verified || authorities.length + crls.length + certificates.length > 0) {
    await service.keep(verdict.discovered, verified ? input : undefined);
  }
  return saved === undefined ? toJson(verdict) : JSON.stringify({ ...verdictJson(verdict), evidence: saved });
}

export const jsonResponse = (text: string, status = 200): Response =>
  new Response(text, { status, headers: { 'content-type': 'application/json' } });
