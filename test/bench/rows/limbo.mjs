/** limbo's pathological cases: the tests assert the budgets' counters, here the clock is looked at. Each under 50 ms. */
import { existsSync, readFileSync } from 'node:fs';
import { createTrust, verifyCertificate } from '../../../dist/index.js';
import { format, markdown, spread } from '../harness.mjs';

const vectors = new URL('../../../../shared/conformance/limbo/limbo.json', import.meta.url);
const limit = 50;

export async function pathological() {
  if (!existsSync(vectors)) return ['limbo: the folder ../shared/conformance is not beside the checkout'];
  const cases = JSON.parse(readFileSync(vectors, 'utf8')).testcases.filter((one) =>
    one.id.startsWith('pathological::'),
  );
  const lines = cases.map((one) => {
    const times = Array.from({ length: 11 }, () => milliseconds(one)).slice(2);
    const verdict = Math.max(...times) < limit ? 'yes' : 'NO';
    return [one.id.replace('pathological::', ''), ...spread(times, format), verdict];
  });
  const header = ['case', 'median ms', 'min–max', `under ${limit} ms`];
  return [`### limbo's pathological cases, from PEM\n\n${markdown(header, lines)}\n`];
}

function milliseconds(one) {
  const bytes = (pem) => Buffer.from(pem);
  const now = new Date();
  const start = performance.now();
  const verdict = verifyCertificate(
    {
      certificate: bytes(one.peer_certificate),
      intermediates: one.untrusted_intermediates.map(bytes),
      revocation: 'off',
      profile: 'tls-server',
      identity: { type: 'dns', value: one.expected_peer_name.value },
    },
    createTrust({ anchors: one.trusted_certs.map(bytes) }),
    { now, at: now },
  );
  const spent = performance.now() - start;
  if (verdict.status === 'valid') throw new Error(`${one.id} is accepted: a wrong verdict is not timed`);
  return spent;
}
