import { readFileSync } from 'node:fs';
import { announcedIn } from './announced.ts';

// biome-ignore lint/suspicious/noExplicitAny: a part of a JSON document
type Json = any;

/** A change of the document that breaks clients, and its place, such as `GET /v1/events limit`. */
export interface BreakingChange {
  place: string;
  message: string;
}

/**
 * Returns the changes between two OpenAPI documents of the REST API that break clients and are not announced in the changelog. What
 * clients may send can only grow, and what they receive can only get more properties. New values of an enumeration in a response are
 * not a break: the document says that clients must ignore values that they do not know.
 */
export function breakingChanges(before: string, after: string, changelog: string): BreakingChange[] {
  const isAnnounced = announcedIn(changelog);
  const [old, current] = [JSON.parse(before), JSON.parse(after)].map((document) =>
    resolved(document.paths, document),
  );
  const changes = Object.entries<Json>(old).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).flatMap(([method, operation]) =>
      inOperation(`${method.toUpperCase()} ${path}`, operation, current[path]?.[method]),
    ),
  );
  return changes.filter(({ place }) => !isAnnounced(place));
}

/** Replaces all references in a part of a document. */
function resolved(part: Json, document: Json): Json {
  if (Array.isArray(part)) return part.map((each) => resolved(each, document));
  if (typeof part !== 'object' || part === null) return part;
  if (typeof part.$ref === 'string') {
    const names = part.$ref.slice(2).split('/');
    return resolved(
      names.reduce((found: Json, name: string) => found[name], document),
      document,
    );
  }
  return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, resolved(each, document)]));
}

function inOperation(place: string, old: Json, current: Json): BreakingChange[] {
  if (!current) return [{ place, message: 'was removed' }];
  const [oldParameters, parameters] = [old, current].map(
    (operation): Map<string, Json> =>
      new Map((operation.parameters ?? []).map((each: Json) => [`${each.in} ${each.name}`, each])),
  );
  return [
    ...[...(oldParameters ?? [])].flatMap(([name, each]) =>
      inRequest(`${place} ${each.name}`, each.schema, parameters?.get(name)?.schema),
    ),
    ...[...(parameters ?? [])].flatMap(([name, each]) =>
      each.required && !oldParameters?.get(name)?.required
        ? [{ place: `${place} ${each.name}`, message: 'is required now' }]
        : [],
    ),
    ...Object.entries<Json>(old.requestBody?.content ?? {}).flatMap(([type, { schema }]) =>
      inRequest(`${place} ${type}`, schema, current.requestBody?.content[type]?.schema),
    ),
    ...Object.entries<Json>(old.responses).flatMap(([status, response]) =>
      inAnswer(`${place} ${status}`, response, current.responses[status]),
    ),
  ];
}

function inAnswer(place: string, old: Json, current: Json): BreakingChange[] {
  if (!current) return Number(place.slice(-3)) < 400 ? [{ place, message: 'was removed' }] : [];
  const lost = Object.keys(old.headers ?? {}).filter((name) => !current.headers?.[name]);
  return [
    ...lost.map((name) => ({ place: `${place} ${name}`, message: 'was removed' })),
    ...Object.entries<Json>(old.content ?? {}).flatMap(([type, { schema }]) =>
      inResponse(place, schema, current.content?.[type]?.schema),
    ),
  ];
}

const typesOf = ({ type, anyOf }: Json): string[] =>
  anyOf ? anyOf.flatMap(typesOf) : [type ?? 'any'].flat();

/** Limits of a value. It is a break if one is added or gets narrower. */
const LIMITS = [
  ['maximum', 1],
  ['maxLength', 1],
  ['maxItems', 1],
  ['minimum', -1],
  ['minLength', -1],
  ['minItems', -1],
] as const;

/** What a client may send must still be accepted. */
function inRequest(place: string, old: Json, current: Json): BreakingChange[] {
  if (!current) return [{ place, message: 'was removed' }];
  const allowed = typesOf(current);
  const [refused] = typesOf(old).filter((type) => !allowed.includes(type) && !allowed.includes('any'));
  const isNarrower = LIMITS.some(
    ([limit, sign]) => current[limit] !== undefined && !(old[limit] * sign <= current[limit] * sign),
  );
  const isLacking =
    current.enum && !(old.enum ?? [null]).every((value: Json) => current.enum.includes(value));
  const required = (current.required ?? []).filter((name: string) => !old.required?.includes(name));
  return [
    ...(refused === undefined ? [] : [{ place, message: `cannot be of type ${refused} any more` }]),
    ...(isNarrower ? [{ place, message: 'has narrower limits' }] : []),
    ...(isLacking || (current.pattern && current.pattern !== old.pattern)
      ? [{ place, message: 'allows fewer values' }]
      : []),
    ...required.map((name: string) => ({ place: `${place} ${name}`, message: 'is required now' })),
    ...Object.entries<Json>(old.properties ?? {}).flatMap(([name, each]) =>
      inRequest(`${place} ${name}`, each, current.properties?.[name]),
    ),
    ...(old.items ? inRequest(place, old.items, current.items) : []),
  ];
}

/** What a client receives must still be what it expects. */
function inResponse(place: string, old: Json, current: Json): BreakingChange[] {
  if (!current) return [{ place, message: 'was removed' }];
  const expected = typesOf(old);
  const [unexpected] = typesOf(current).filter(
    (type) => !expected.includes(type) && !expected.includes('any'),
  );
  const optional = (old.required ?? []).filter(
    (name: string) => current.properties?.[name] && !current.required?.includes(name),
  );
  const [object, currentObject] = [old, current].map((schema) => schema.anyOf?.[0] ?? schema);
  return [
    ...(unexpected === undefined ? [] : [{ place, message: `can be of type ${unexpected}` }]),
    ...optional.map((name: string) => ({ place: `${place} ${name}`, message: 'can be missing' })),
    ...Object.entries<Json>(object.properties ?? {}).flatMap(([name, each]) =>
      inResponse(`${place} ${name}`, each, currentObject.properties?.[name]),
    ),
    ...(old.items ? inResponse(place, old.items, current.items) : []),
  ];
}

if (import.meta.main) {
  const [before = '', after = '', changelog = ''] = process.argv
    .slice(2)
    .map((file) => readFileSync(file, 'utf8'));
  const changes = breakingChanges(before, after, changelog);
  for (const { place, message } of changes)
    console.error(`Breaking, and not in the changelog: \`${place}\` ${message}`);
  process.exitCode = changes.length > 0 ? 1 : 0;
}
