import { defineConfig } from 'vitest/config';
import { LIMIT_MS } from './test/limits.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/property-seed.ts'],
    isolate: false, // modules hold no state that tests could share, and loading them again costs a second a file
    maxWorkers: 3, // those that start processes mostly wait for them
    testTimeout: LIMIT_MS.test,
    hookTimeout: LIMIT_MS.test,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: LIMIT_MS.state, interval: 20 } },
  },
  // Vite would take graphql's ES build and Pothos its CommonJS one: two graphqls, and every instanceof fails.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
});
