import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { processes } from './gateway-process.ts';

const { serve, temporaryFolder } = processes();

const execute = promisify(execFile);

/** Runs a line in a shell, as if it were pasted there, and returns its output. */
async function paste(line: string, variables: Record<string, string> = {}): Promise<string> {
  const { stdout } = await execute('sh', ['-c', line], { env: { PATH: process.env.PATH, ...variables } });
  return stdout;
}

describe('curl in a shell', () => {
  it('lists, creates, retrieves, updates and deletes segments, and queries GraphQL', async () => {
    const gateway = await serve({ DATA_DIR: temporaryFolder() }, ['npm', 'start']);
    await expect.poll(() => gateway.said().err).toContain('curl');
    const [printed = ''] = /curl http.*/.exec(gateway.said().err) ?? [];
    expect(JSON.parse(await paste(printed))).toEqual({ has_more: false, data: [] });

    const [, TOKEN = ''] = /Bearer (\w+)/.exec(printed) ?? [];
    const shell = { TOKEN, API: `${gateway.url}/v1/customer-segments`, URL: gateway.url };
    const sh = async (line: string, more = {}) => JSON.parse(await paste(line, { ...shell, ...more }));

    const created = await sh(`curl -X POST "$API" \\
      -H "Authorization: Bearer $TOKEN" \\
      -d name="High Spend Customers" \\
      -d criteria="Customers who spend more than \\$1000 per month" \\
      -d description="Customers who spend more than \\$1000 per month"`);
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9A-Za-z]{16}$/),
      name: 'High Spend Customers',
      criteria: 'Customers who spend more than $1000 per month',
      description: 'Customers who spend more than $1000 per month',
      created_at: expect.any(Number),
      updated_at: created.created_at,
    });
    const ID = { ID: created.id };
    expect(await sh('curl "$API/$ID" -H "Authorization: Bearer $TOKEN"', ID)).toEqual(created);

    const updated = await sh(
      `curl -X PUT "$API/$ID" -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
        -d '{"name": "Low Spend Customers", "criteria": "Customers who spend less than $10 per month"}'`,
      ID,
    );
    expect(updated).toMatchObject({
      ...created,
      name: 'Low Spend Customers',
      criteria: 'Customers who spend less than $10 per month',
      updated_at: expect.any(Number),
    });

    const second = await sh(
      'curl "$API" -H "Authorization: Bearer $TOKEN" -d name=b -d criteria=c -d description=',
    );
    const list = 'curl -G "$API" -H "Authorization: Bearer $TOKEN" -d limit=1';
    expect(await sh(list)).toEqual({ has_more: true, data: [second] });
    expect(await sh(`${list} -d starting_after="$ID2"`, { ID2: second.id })).toEqual({
      has_more: false,
      data: [updated],
    });
    expect(await sh(`${list} -d ending_before="$ID"`, ID)).toEqual({ has_more: false, data: [second] });
    expect(await sh(`${list} --data-urlencode "name=Low Spend Customers"`)).toEqual({
      has_more: false,
      data: [updated],
    });

    const graphql = `curl "$URL/graphql" -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
      -d '{"query": "{ segments(first: 1) { nodes { name } totalCount } }"}'`;
    expect(await sh(graphql)).toEqual({ data: { segments: { nodes: [{ name: 'b' }], totalCount: 2 } } });

    const remove = `curl -X DELETE -w "%{http_code}" "$API/$ID" -H "Authorization: Bearer $TOKEN"`;
    expect(await paste(remove, { ...shell, ...ID })).toBe('204');
    expect(await sh('curl "$API/$ID" -H "Authorization: Bearer $TOKEN"', ID)).toMatchObject({ status: 404 });
    expect(await gateway.end()).toBe(0);
  });
});
