import { InvalidInput, Refusal } from '../errors.ts';
import { customerSegments } from './customer-segments.ts';
import type { Handler, Methods, Resource } from './resource.ts';

export interface Route extends Pick<Resource, 'names' | 'undocumented'> {
  methods: Methods;
  id: string;
}

const resources = [customerSegments];

/** Finds what a path leads to. Throws NOT_FOUND, or INVALID_INPUT for an id that is not percent-encoded UTF-8. */
export function routeOf(path: string): Route {
  for (const { paths, ...words } of resources) {
    const methods = paths[path];
    if (methods) return { methods, id: '', ...words };
    const mark = path.lastIndexOf('/');
    const item = paths[`${path.slice(0, mark)}/:id`];
    if (item && mark < path.length - 1) return { methods: item, id: decoded(path.slice(mark + 1)), ...words };
  }
  throw new Refusal('NOT_FOUND', `There is nothing at ${path.slice(0, 100)}.`);
}

/** Throws METHOD_NOT_ALLOWED, and says what is. */
export function handlerOf({ methods }: Route, method: string): Handler {
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler) return handler;
  const allow = Object.keys(methods)
    .flatMap((name) => (name === 'GET' ? [name, 'HEAD'] : [name]))
    .join(', ');
  throw new Refusal('METHOD_NOT_ALLOWED', `Here work ${allow}.`, { headers: { allow } });
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new InvalidInput([{ param: 'id', message: 'must be percent-encoded UTF-8' }]);
  }
}
