/*
 * The bodies of responses, as the API's documentation describes them, by name. What a handler returns has these types, and the tests
 * compare every response with them.
 */
export * from './schemas/events.ts';
export * from './schemas/import.ts';
export * from './schemas/members.ts';
export * from './schemas/problem.ts';
export * from './schemas/segments.ts';
export * from './schemas/webhooks.ts';
