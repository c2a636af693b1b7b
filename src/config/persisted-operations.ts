import { readFileSync } from 'node:fs';
import { quoted } from '../errors/quoted.ts';
import { unreadable } from './unreadable.ts';

/** A wrong file of operations. The message says why, and follows the name of the variable. */
export class WrongOperations extends Error {}

const FORMAT = 'apollo-persisted-query-manifest';
const FORMS = `{"<id>": "<text>", …} or {"format": "${FORMAT}", "version": 1, "operations": [{"id": "…", "body": "…"}, …]}`;

/**
 * Reads the operations that are allowed. Returns their texts by id, without the prefix `sha256:`. Accepts what client tools
 * generate: a plain map (relay-compiler, the client preset of graphql-codegen, gql.tada) or the manifest of Apollo's
 * generate-persisted-query-manifest. Does not check the texts against the schema. Throws WrongOperations.
 */
export function readPersistedOperations(file: string): ReadonlyMap<string, string> {
  const wrong = (why: string) => new WrongOperations(`names ${quoted(file)}, ${why}`);
  const operations = new Map<string, string>();
  for (const [key, text, place] of entriesOf(contentOf(file, wrong), wrong)) {
    if (typeof key !== 'string') throw wrong(`in which ${place} has no "id"`);
    const id = key.replace(/^sha256:/, '');
    if (id === '') throw wrong(`in which the id of ${place} is empty`);
    if (typeof text !== 'string') throw wrong(`in which ${place} must be a string, not ${quoted(text)}`);
    if ((operations.get(id) ?? text) !== text) throw wrong(`which has two texts for the id ${quoted(id)}`);
    operations.set(id, text);
  }
  if (operations.size === 0) throw wrong('which has no operations');
  return operations;
}

type Wrong = (why: string) => WrongOperations;

function contentOf(file: string, wrong: Wrong): object {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(unreadable(error));
  }
  try {
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  } catch {
    throw wrong('which is not JSON');
  }
  throw wrong(`which must contain ${FORMS}`);
}

/** Returns the id and the text of each entry, unchecked, and its place in the file for messages. */
function entriesOf(content: object, wrong: Wrong): [id: unknown, text: unknown, place: string][] {
  const { format, version, operations }: { format?: unknown; version?: unknown; operations?: unknown } =
    content;
  if (format !== FORMAT && !Array.isArray(operations)) {
    return Object.entries(content).map(([id, text]) => [id, text, `the entry ${quoted(id)}`]);
  }
  if (format !== FORMAT || version !== 1 || !Array.isArray(operations)) {
    throw wrong(`which must contain ${FORMS}`);
  }
  return operations.map((operation, i) => {
    const { id, body }: { id?: unknown; body?: unknown } = Object(operation);
    return [id, body, typeof id === 'string' ? `the body of ${quoted(id)}` : `operations[${i}]`];
  });
}
