import { setImmediate as nextTurn } from 'node:timers/promises';

/** Bytes that are encoded at once, and those that are written before others have a turn: a few milliseconds. */
const CHUNK = 64 * 1024;
const PER_TURN = 256 * 1024;

/**
 * Writes a value as JSON, as `JSON.stringify` does, in turns of the event loop, and counts its bytes as it goes. Null once
 * they are more than `maxBytes`: what is left is not written. Takes what a result of GraphQL holds.
 */
export async function jsonInTurns(value: object, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let text = '';
  let bytes = 0;
  let sinceTurn = 0;
  const encode = () => {
    const chunk = Buffer.from(text);
    chunks.push(chunk);
    bytes += chunk.length;
    sinceTurn += chunk.length;
    text = '';
  };
  for (const piece of piecesOf(value)) {
    text += piece;
    if (text.length < CHUNK) continue;
    encode();
    if (bytes > maxBytes) return null;
    if (sinceTurn < PER_TURN) continue;
    sinceTurn = 0;
    await nextTurn();
  }
  encode();
  return bytes > maxBytes ? null : Buffer.concat(chunks);
}

/** The JSON of a value, in pieces of which none is larger than an object without the objects in it. */
function* piecesOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    yield '[';
    for (const [i, item] of value.entries()) {
      if (i > 0) yield ',';
      yield* piecesOf(item);
    }
    yield ']';
  } else if (isObject(value) && Object.values(value).some(isObject)) {
    let before = '{';
    for (const [name, each] of Object.entries(value)) {
      if (each === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* piecesOf(each);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  } else {
    yield JSON.stringify(value);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
