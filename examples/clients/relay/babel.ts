import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { transformSync } from '@babel/core';

const ARTIFACTS = join(import.meta.dirname, '..', 'generated', 'relay');
const OPTIONS = { artifactDirectory: ARTIFACTS, eagerEsModules: true };

/** Does to the modules of this folder what a bundler does: replaces each `graphql` tag by what relay-compiler generated. */
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier.endsWith('.graphql') ? `${specifier}.ts` : specifier, context),
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.startsWith(new URL('.', import.meta.url).href)) return loaded;
    const transformed = transformSync(`${loaded.source}`, {
      filename: new URL(url).pathname,
      configFile: false,
      parserOpts: { plugins: ['typescript'] },
      plugins: [['babel-plugin-relay', OPTIONS]],
    });
    return { ...loaded, source: transformed?.code ?? '' };
  },
});
