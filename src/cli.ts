#!/usr/bin/env node
/** Nothing else is loaded before this check, because an older Node.js could not parse it. */
const MIN_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < MIN_NODE) {
  process.stderr.write(`segments-gateway needs Node.js ${MIN_NODE} or later; this is ${process.version}.\n`);
  process.exitCode = 2;
} else {
  const { segments } = await import('./commands/segments.ts');
  process.exitCode = await segments(process.argv.slice(2), process.env);
}
