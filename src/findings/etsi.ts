/**
 * Translation of a status and its heading finding into the indications of ETSI EN 319 102-1 (§5.1.3, table 5).
 * A translation by table, never a second judgement: the status decides, the finding only refines.
 */
import { definitionOf, type Finding, type Status } from './finding.js';

export interface EtsiIndication {
  indication: 'PASSED' | 'FAILED' | 'INDETERMINATE';
  subIndication?: string;
}

export interface EtsiMessageIndication {
  indication: 'TOTAL_PASSED' | 'TOTAL_FAILED' | 'INDETERMINATE';
  subIndication?: string;
}

/** Sub-indications that the standard lists under FAILED; every other one is INDETERMINATE there. */
const failedSubIndications = new Set([
  'FORMAT_FAILURE',
  'HASH_FAILURE',
  'SIG_CRYPTO_FAILURE',
  'REVOKED',
  'EXPIRED',
  'NOT_YET_VALID',
]);

export function etsiIndication(status: Status, findings: readonly Finding[]): EtsiIndication {
  if (status === 'valid') return { indication: 'PASSED' };
  const sub = headingSubIndication(status, findings);
  if (sub === undefined) return { indication: status === 'invalid' ? 'FAILED' : 'INDETERMINATE' };
  const failed = status === 'invalid' && failedSubIndications.has(sub);
  return { indication: failed ? 'FAILED' : 'INDETERMINATE', subIndication: sub };
}

export function etsiMessageIndication(status: Status, findings: readonly Finding[]): EtsiMessageIndication {
  const { indication, subIndication } = etsiIndication(status, findings);
  const total = indication === 'PASSED' ? 'TOTAL_PASSED' : indication === 'FAILED' ? 'TOTAL_FAILED' : 'INDETERMINATE';
  return subIndication === undefined ? { indication: total } : { indication: total, subIndication };
}

function headingSubIndication(status: Status, findings: readonly Finding[]): string | undefined {
  for (const f of findings) {
    if (f.severity !== 'error') continue;
    const definition = definitionOf(f.code);
    if (definition.class === status && definition.etsi !== undefined) return definition.etsi;
  }
  return undefined;
}
