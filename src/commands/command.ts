/** One thing that `segments` does. */
export interface Command {
  summary: string;
  help: string;
  run(args: string[], environment: NodeJS.ProcessEnv): Promise<void>;
}

/** A call that can't be understood: exit code 2, and where to read how it is done. */
export class WrongUsage extends Error {}

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
