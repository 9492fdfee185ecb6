/**
 * Rule 8 of REVOCATION.md ("Status at time T"; ETSI EN 319 102-1 §5.2.6): a message asks when it was signed. That it
 * existed by a time does not prove that it was not signed before, so a certificate that is expired or revoked at that time
 * makes the answer indeterminate, and invalid only where the message was certainly signed after that date.
 */
import { formatTime } from '../der/time.js';
import { type Finding, finding } from '../findings/finding.js';
import type { ProspectivePath } from '../path/context.js';
import type { RevocationFacts } from '../revocation/check.js';

export interface Existence {
  /** Milliseconds: it cannot have been signed before; undefined where nobody vouches for that. */
  readonly signedAfter: number | undefined;
  /** Milliseconds: the certificates of the message existed by then. */
  readonly provenBy: number | undefined;
}

/** The findings of a path as they count for something that existed by the time asked about. */
export function asExistence(
  findings: readonly Finding[],
  path: ProspectivePath,
  facts: readonly RevocationFacts[],
  { signedAfter }: Existence,
): Finding[] {
  const after = (date: number | undefined): boolean =>
    signedAfter !== undefined && date !== undefined && signedAfter > date;
  return findings.map((found) => {
    const index = found.certificate ?? 0;
    const fact = facts.find(({ certificate }) => certificate === index);
    const options = { certificate: index };
    if (found.code === 'certificate_expired') {
      const notAfter = path.certificates[index]?.certificate.notAfter;
      if (notAfter === undefined || after(notAfter)) return found;
      const code = fact?.goodAtNotAfter === true ? 'out_of_bounds_not_revoked' : 'out_of_bounds_no_poe';
      return finding(code, { notAfter: formatTime(notAfter) }, options);
    }
    if (found.code !== 'certificate_revoked' && found.code !== 'issuer_revoked') return found;
    const from = fact?.revokedFrom;
    if (from === undefined || after(from)) return found;
    const code = found.code === 'certificate_revoked' ? 'revoked_no_poe' : 'revoked_ca_no_poe';
    return finding(code, { revocationDate: formatTime(from), reason: fact?.reason }, options);
  });
}
