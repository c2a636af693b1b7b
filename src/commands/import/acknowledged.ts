const NEWLINE = 10;

/**
 * Relates the lines that the gateway has done to the bytes of the file. Notes where each chunk ends, until its lines are done, so it
 * holds only what is on its way.
 */
export function acknowledgements() {
  const sent: { line: number; bytes: number }[] = [];
  let line = 0;
  let bytes = 0;
  let done = 0;
  return {
    sent(chunk: Buffer): void {
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) line += 1;
      bytes += chunk.length;
      sent.push({ line, bytes });
    },
    /** Returns how many bytes of the file are done when this line is. */
    doneAt(line: number): number {
      while (sent[0] && sent[0].line <= line) done = sent.shift()?.bytes ?? done;
      return done;
    },
  };
}
