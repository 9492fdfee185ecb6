/** What an operator watches: freshness of CRLs, verdicts, requests. No label carries anything of a request's content. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { isCrlOf } from '../refresh/status.js';
import type { CrlRecord } from '../store/port.js';
import { issuerOf } from './crls.js';
import type { Service } from './service.js';

export interface Metrics {
  readonly registry: Registry;
  readonly request: (labels: { method: string; route: string; status: string }, milliseconds: number) => void;
  /** Counts one verdict. */
  readonly verdict: (kind: 'certificate' | 'message', status: string) => void;
}

export function createMetrics(service: Service): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const verdicts = new Counter({
    name: 'unify_pki_verdicts_total',
    help: 'Verdicts given',
    labelNames: ['kind', 'status'],
    registers: [registry],
  });
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of requests by route, never by address or content',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  crlGauges(service, registry);
  fetchMetrics(service, registry);
  return {
    registry,
    request: (labels, milliseconds) => requests.observe(labels, milliseconds / 1000),
    verdict: (kind, status) => verdicts.inc({ kind, status }),
  };
}

interface Observed {
  readonly installed: boolean;
  readonly crl: CrlRecord | undefined;
  readonly now: number;
}

/** Seconds, counts and truth values by authority; undefined where there is nothing to say. */
const crlGaugeValues: Record<string, { help: string; value(observed: Observed): number | undefined }> = {
  x509_crl_this_update: {
    help: 'thisUpdate of the current CRL, seconds since 1970',
    value: ({ crl }) => crl && crl.thisUpdate / 1000,
  },
  x509_crl_next_update: {
    help: 'nextUpdate of the current CRL, seconds since 1970',
    value: ({ crl }) => (crl?.nextUpdate === undefined ? undefined : crl.nextUpdate / 1000),
  },
  x509_crl_number: {
    help: 'Number of the current CRL',
    value: ({ crl }) => (crl?.number === undefined ? undefined : Number(crl.number)),
  },
  x509_crl_entries: { help: 'Revoked certificates on the current CRL', value: ({ crl }) => crl?.entries },
  x509_crl_stale: {
    help: '1 where an installed authority has no CRL, or one past its nextUpdate',
    value: ({ installed, crl, now }) =>
      installed ? Number(crl === undefined || (crl.nextUpdate !== undefined && crl.nextUpdate < now)) : undefined,
  },
};

/** Each looks at the store itself: the registry asks them all at once and waits for none before another. */
function crlGauges(service: Service, registry: Registry): void {
  for (const [name, { help, value }] of Object.entries(crlGaugeValues)) {
    new Gauge({
      name,
      help,
      labelNames: ['authority'],
      registers: [registry],
      async collect() {
        const now = service.now().getTime();
        const current = await service.crls({ current: true });
        this.reset();
        for (const state of service.authorities()) {
          const { authority, der } = state;
          const issuer = issuerOf(state);
          const crl = current.findLast((record) => record.kind === 'base' && isCrlOf(record, issuer));
          const found = value({ installed: der !== undefined, crl, now });
          if (found !== undefined) this.set({ authority: authority.id }, found);
        }
      },
    });
  }
}

function fetchMetrics(service: Service, registry: Registry): void {
  const fetches = new Counter({
    name: 'unify_pki_crl_fetches_total',
    help: 'Fetches of CRLs by result',
    labelNames: ['authority', 'result'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'unify_pki_crl_fetch_seconds',
    help: 'Duration of fetches of CRLs',
    labelNames: ['authority'],
    buckets: [0.05, 0.2, 1, 5, 30],
    registers: [registry],
  });
  service.onFetch(({ authority, result, milliseconds }) => {
    fetches.inc({ authority, result });
    durations.observe({ authority }, milliseconds / 1000);
  });
}
