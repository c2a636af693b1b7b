import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'build/schema.graphql',
  documents: 'operations/*.graphql',
  generates: {
    'build/codegen/': {
      preset: 'client',
      presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
    },
  },
};

// biome-ignore lint/style/noDefaultExport: graphql-codegen reads it
export default config;
