/** Judges paths over given certificates and CRLs, as verify does it, without profile and verdict. */
import { type Finding, type Status, statusOf } from '../../src/findings/finding.js';
import { createBudget } from '../../src/path/budget.js';
import { buildPaths } from '../../src/path/build.js';
import type { PathContext, ProspectivePath } from '../../src/path/context.js';
import { validatePath } from '../../src/path/validate.js';
import { checkRevocation, type RevocationOptions, type RevocationResult } from '../../src/revocation/check.js';
import { CrlEvidence } from '../../src/revocation/evidence.js';
import { type IndexedCrl, indexCrl } from '../../src/revocation/index-crl.js';
import type { Catalogue } from '../../src/trust/catalogue.js';
import { TrustStore } from '../../src/trust/trust-store.js';
import { parseCertificate } from '../../src/x509/certificate.js';

export interface Setting {
  anchors: Uint8Array[];
  intermediates?: Uint8Array[];
  crls: (Uint8Array | IndexedCrl)[];
  catalogues?: Catalogue[];
}

export interface Answer extends RevocationResult {
  status: Status;
  path: ProspectivePath;
  pathFindings: Finding[];
  codes: string[];
}

export type Asked = Partial<Omit<PathContext, 'source' | 'edges' | 'budget'>> & { at: number };

/** The trust store and the evidence of a snapshot. */
export function snapshotOf(setting: Setting) {
  const store = new TrustStore(setting.catalogues ?? []);
  const add = (der: Uint8Array, anchor: boolean) => {
    const parsed = parseCertificate(der);
    if (parsed.ok) store.add(parsed.value, { anchor });
  };
  for (const der of setting.anchors) add(der, true);
  for (const der of setting.intermediates ?? []) add(der, false);
  const evidence = new CrlEvidence(setting.crls.map((crl) => (crl instanceof Uint8Array ? indexCrl(crl) : crl)));
  return { store, evidence };
}

export type TestSnapshot = ReturnType<typeof snapshotOf>;

export function contextOf({ store }: TestSnapshot, asked: Asked): PathContext {
  return {
    now: asked.at,
    algorithms: 'modern',
    conformance: 'tolerant',
    validityModel: 'shell',
    maxIntermediates: undefined,
    initialPolicySet: ['2.5.29.32.0'],
    initialExplicitPolicy: false,
    initialPolicyMappingInhibit: false,
    initialAnyPolicyInhibit: false,
    source: store,
    edges: new Map(),
    budget: createBudget(),
    ...asked,
  };
}

/** Asks about `certificate`: the first clean path, else the first. */
export function ask(
  snapshot: TestSnapshot,
  certificate: Uint8Array,
  asked: Asked,
  options: RevocationOptions = { mode: 'require' },
): Answer {
  const known = snapshot.store.read(certificate);
  if (!known.ok) throw new Error(`the certificate of the test cannot be read: ${known.expected}, ${known.found}`);
  const context = contextOf(snapshot, asked);
  let first: Answer | undefined;
  for (const path of buildPaths(known.value, context)) {
    const pathFindings = validatePath(path, context);
    const result = checkRevocation(path, context, snapshot.evidence, { facts: true, ...options });
    const judged = statusOf([...pathFindings, ...result.findings]);
    // That a path reaches no anchor is said by verify.
    const status = judged === 'valid' && path.ending !== 'anchor' ? 'indeterminate' : judged;
    const answer = { ...result, status, path, pathFindings, codes: result.findings.map(({ code }) => code) };
    if (status === 'valid') return answer;
    first ??= answer;
  }
  if (first === undefined) throw new Error('no path at all');
  return first;
}
