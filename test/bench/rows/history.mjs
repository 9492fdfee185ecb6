/** Ten years of an authority's CRLs in one snapshot: memory and the time to read them from a store. */
import { execFileSync } from 'node:child_process';
import { markdown, spread } from '../harness.mjs';

const child = new URL('../history-child.mjs', import.meta.url).pathname;
const rounds = 3;

export function history() {
  const measured = Array.from({ length: rounds }, () =>
    JSON.parse(execFileSync(process.execPath, ['--expose-gc', child], { encoding: 'utf8' })),
  );
  const line = [
    'unify-pki',
    ...spread(measured.map(({ megabytes }) => megabytes)),
    ...spread(measured.map(({ milliseconds }) => milliseconds)),
    ...spread(measured.map(({ pause }) => pause)),
  ];
  return [
    '### Ten years of CRLs (730 of 2,000 entries) in a snapshot\n\n' +
      `${markdown(['contender', 'MB, median', 'min–max', 'read and made, median ms', 'min–max', 'longest pause ms', 'min–max'], [line])}\n`,
  ];
}
