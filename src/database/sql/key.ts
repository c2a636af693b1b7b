/** Which row. No statement names one without its account. */
export interface Key {
  accountId: string;
  id: string;
}

/** A text that two keys share only if they mean the same row: neither part can hold a space. */
export const rowOf = ({ accountId, id }: Key): string => `${accountId} ${id}`;

/** Whose row it is. */
export const accountOf = ({ accountId }: { accountId: string }): string => accountId;

/** Pairs rows with the keys that asked for them, by account and id; null where there is none. */
export function inOrderOf<Row extends Key>(keys: readonly Key[], rows: readonly Row[]): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [rowOf(row), row]));
  return keys.map((key) => byKey.get(rowOf(key)) ?? null);
}
