/**
 * The tests that mutation testing asks: those of the rooms in question and the public suites that go through them. The
 * property tests of time/ are left out, since every survivor would have to pass all of them: what only they notice counts
 * as survived.
 */
import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What failed last is asked first, then the quick before the slow: most mutants die in milliseconds. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = ({ moduleId, project }: TestSpecification): number => {
      const last = this.ctx.cache.getFileTestResults(`${project.name}:${relative(this.ctx.config.root, moduleId)}`);
      return last === undefined || last.failed ? 0 : last.duration;
    };
    return [...files].sort((a, b) => cost(a) - cost(b));
  }
}

export default defineConfig({
  test: {
    root: process.cwd(),
    include: [
      'test/path/*.test.ts',
      'test/revocation/*.test.ts',
      'test/crypto/*.test.ts',
      'test/verify/*.test.ts',
      'test/time/table.test.ts',
      'test/findings/*.test.ts',
    ],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    sequence: { sequencer: QuickFirst },
  },
});
