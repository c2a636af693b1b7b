/** What a handler gives back: the face writes it. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown, location: string): Answer => ({
  status: 201,
  headers: { location },
  body,
});
export const noContent: Answer = { status: 204 };
