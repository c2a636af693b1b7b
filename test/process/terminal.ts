import { execFileSync } from 'node:child_process';

/** Whether there is the `script` of util-linux, which runs a program on a terminal of its own. */
export function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version']).includes('util-linux');
  } catch {
    return false;
  }
}

/** The command that runs `segments` on a terminal. */
export const onTerminal = (command: string): string[] => [
  'script',
  '-qefc',
  `"${process.execPath}" dist/cli.js ${command}`,
  '/dev/null',
];
