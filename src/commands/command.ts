/** A command of `segments`. */
export interface Command {
  summary: string;
  help: string;
  run(args: string[], environment: NodeJS.ProcessEnv): Promise<void>;
}

/** A wrong command line. The program refers to the help of the command and exits with code 2. */
export class WrongUsage extends Error {}

/** Prints a text. A reader who closes the pipe before the end, such as `head`, has read enough. */
export function print(text: string): void {
  const { stdout } = process;
  if (stdout.listenerCount('error') === 0) stdout.on('error', ignoreReaderGone);
  stdout.write(`${text}\n`);
}

function ignoreReaderGone(error: Error): void {
  if (!isReaderGone(error)) throw error;
}

/** Whether nobody reads the output any longer, such as with `segments tail | head`. */
export const isReaderGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';
