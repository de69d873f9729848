import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/loopback-only.ts', 'test/support/own-state.ts'],
    testTimeout: 20_000,
  },
});
