/** How much is tried: 10,000 always, 100,000 in CI or where FUZZ_RUNS says how many. The seed is fixed unless FUZZ_SEED is given. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const { CI, FUZZ_RUNS, FUZZ_SEED } = process.env;

export const runs = Number(FUZZ_RUNS ?? (CI === undefined || CI === '' ? 10_000 : 100_000));

/** For fc.assert. Shrinking goes by hand with FUZZ_SEED and the path that a failure prints. */
export const options = (share = 1, maximum = runs) => ({
  numRuns: Math.min(maximum, Math.ceil(runs * share)),
  seed: Number(FUZZ_SEED ?? 20260601),
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Octets of the heap in use, after everything that nobody holds is collected. */
export function heapInUse(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** The snapshot's caches are bounded and full after some thousand runs; nothing else may grow. */
export const allowedGrowth = 48 * 1024 * 1024;
