/** A command of `segments`. */
export interface Command {
  summary: string;
  help: string;
  run(args: string[], environment: NodeJS.ProcessEnv): Promise<void>;
}

/** A wrong command line. The program refers to the help of the command and exits with code 2. */
export class WrongUsage extends Error {}

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
