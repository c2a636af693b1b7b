import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/property-seed.ts'],
    isolate: false, // modules hold no state that tests could share, and loading them again costs a second a file
    maxWorkers: 3, // those that start processes mostly wait for them
    // A test waits for a state, however slow the machine is that brings it about: these end one that hangs.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
  },
  // Vite would take graphql's ES build and Pothos its CommonJS one: two graphqls, and every instanceof fails.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
});
