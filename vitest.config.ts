import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A busy machine is slow, not wrong: what is waited for must come, not come soon.
    expect: { poll: { timeout: 20_000 } },
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/own-temp.ts', 'test/support/postgres-server.ts'],
    setupFiles: ['test/support/loopback-only.ts', 'test/support/own-state.ts'],
    testTimeout: 60_000,
    // The catalog is large: loaded once a worker, not once a file. Every test builds a world of its own.
    isolate: false,
    maxWorkers: '100%',
  },
});
