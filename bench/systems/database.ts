import { randomInt } from 'node:crypto';
import pg from 'pg';

/** The database layer of all peers: ten connections, as many as the gateway's, and named statements, which are prepared once. */
export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
pool.on('error', () => {});

export interface Row {
  id: string;
  name: string;
  criteria: string;
  description: string;
  created_at: Date;
  updated_at: Date;
}

export interface Draft {
  name: string;
  criteria: string;
  description: string;
}

const COLUMNS = 'id, name, criteria, description, created_at, updated_at';

async function rowsOf(name: string, text: string, values: unknown[]): Promise<Row[]> {
  return (await pool.query<Row>({ name, text, values })).rows;
}

export async function retrieve(account: string, id: string): Promise<Row | null> {
  const rows = await rowsOf('get', `select ${COLUMNS} from segments where account_id = $1 and id = $2`, [
    account,
    id,
  ]);
  return rows[0] ?? null;
}

export async function retrieveMany(account: string, ids: readonly string[]): Promise<(Row | null)[]> {
  const rows = await rowsOf(
    'many',
    `select ${COLUMNS} from segments where account_id = $1 and id = any($2)`,
    [account, ids],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Reads one row more than the page has, to find out whether there are more. */
export function list(account: string, size: number, after = '~'): Promise<Row[]> {
  const text = `select ${COLUMNS} from segments where account_id = $1 and id < $2 order by id desc limit $3`;
  return rowsOf('list', text, [account, after, size + 1]);
}

export function listByName(account: string, size: number, name: string): Promise<Row[]> {
  const text = `select ${COLUMNS} from segments where account_id = $1 and name = $2 order by id desc limit $3`;
  return rowsOf('by_name', text, [account, name, size + 1]);
}

export async function create(account: string, { name, criteria, description }: Draft): Promise<Row> {
  const text = `insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
    values ($1, $2, $3, $4, $5, now(), now()) returning ${COLUMNS}`;
  const [row] = await rowsOf('create', text, [account, newId(), name, criteria, description]);
  if (!row) throw new Error('An inserted row did not come back.');
  return row;
}

export async function update(account: string, id: string, { name }: Partial<Draft>): Promise<Row | null> {
  const text = `update segments set name = coalesce($3, name), updated_at = now()
    where account_id = $1 and id = $2 returning ${COLUMNS}`;
  const rows = await rowsOf('update', text, [account, id, name]);
  return rows[0] ?? null;
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function newId(): string {
  let id = '';
  for (let rest = Date.now(); id.length < 8; rest = Math.floor(rest / 62)) id = DIGITS[rest % 62] + id;
  while (id.length < 16) id += DIGITS[randomInt(62)];
  return id;
}

/** A segment as the REST documentation shows it. */
export const represent = ({ created_at, updated_at, ...row }: Row) => ({
  ...row,
  created_at: Math.floor(created_at.getTime() / 1000),
  updated_at: Math.floor(updated_at.getTime() / 1000),
});

export const representPage = (rows: Row[], size: number) => ({
  has_more: rows.length > size,
  data: rows.slice(0, size).map(represent),
});

/** A segment as GraphQL resolvers read it. */
export const camel = ({ created_at, updated_at, ...row }: Row) => ({
  ...row,
  createdAt: created_at.toISOString(),
  updatedAt: updated_at.toISOString(),
});

export const camelPage = (rows: Row[], size: number) => {
  const nodes = rows.slice(0, size).map(camel);
  return { nodes, pageInfo: { hasNextPage: rows.length > size, endCursor: nodes.at(-1)?.id ?? null } };
};
