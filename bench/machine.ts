import { cpus, totalmem } from 'node:os';

/** The machine of a run, as the results show it. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGB: number;
  node: string;
}

export const thisMachine = (): Machine => ({
  cpu: cpus()[0]?.model ?? 'unknown processor',
  cores: cpus().length,
  memoryGB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});

/** The command of a run, with the options that were given to it. */
export function commandOf(script: string): string {
  const given = process.argv.slice(2);
  return [script, ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
}
