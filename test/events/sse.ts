/** Returns the fields of an event, by name. Comments are omitted. */
export const fieldsOf = (block: string): Map<string, string> =>
  new Map(
    block.split('\n').flatMap((line): [string, string][] => {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, value]];
    }),
  );

/** Reads the events of a stream, including those without data. What has arrived of an incomplete event is lost. */
export async function* sseOf({ body }: Response): AsyncGenerator<Map<string, string>> {
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield fieldsOf(block);
  }
}
