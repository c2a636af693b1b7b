import { InvalidInput } from '../errors/invalid-input.ts';
import { Refusal } from '../errors/refusals.ts';
import { mediaTypesOf } from '../http/fields.ts';
import { customerSegments } from './customer-segment-operations.ts';
import { events } from './event-operations.ts';
import { customerSegmentFiles } from './file-operations.ts';
import { customerSegmentMembers } from './member-operations.ts';
import type { Methods, Served } from './operation.ts';
import { webhookDeliveries } from './webhook-delivery-operations.ts';
import { webhookEndpoints } from './webhook-operations.ts';

interface Route {
  /** The path, with `:id` and `:customer_id` in the places of ids. */
  path: string;
  methods: Methods;
}

/** All resources, by the name of their group in the API's documentation. */
export const RESOURCES = {
  Segments: { ...customerSegments, ...customerSegmentFiles },
  Members: customerSegmentMembers,
  Events: events,
  Webhooks: { ...webhookEndpoints, ...webhookDeliveries },
};

const routes = new Map(
  Object.values(RESOURCES)
    .flatMap(Object.entries<Methods>)
    .map(([path, methods]): [string, Route] => [path, { path, methods }]),
);

/** The names of all operations as the log and the metrics show them, such as `GET /v1/customer-segments/:id`. */
export const operationNames = (): Set<string> =>
  new Set(
    [...routes.values()].flatMap(({ path, methods }) =>
      [...namesOf(methods), 'OPTIONS'].map((method) => `${method} ${path}`),
    ),
  );

interface Found {
  route: Route;
  id: string;
  customerId: string;
}

/** Finds the route of a path and the ids in it. Throws NOT_FOUND, or INVALID_INPUT if an id is not percent-encoded UTF-8. */
export function routeOf(path: string): Found {
  const whole = path.includes(':') ? undefined : routes.get(path); // the pattern itself is not a path
  if (whole) return { route: whole, id: '', customerId: '' };
  const third = path.indexOf('/', path.indexOf('/', 1) + 1) + 1;
  const [id, rest] = partAt(path, third);
  const start = `${path.slice(0, third)}:id`;
  const item = id === '' ? undefined : routes.get(start + rest);
  if (item) return { route: item, id: decoded(id, 'id'), customerId: '' };
  const fifth = rest.indexOf('/', 1) + 1;
  const [customerId, end] = partAt(rest, fifth);
  const member =
    id === '' || customerId === ''
      ? undefined
      : routes.get(`${start}${rest.slice(0, fifth)}:customer_id${end}`);
  if (!member) throw new Refusal('NOT_FOUND', `There is no resource at ${path.slice(0, 100)}.`);
  return { route: member, id: decoded(id, 'id'), customerId: decoded(customerId, 'customer_id') };
}

/** Returns the part of a path that begins at a place, as the id in `/v1/customer-segments/{id}/events`, and the rest of the path. */
function partAt(path: string, start: number): [part: string, rest: string] {
  const end = path.indexOf('/', start);
  return end < 0 ? [path.slice(start), ''] : [path.slice(start, end), path.slice(end)];
}

/** Finds the operation of a method. OPTIONS lists the methods, and so does METHOD_NOT_ALLOWED, which is thrown otherwise. */
export function operationOf({ methods }: Route, method: string): Served {
  const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (found) return found;
  const names = namesOf(methods);
  const allow = names.join(', ');
  if (method === 'OPTIONS') {
    const headers = { allow, ...patchable(names) };
    return { ...ABOUT, handle: async () => ({ headers }) };
  }
  const message = `Method not allowed. Use ${ANY_OF.format(names)}.`;
  throw new Refusal('METHOD_NOT_ALLOWED', message, { headers: { allow } });
}

/** The methods of a resource. HEAD works wherever GET does. */
const namesOf = (methods: Methods): string[] =>
  Object.keys(methods).flatMap((name) => (name === 'GET' ? [name, 'HEAD'] : [name]));

/** An operation without fields, which describes the API. */
const ABOUT = {
  status: 204,
  names: new Map<string, string>(),
  undocumented: [],
  repeatable: new Set<string>(),
  values: new Map<string, string[]>(),
};

/** The media types that PATCH accepts (RFC 5789, section 3.1). */
const patchable = (names: readonly string[]) =>
  names.includes('PATCH') && { 'accept-patch': mediaTypesOf('PATCH').join(', ') };

/** "GET, HEAD or POST" */
const ANY_OF = new Intl.ListFormat('en-GB', { type: 'disjunction' });

function decoded(id: string, param: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new InvalidInput([{ param, message: 'must be percent-encoded UTF-8' }]);
  }
}
