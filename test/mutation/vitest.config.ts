/** The tests that mutation testing asks: those of the rooms in question and the public suites that go through them. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: process.cwd(),
    include: [
      'test/path/*.test.ts',
      'test/revocation/*.test.ts',
      'test/crypto/*.test.ts',
      'test/verify/*.test.ts',
      'test/time/*.test.ts',
      'test/findings/*.test.ts',
    ],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
  },
});
