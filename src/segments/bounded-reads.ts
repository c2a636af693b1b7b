import { MAX_RESPONSE, ResponseTooLarge } from '../errors/refusals.ts';
import type { Contents } from '../events/event-list.ts';
import type { EventStore } from '../events/store.ts';
import { MAX_NAME, MAX_TEXT, type Segment } from './segment.ts';
import { MAX_CHARACTERS } from './segment-event.ts';
import type { SegmentStore } from './store.ts';

type Keys = Parameters<SegmentStore['getMany']>[0];
type Reading = Keys['texts'];

/**
 * Max bytes that concurrent reads of one operation can return: two full pages of segments. All fields of an operation are executed in one
 * turn, so without this limit, fifty of them could use 200 MB before the first one is counted.
 */
const MAX_AT_ONCE = 9 * 1024 * 1024;
/** Ids of the sample that is read first if a call could return more. It is random, so that callers cannot influence it. */
const SAMPLE = 100;

/** Max bytes of a character, in UTF-8 and in V8's memory. */
const BYTES_OF_CHARACTER = 4;
/** Max bytes of a row without its long texts, and of a long text. */
const BYTES = { row: MAX_NAME * BYTES_OF_CHARACTER + 200, text: MAX_TEXT * BYTES_OF_CHARACTER };
/**
 * Max bytes of an event without its contents, and of the texts of a segment as JSON, where a character can be `\u0001`. The customers of a
 * change of members are not included: few events have them.
 */
const BYTES_OF_EVENT = { row: 800, texts: MAX_CHARACTERS * 6 };

/** A read that waits until the ones before it are done. */
interface Waiting {
  bytes: number;
  start(): void;
  fail(error: unknown): void;
}

/**
 * Replaces the stores of a context for one operation. The new ones limit how many bytes their concurrent reads can return.
 * Each portion is counted as part of the answer before the next one is sent, so an operation whose answer grows too large ends
 * early. Reads by ids are counted here, since all rows of such a read belong to the answer. They reject with
 * RESPONSE_TOO_LARGE. Returns a function that makes all reads fail that have not started.
 */
export function boundReads(context: { segments: SegmentStore; events: EventStore }): () => void {
  const { segments: store, events } = context;
  const waiting: Waiting[] = [];
  let atOnce = 0;
  let held = 0;
  let isClosed = false;

  const next = () => {
    for (let first = waiting[0]; first; first = waiting[0]) {
      if (atOnce > 0 && atOnce + first.bytes > MAX_AT_ONCE) return;
      waiting.shift();
      atOnce += first.bytes;
      first.start();
    }
  };
  const close = () => {
    isClosed = true;
    for (const { fail } of waiting.splice(0)) fail(new ResponseTooLarge());
  };
  const inPortions = async <Result>(bytes: number, read: () => Promise<Result>): Promise<Result> => {
    if (isClosed) throw new ResponseTooLarge();
    await new Promise<void>((start, fail) => {
      waiting.push({ bytes, start, fail });
      next();
    });
    try {
      return await read();
    } finally {
      atOnce -= bytes;
      next();
    }
  };

  const getSome = async (keys: Keys, bytes: number) => {
    const found = await inPortions(keys.ids.length * bytes, () => store.getMany(keys));
    for (const segment of found) held += charactersOf(segment);
    if (held > MAX_RESPONSE) close();
    if (isClosed) throw new ResponseTooLarge();
    return found;
  };
  /** Reads a sample first, to estimate the size of the other rows. Most are far smaller than the maximum. */
  const getSampled = async (keys: Keys, most: number) => {
    const places = shuffled(keys.ids.length, SAMPLE);
    const found: (Segment | null)[] = keys.ids.map(() => null);
    const getAt = async (some: readonly number[], bytes: number) => {
      const segments = await getSome({ ...keys, ids: some.map((place) => keys.ids[place] ?? '') }, bytes);
      for (const [i, place] of some.entries()) found[place] = segments[i] ?? null;
    };
    await getAt(places.slice(0, SAMPLE), most);
    const characters = found.reduce((sum, segment) => sum + charactersOf(segment), 0) / SAMPLE;
    const likely = Math.min(most, bytesOfRow('none') + 2 * characters * BYTES_OF_CHARACTER);
    const inOne = Math.max(1, Math.floor(MAX_AT_ONCE / 2 / likely));
    const parts: Promise<void>[] = [];
    for (let from = SAMPLE; from < places.length; from += inOne) {
      parts.push(getAt(places.slice(from, from + inOne), likely));
    }
    await Promise.all(parts);
    return found;
  };
  const bounded: Pick<SegmentStore, 'list' | 'getMany'> = {
    list: (list) => inPortions((list.size + 1) * bytesOfRow(list.texts), () => store.list(list)),
    getMany(keys) {
      const most = bytesOfRow(keys.texts);
      return keys.ids.length * most <= MAX_AT_ONCE / 2 ? getSome(keys, most) : getSampled(keys, most);
    },
  };
  const readUpTo = (maxBytes: number, part: Parameters<EventStore['read']>[0]) =>
    inPortions(maxBytes, () => events.read({ ...part, maxBytes }));
  const read: EventStore['read'] = async (part) => {
    const likely = Math.min(MAX_AT_ONCE, (part.size + 1) * bytesOfEvent(part.contents));
    const slice = await readUpTo(likely, part);
    // Changes of members can be much larger than other events.
    const whole = slice.isCut && likely < MAX_AT_ONCE ? await readUpTo(MAX_AT_ONCE, part) : slice;
    if (!whole.isCut) return whole;
    close();
    throw new ResponseTooLarge();
  };
  // Not in a copy of the context, because traces are looked up by this object
  context.segments = { ...store, ...bounded };
  context.events = { ...events, read };
  return close;
}

function bytesOfRow(texts: Reading = 'all'): number {
  const long = texts === 'all' ? 2 : texts === 'none' ? 0 : 1;
  return BYTES.row + long * BYTES.text;
}

function bytesOfEvent(contents: Contents = 'all'): number {
  const texts = contents === 'all' ? 2 : contents === 'none' ? 0 : 1;
  return BYTES_OF_EVENT.row + texts * BYTES_OF_EVENT.texts;
}

/** Counts the characters of its long texts, which are only fetched if they are part of the answer. */
const charactersOf = (segment: Partial<Segment> | null): number =>
  (segment?.criteria?.length ?? 0) + (segment?.description?.length ?? 0);

/** The numbers below `length`, the first `chosen` of which are a random sample (Fisher and Yates). */
function shuffled(length: number, chosen: number): number[] {
  const numbers = Array.from({ length }, (_, i) => i);
  for (let i = 0; i < Math.min(chosen, length); i++) {
    const other = i + Math.floor(Math.random() * (length - i));
    [numbers[i], numbers[other]] = [numbers[other] ?? i, numbers[i] ?? other];
  }
  return numbers;
}
