/**
 * Splits the chunks of a UTF-8 text into lines, and yields those that each chunk completes. A carriage return at the end of a line
 * stays. An incomplete line at the end is discarded.
 */
export async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
}
