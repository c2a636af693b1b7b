import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_RESPONSE } from '../../src/errors/refusals.ts';
import { addMembers } from '../../src/members/changes.ts';
import { createSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { graphql, type Json, restAt } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
/** The longest text, which grows sixfold in JSON. Criteria need one visible character. */
const longest = (character: string) => `x${character.repeat(4_999)}`;
let id: string;

/** A hundred events whose snapshot and changes are as long as possible: 18 MB if all of it is selected. */
beforeAll(async () => {
  const context = gateway.context();
  ({ id } = await createSegment(draft({ criteria: longest('\u0001') }), context));
  for (let i = 0; i < 100; i++) {
    const text = longest(i % 2 ? '\u0001' : '\u0002');
    await updateSegment({ id, criteria: text, description: text }, context);
  }
});

const ofPage = (selection: string, size = 100) =>
  `{ segmentEvents(last: ${size}) { nodes { cursor ${selection} } } }`;

/** The answer to an operation, which is sent three times and is planned the third time, and what it read. */
async function ask(query: string): Promise<Json> {
  let answer: Json;
  for (let i = 0; i < 3; i++) {
    gateway.statements.length = 0;
    answer = (await graphql(gateway, query)).body;
  }
  const texts = gateway.statements.map(({ text }) => text).filter((text) => text.includes('"events"'));
  const fetched = ['segment', 'before'].filter((column) =>
    texts.some((text) => text.includes(`"${column}" is not null`)),
  );
  return { ...answer, fetched, reads: texts.length };
}

describe('the contents of events are fetched only if they are selected:', () => {
  it.each([
    ['id type version actor { name } requestId', []],
    ['segment @skip(if: true) { name }', []],
    ['segment { name }', ['segment']],
    ['changes { property }', ['segment', 'before']],
    ['segment { criteria } changes { after }', ['segment', 'before']],
  ])('%s', async (selection, columns) => {
    const { data, fetched } = await ask(ofPage(selection, 20));
    expect(data.segmentEvents.nodes).toHaveLength(20);
    expect(fetched).toEqual(columns);
  });

  it('nothing of them for pageInfo', async () => {
    const query =
      '{ segmentEvents(first: 3) { nodes { segment { id } } pageInfo { hasNextPage hasPreviousPage } } }';
    await ask(query);
    const behind = gateway.statements.filter(({ text }) => text.includes('"events"')).at(-1);
    expect(behind?.text).not.toContain('"segment" is not null');
  });

  it('nor do they decide which texts of a segment are fetched', async () => {
    await ask(
      `{ segment(id: "${id}") { name events { nodes { segment { criteria } changes { before } } } } }`,
    );
    const [ofSegment] = gateway.statements;
    expect(ofSegment?.text).toContain('"name"');
    expect(ofSegment?.text).not.toContain('"criteria"');
  });
});

describe('a page of a hundred events with the longest texts', () => {
  it('is answered if it does not exceed 8 MiB', async () => {
    const { data, errors } = await ask(ofPage('segment { id name criteria description }'));
    expect(errors).toBeUndefined();
    expect(data.segmentEvents.nodes.at(-1).segment.criteria).toBe(longest('\u0001'));
  });

  it('is refused otherwise', async () => {
    const { errors } = await ask(ofPage('segment { criteria } changes { property before after }'));
    expect(errors).toMatchObject([{ extensions: { code: 'RESPONSE_TOO_LARGE' } }]);
  });

  it('is read a few times, not fifty, until an answer with fifty aliases is found to be too large', async () => {
    const all = 'nodes { segment { criteria description } changes { before after } }';
    const aliases = Array.from({ length: 50 }, (_, i) => `a${i}: segmentEvents(last: 100) { ${all} }`);
    const { errors, reads } = await ask(`{ ${aliases.join(' ')} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'RESPONSE_TOO_LARGE' } }]);
    expect(reads).toBeLessThan(10);
  });
});

describe('a hundred events of 18 MB over REST', () => {
  it.each(['/v1/events', '/v1/customer-segments/:id/events'])('are several pages of %s', async (pattern) => {
    const path = pattern.replace(':id', id);
    const cursors: number[] = [];
    let pages = 0;
    for (let after = '0'; ; pages++) {
      const { status, body } = await restAt(gateway, `${path}?limit=100&after=${after}`);
      expect(status).toBe(200);
      expect(JSON.stringify(body).length).toBeLessThan(MAX_RESPONSE);
      cursors.push(...body.data.map(({ cursor }: Json) => Number(cursor)));
      if (!body.has_more) break;
      expect(body.next).toBe(body.data.at(-1).cursor);
      after = body.next;
    }
    expect(cursors).toEqual(Array.from({ length: 101 }, (_, i) => i + 1));
    expect(pages).toBeGreaterThan(1);
  });

  it('are read by a follower in slices of about a megabyte', async () => {
    const signal = new AbortController().signal;
    const sizes: number[] = [];
    for (let after = 0; after < 101; ) {
      const { events } = await gateway.feed.next('ada', after, signal);
      sizes.push(JSON.stringify(events).length);
      expect(events[0]?.n).toBe(after + 1);
      after = events.at(-1)?.n ?? Number.NaN;
    }
    expect(Math.max(...sizes)).toBeLessThan(1.5 * 1024 * 1024);
  });
});

describe('events with a thousand long ids of customers', () => {
  it('are refused as too large, or returned if fewer are requested', async () => {
    const { id } = await createSegment(draft(), gateway.context());
    for (let i = 0; i < 36; i++) {
      const customerIds = Array.from({ length: 1_000 }, (_, n) => `${i} ${n} `.padEnd(255, 'x'));
      await addMembers({ segmentId: id, customerIds }, gateway.context());
    }
    const query = (last: number) => ofPage('customerIds', last);
    expect((await ask(query(40))).errors).toMatchObject([{ extensions: { code: 'RESPONSE_TOO_LARGE' } }]);
    const { data } = await ask(query(5));
    expect(data.segmentEvents.nodes.map(({ customerIds }: Json) => customerIds.length)).toEqual(
      Array(5).fill(1_000),
    );
  });
});

describe('the cost of events', () => {
  const nested = (size: number) =>
    `{ segments(first: 100) { nodes { events(first: ${size}) { nodes { id } } } } }`;

  it('counts those of each segment', async () => {
    const { errors } = await ask(nested(100));
    expect(errors).toMatchObject([
      { message: expect.stringContaining('10,100'), extensions: { code: 'COST_LIMIT' } },
    ]);
    expect((await ask(nested(99))).errors).toBeUndefined();
  });

  it('refuses a change whose answer could be too large, before anything is changed', async () => {
    const query = `mutation ($id: ID!) { updateSegment(input: { id: $id, name: "changed" }) {
      ... on UpdateSegmentPayload { segment { events(first: 100) { nodes { changes { before after } } } } } } }`;
    const { body } = await graphql(gateway, query, { id });
    expect(body.errors).toMatchObject([{ extensions: { code: 'RESPONSE_TOO_LARGE' } }]);
    const { body: after } = await graphql(gateway, `{ segment(id: "${id}") { name } }`);
    expect(after.data.segment.name).toBe(draft().name);
  });
});
