import { type Finding, finding } from '../findings/finding.js';
import type { IndexedCrl } from '../revocation/index-crl.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { TrustOverlay } from '../trust/trust-store.js';
import { readCertificates } from './input.js';
import { indexCrls, type Snapshot } from './snapshot.js';

/** Certificates that a request may bring (DESIGN.md §5). */
export const maximumRequestCertificates = 64;

/** CRLs that a request may bring: one for each certificate of a long path, and their bases. */
const maximumRequestCrls = 128;

/** CRLs of a request: unreadable ones are left out with a warning, too many are not looked at. */
export function readRequestCrls(inputs: readonly Uint8Array[], findings: Finding[]): IndexedCrl[] {
  const crls: IndexedCrl[] = [];
  for (const input of inputs.slice(0, maximumRequestCrls)) {
    const read = indexCrls(input);
    crls.push(...read.indexed);
    findings.push(...read.findings);
  }
  if (inputs.length > maximumRequestCrls || crls.length > maximumRequestCrls) {
    findings.push(finding('budget_exceeded', { budget: 'CRLs in a request', limit: maximumRequestCrls }));
  }
  return crls.slice(0, maximumRequestCrls);
}

/** What createTrust had to leave out is said in every verdict, within reason. */
export function refusals(snapshot: Snapshot): Finding[] {
  return snapshot.refused.slice(0, 16).map(({ finding }) => finding);
}

/** Intermediates of a request: unreadable ones are left out with a warning, too many are not looked at. */
export function addIntermediates(
  blocks: readonly Uint8Array[],
  inputs: readonly Uint8Array[],
  overlay: TrustOverlay,
  findings: Finding[],
): KnownCertificate[] {
  const added: KnownCertificate[] = [];
  let count = 1;
  const add = (der: Uint8Array) => {
    if (++count > maximumRequestCertificates) return;
    const result = overlay.base.read(der);
    if (result.ok) {
      overlay.add(result.value);
      added.push(result.value);
    } else findings.push(finding('intermediate_malformed', { expected: result.expected, found: result.found }));
  };
  for (const der of blocks) add(der);
  for (const input of inputs) {
    const read = readCertificates(input);
    if (!read.ok) findings.push(finding('intermediate_malformed', { expected: read.expected, found: read.found }));
    else for (const der of read.value) add(der);
  }
  if (count > maximumRequestCertificates) {
    findings.push(
      finding('budget_exceeded', { budget: 'certificates in a request', limit: maximumRequestCertificates }),
    );
  }
  return added;
}

/**
 * Certificates that came along with something signed. Those that cannot be read are left out: they may not even be the signer's.
 * Where `findings` are given they get a warning.
 */
export function addReadable(
  certificates: readonly Uint8Array[],
  overlay: TrustOverlay,
  findings?: Finding[],
): KnownCertificate[] {
  return certificates.flatMap((der) => {
    const result = overlay.base.read(der);
    if (!result.ok) {
      findings?.push(finding('intermediate_malformed', { expected: result.expected, found: result.found }));
      return [];
    }
    overlay.add(result.value);
    return [result.value];
  });
}
