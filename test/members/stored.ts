import type { TestGateway } from '../harness.ts';

/** What is stored of a customer in a segment. */
interface Stored {
  place: number;
  joinedAt: number;
}

/** Returns the places and times of the members of a segment, by customer, in their order. */
export async function placesOf(gateway: TestGateway, id: string): Promise<Map<string, Stored>> {
  const { rows } = await gateway.database.$client.query(
    `select customer_id, place, joined_at from members natural join memberships where segment_id = $1 order by place`,
    [id],
  );
  return new Map(
    rows.map(({ customer_id, place, joined_at }) => [
      customer_id,
      { place: Number(place), joinedAt: joined_at.getTime() },
    ]),
  );
}

/** Returns how many rows are stored of a segment, including those that nobody can see. */
export async function storedRows(gateway: TestGateway, id: string): Promise<number> {
  const { rows } = await gateway.database.$client.query(
    'select count(*)::int as count from members where segment_id = $1',
    [id],
  );
  return rows[0].count;
}

/** Returns how many generations of a segment are left over. */
export async function leftoversOf(gateway: TestGateway, id: string): Promise<number> {
  const { rows } = await gateway.database.$client.query(
    'select count(*)::int as count from member_leftovers where segment_id = $1',
    [id],
  );
  return rows[0].count;
}
