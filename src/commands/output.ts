/** Prints a text. A reader who closes the pipe before the end, such as `head`, has read enough. */
export function print(text: string): void {
  const { stdout } = process;
  if (stdout.listenerCount('error') === 0) stdout.on('error', ignoreReaderGone);
  stdout.write(`${text}\n`);
}

/** Tells the person at the terminal something that is not part of the output. */
export function tell(message: string): void {
  process.stderr.write(`${message}\n`);
}

function ignoreReaderGone(error: Error): void {
  if (!isReaderGone(error)) throw error;
}

/** Whether nobody reads the output any longer, such as with `segments tail | head`. */
export const isReaderGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';

/** Returns the message to print. It must not contain the URL of the database, which holds the password. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('\n');
  // Drizzle wraps errors of the database. Its own message repeats the SQL and its parameters.
  if (error.cause instanceof Error) return messageOf(error.cause);
  return error.message;
}
