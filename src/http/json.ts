/**
 * JSON as the contract writes it: every Uint8Array is base64 DER. Octets stand in `discovered` only, wherever a verdict
 * has one, so only that is rewritten: a replacer that looks at every value doubles the time.
 */
import type { Discovered, MessageVerdict, SignerVerdict, TimestampReport, Verdict } from '../verify/types.js';
import { encodeBase64 } from '../x509/pem.js';

/** The JSON text of a verdict. `indent` for people. */
export function toJson(verdict: Verdict | MessageVerdict, indent?: number): string {
  return JSON.stringify(verdictJson(verdict), undefined, indent);
}

/** The verdict as a value for JSON. */
export const verdictJson = (verdict: Verdict | MessageVerdict): object =>
  'signers' in verdict ? messageJson(verdict) : certificateJson(verdict);

const octets = ({ authorities, crls }: Discovered) => ({
  authorities: authorities.map(encodeBase64),
  crls: crls.map(encodeBase64),
});

const certificateJson = (verdict: Verdict) => ({ ...verdict, discovered: octets(verdict.discovered) });

const timestampJson = (report: TimestampReport) =>
  report.trust === undefined ? report : { ...report, trust: certificateJson(report.trust) };

const signerJson = (signer: SignerVerdict) => ({
  ...signer,
  trust: certificateJson(signer.trust),
  timestamps: signer.timestamps.map(timestampJson),
});

const messageJson = (verdict: MessageVerdict): object => ({
  ...verdict,
  discovered: octets(verdict.discovered),
  signers: verdict.signers.map(signerJson),
  ...(verdict.nested === undefined ? {} : { nested: messageJson(verdict.nested) }),
});
