import { brief } from '../errors/quoted.ts';

/** Max characters of a path. The path of a segment has 39. */
const MAX_PATH = 200;

/** Returns a path for the log or a span, shortened if it is very long. */
export const recordedPath = (path: string): string => brief(path, MAX_PATH);
