import { registerHooks } from 'node:module';

/* Imported into a process before its own code. Prints the URL of each module that it loads. */
registerHooks({
  load(url, context, nextLoad) {
    process.stderr.write(`loaded ${url}\n`);
    return nextLoad(url, context);
  },
});
