import { setImmediate as nextTurn } from 'node:timers/promises';
import { charged, type LoopShare } from '../../fairness/loop-time.ts';

/** Bytes of a chunk, and of all chunks that are encoded in one turn of the event loop, which takes a few milliseconds. */
const CHUNK = 64 * 1024;
const PER_TURN = 256 * 1024;

/**
 * Serializes a GraphQL result like `JSON.stringify`, over several turns of the event loop, and charges the time to a share.
 * Returns the JSON in chunks. Stops and returns null as soon as the chunks exceed `maxBytes`.
 */
export async function jsonInTurns(
  value: object,
  maxBytes: number,
  share?: LoopShare,
): Promise<Buffer[] | null> {
  const chunks: Buffer[] = [];
  const pieces = piecesOf(value);
  let bytes = 0;

  /** Serializes until the end of the turn. Returns whether there is more to serialize. */
  const goOn = (): boolean => {
    let text = '';
    for (let left = PER_TURN; left > 0 && bytes <= maxBytes; ) {
      const { done, value: piece = '' } = pieces.next();
      text += piece;
      if (!done && text.length < CHUNK) continue;
      const chunk = Buffer.from(text);
      chunks.push(chunk);
      bytes += chunk.length;
      left -= chunk.length;
      text = '';
      if (done) return false;
    }
    return bytes <= maxBytes;
  };
  while (charged(share, goOn)) await nextTurn();
  return bytes > maxBytes ? null : chunks;
}

/** Serializes a value in pieces. No piece is larger than an object without the objects in it. */
function* piecesOf(value: unknown): Generator<string, undefined> {
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
