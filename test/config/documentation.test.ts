import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configurationPage } from '../../.ci/configuration.ts';
import { describeVariables, variablesHelp } from '../../src/config/describe.ts';

const variables = describeVariables().flatMap((group) => group.variables);
const names = variables.map(({ name }) => name);

/** The variables that docker-compose.yml passes to the gateway, by name. */
function passedByCompose(): Map<string, string> {
  const [, gateway = ''] = readFileSync('docker-compose.yml', 'utf8').split('\n  gateway:\n');
  return new Map(
    [...gateway.matchAll(/^ {6}([A-Z_]+): (.+)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** The variables of .env.example by name, including those that are commented out. */
const example = new Map(
  [...readFileSync('.env.example', 'utf8').matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(
    ([, name = '', value = '']) => [name, value],
  ),
);

/** Compose sets these itself, because the address of the gateway in its container is always the same. */
const FIXED = ['PORT', 'HOST'];
/** The image has no embedded Postgres. */
const UNUSED = ['DATA_DIR'];
/** Production and Compose use other values for these than the defaults of the gateway. */
const OTHER_DEFAULT = ['GRAPHIQL'];

describe('every variable', () => {
  it('is in docs/configuration.md as it is defined (npm run configuration writes the page)', () => {
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationPage());
  });

  it.each(variables)('$name has a form, and a summary of one phrase', ({ form, summary }) => {
    expect(form).not.toBe('');
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
  });

  it('has one line of at most 120 characters in --help', () => {
    const lines = variablesHelp().split('\n');
    for (const name of names) expect(lines.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });

  it('is passed through by docker-compose.yml', () => {
    const passed = passedByCompose();
    expect([...passed.keys()].toSorted()).toEqual(names.filter((name) => !UNUSED.includes(name)).toSorted());
    const fixed = [...passed].filter(([name, value]) => !value.startsWith(`\${${name}:`));
    expect(fixed.map(([name]) => name)).toEqual(FIXED);
  });

  it('is in .env.example with its default', () => {
    const known = [...names, 'POSTGRES_PASSWORD'].filter((name) => name !== 'HOST' && !UNUSED.includes(name));
    expect([...example.keys()].toSorted()).toEqual(known.toSorted());
    const shown = variables.filter(({ name }) => example.has(name) && !OTHER_DEFAULT.includes(name));
    for (const { name, preset = '' } of shown)
      expect(`${name}=${example.get(name)}`).toBe(`${name}=${preset}`);
  });
});
