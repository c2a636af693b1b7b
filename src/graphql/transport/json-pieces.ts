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

/** Serializes a value in pieces. A piece is a value that is small as a whole, or a single one. */
function* piecesOf(value: unknown): Generator<string, undefined> {
  if (!isObject(value) || remainderAfter(value, MAX_PIECE) >= 0) {
    yield JSON.stringify(value);
  } else if (Array.isArray(value)) {
    let before = '[';
    for (const item of value) {
      yield before;
      yield* piecesOf(item);
      before = ',';
    }
    yield ']';
  } else {
    let before = '{';
    for (const [name, each] of Object.entries(value)) {
      if (each === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* piecesOf(each);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}

/** Approximate maximum length, in characters, of a piece with several values. */
const MAX_PIECE = 4_096;
/** Approximate length, in characters, of a value that is not a string, or of a name with its punctuation. */
const OTHERS = 16;

/** Subtracts the approximate length of a value from a number of characters. The result is negative if the value is longer. */
function remainderAfter(value: unknown, characters: number): number {
  if (typeof value === 'string') return characters - value.length;
  if (!isObject(value)) return characters;
  let left = characters - OTHERS;
  for (const each of Object.values(value)) {
    left = remainderAfter(each, left - OTHERS);
    if (left < 0) break;
  }
  return left;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
