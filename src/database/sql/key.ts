/** Identifies a row. Every statement selects rows by account and id. */
export interface Key {
  accountId: string;
  id: string;
}

/** Returns a text that is unique for each row, because neither part can contain a space. */
export const rowOf = ({ accountId, id }: Key): string => `${accountId} ${id}`;

/** The account that a row belongs to. */
export const accountOf = ({ accountId }: { accountId: string }): string => accountId;

/** Returns the row of each key, in the order of the keys; null where there is none. */
export function inOrderOf<Row extends Key>(keys: readonly Key[], rows: readonly Row[]): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [rowOf(row), row]));
  return keys.map((key) => byKey.get(rowOf(key)) ?? null);
}
