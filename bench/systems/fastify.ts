import fastify from 'fastify';
import {
  create,
  type Draft,
  list,
  listByName,
  represent,
  representPage,
  retrieve,
  update,
} from './database.ts';

/** Fastify with schemas: Ajv validates bodies, and fast-json-stringify serialises responses. */
const app = fastify({ logger: false });
const text = (maxLength: number, minLength = 0) => ({ type: 'string', minLength, maxLength });
const properties = { name: text(255, 1), criteria: text(5000, 1), description: text(5000) };
const segment = {
  type: 'object',
  properties: {
    id: text(16),
    name: text(255),
    criteria: text(5000),
    description: text(5000),
    created_at: { type: 'integer' },
    updated_at: { type: 'integer' },
  },
};
const page = {
  type: 'object',
  properties: { has_more: { type: 'boolean' }, data: { type: 'array', items: segment } },
};
const query = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
    starting_after: text(16),
    name: text(255),
  },
};
const accountOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers['x-account']);
const PATH = '/v1/customer-segments';

app.get<{ Params: { id: string } }>(
  `${PATH}/:id`,
  { schema: { response: { 200: segment } } },
  async (request, reply) => {
    const row = await retrieve(accountOf(request), request.params.id);
    return row ? represent(row) : reply.code(404).send({});
  },
);

app.get<{ Querystring: { limit: number; starting_after?: string; name?: string } }>(
  PATH,
  { schema: { querystring: query, response: { 200: page } } },
  async (request) => {
    const { limit, starting_after, name } = request.query;
    const account = accountOf(request);
    const rows = await (name === undefined
      ? list(account, limit, starting_after)
      : listByName(account, limit, name));
    return representPage(rows, limit);
  },
);

app.post<{ Body: Draft }>(
  PATH,
  {
    schema: {
      body: { type: 'object', required: Object.keys(properties), properties },
      response: { 201: segment },
    },
  },
  async (request, reply) => reply.code(201).send(represent(await create(accountOf(request), request.body))),
);

app.put<{ Params: { id: string }; Body: Partial<Draft> }>(
  `${PATH}/:id`,
  { schema: { body: { type: 'object', properties }, response: { 200: segment } } },
  async (request, reply) => {
    const row = await update(accountOf(request), request.params.id, request.body);
    return row ? represent(row) : reply.code(404).send({});
  },
);

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
