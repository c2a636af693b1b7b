import { InvalidInput } from '../errors/invalid-input.ts';
import { Refusal } from '../errors/refusals.ts';
import { mediaTypesOf } from '../http/fields.ts';
import { customerSegments } from './customer-segment-operations.ts';
import { events } from './event-operations.ts';
import { type Methods, type Operation, operation } from './operation.ts';

interface Route {
  /** The path, with `:id` in the place of an id. */
  path: string;
  methods: Methods;
}

const routes = new Map(
  Object.entries({ ...customerSegments, ...events }).map(([path, methods]): [string, Route] => [
    path,
    { path, methods },
  ]),
);

/** Finds the route of a path and the id in it. Throws NOT_FOUND, or INVALID_INPUT if the id is not percent-encoded UTF-8. */
export function routeOf(path: string): { route: Route; id: string } {
  const whole = path.includes(':') ? undefined : routes.get(path); // the pattern itself is not a path
  if (whole) return { route: whole, id: '' };
  const [start, end] = thirdPartOf(path);
  const item = routes.get(`${path.slice(0, start)}:id${path.slice(end)}`);
  if (item && start < end) return { route: item, id: decoded(path.slice(start, end)) };
  throw new Refusal('NOT_FOUND', `There is no resource at ${path.slice(0, 100)}.`);
}

/** Where the third part of a path begins and ends, as the id in `/v1/customer-segments/{id}/events`. */
function thirdPartOf(path: string): [start: number, end: number] {
  const start = path.indexOf('/', path.indexOf('/', 1) + 1) + 1;
  const end = path.indexOf('/', start);
  return [start, end < 0 ? path.length : end];
}

/** Finds the operation of a method. OPTIONS lists the methods, and so does METHOD_NOT_ALLOWED, which is thrown otherwise. */
export function operationOf({ methods }: Route, method: string): Operation {
  const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (found) return found;
  const names = Object.keys(methods).flatMap((name) => (name === 'GET' ? [name, 'HEAD'] : [name]));
  const allow = names.join(', ');
  if (method === 'OPTIONS') {
    const headers = { allow, ...patchable(names) };
    return operation({ fields: {}, status: 204, handle: async () => ({ headers }) });
  }
  const message = `Method not allowed. Use ${ANY_OF.format(names)}.`;
  throw new Refusal('METHOD_NOT_ALLOWED', message, { headers: { allow } });
}

/** The media types that PATCH accepts (RFC 5789, section 3.1). */
const patchable = (names: readonly string[]) =>
  names.includes('PATCH') && { 'accept-patch': mediaTypesOf('PATCH').join(', ') };

/** "GET, HEAD or POST" */
const ANY_OF = new Intl.ListFormat('en-GB', { type: 'disjunction' });

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new InvalidInput([{ param: 'id', message: 'must be percent-encoded UTF-8' }]);
  }
}
