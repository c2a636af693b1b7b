import fastify from 'fastify';
import { represent, representPage, retrieve } from './database.ts';
import {
  addMembers,
  findMember,
  type Member,
  membersAfter,
  membersAfterCustomer,
  segmentsOfCustomer,
} from './members-database.ts';

/** Fastify with schemas, with the operations on members that are measured. */
const app = fastify({ logger: false });
const text = (maxLength: number, minLength = 0) => ({ type: 'string', minLength, maxLength });
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
const member = {
  type: 'object',
  properties: { customer_id: text(255), joined_at: { type: 'integer' } },
};
const pageOf = (items: object) => ({
  type: 'object',
  properties: { has_more: { type: 'boolean' }, data: { type: 'array', items } },
});
const query = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
    starting_after: text(255, 1),
  },
};
const customers = { type: 'array', items: text(255, 1), minItems: 1, maxItems: 1_000 };
const accountOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers['x-account']);
const representMember = ({ customer_id, joined_at }: Member) => ({
  customer_id,
  joined_at: Math.floor(joined_at.getTime() / 1000),
});
const PATH = '/v1/customer-segments/:id';

app.get<{ Params: { id: string } }>(
  PATH,
  { schema: { response: { 200: segment } } },
  async (request, reply) => {
    const row = await retrieve(accountOf(request), request.params.id);
    return row ? represent(row) : reply.code(404).send({});
  },
);

app.get<{ Params: { id: string }; Querystring: { limit: number; starting_after?: string } }>(
  `${PATH}/members`,
  { schema: { querystring: query, response: { 200: pageOf(member) } } },
  async (request, reply) => {
    const { limit, starting_after } = request.query;
    const [account, { id }] = [accountOf(request), request.params];
    const rows = await (starting_after === undefined
      ? membersAfter(account, id, limit, 0)
      : membersAfterCustomer(account, id, limit, starting_after));
    if (rows.length === 0 && !(await retrieve(account, id))) return reply.code(404).send({});
    return { has_more: rows.length > limit, data: rows.slice(0, limit).map(representMember) };
  },
);

app.get<{ Params: { id: string; customer_id: string } }>(
  `${PATH}/members/:customer_id`,
  { schema: { response: { 200: member } } },
  async (request, reply) => {
    const { id, customer_id } = request.params;
    const found = await findMember(accountOf(request), id, customer_id);
    return found ? representMember(found) : reply.code(404).send({});
  },
);

app.put<{ Params: { id: string; customer_id: string } }>(
  `${PATH}/members/:customer_id`,
  { schema: { params: { type: 'object', properties: { id: text(16), customer_id: text(255, 1) } } } },
  async (request, reply) => {
    const { id, customer_id } = request.params;
    const added = await addMembers(accountOf(request), id, [customer_id]);
    return added === null ? reply.code(404).send({}) : reply.code(204).send();
  },
);

app.post<{ Params: { id: string }; Body: { add: string[] } }>(
  `${PATH}/members`,
  { schema: { body: { type: 'object', required: ['add'], properties: { add: customers } } } },
  async (request, reply) => {
    const add = [...new Set(request.body.add)];
    const added = await addMembers(accountOf(request), request.params.id, add);
    if (added === null) return reply.code(404).send({});
    return { added, already_members: add.length - added, removed: 0, not_members: 0 };
  },
);

app.get<{ Params: { id: string }; Querystring: { limit: number } }>(
  '/v1/customers/:id/segments',
  { schema: { querystring: query, response: { 200: pageOf(segment) } } },
  async (request) => {
    const { limit } = request.query;
    return representPage(await segmentsOfCustomer(accountOf(request), request.params.id, limit), limit);
  },
);

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
