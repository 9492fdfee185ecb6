/** Building and validating all paths of a request with the counters in sight: verifyCertificate keeps them to itself. */
import type { CertificateRequest, Trust, ValidationTime } from '../../src/index.js';
import { type Budget, createBudget } from '../../src/path/budget.js';
import { buildPaths } from '../../src/path/build.js';
import { validatePath } from '../../src/path/validate.js';
import { TrustOverlay } from '../../src/trust/trust-store.js';
import { pathOptions } from '../../src/verify/request.js';
import { snapshotOf } from '../../src/verify/snapshot.js';

/** The budget after every path was tried, the clean ones not stopping the search; undefined: no certificate. */
export function spendAll(request: CertificateRequest, trust: Trust, time: ValidationTime): Budget | undefined {
  const snapshot = snapshotOf(trust);
  const overlay = new TrustOverlay(snapshot.store);
  const endEntity = snapshot.store.read(request.certificate);
  if (!endEntity.ok) return undefined;
  overlay.add(endEntity.value);
  for (const der of request.intermediates ?? []) {
    const known = snapshot.store.read(der);
    if (known.ok) overlay.add(known.value);
  }
  const budget = createBudget();
  const context = {
    ...pathOptions(request),
    at: (time.at ?? time.now).getTime(),
    now: time.now.getTime(),
    source: overlay,
    edges: new Map(),
    budget,
  };
  for (const path of buildPaths(endEntity.value, context)) validatePath(path, context);
  return budget;
}
