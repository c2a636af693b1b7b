/** What a handler gives back: the face writes it. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

type Headers = NonNullable<Answer['headers']>;

export const ok = (body: unknown, headers: Headers = {}): Answer => ({ status: 200, headers, body });
export const created = (body: unknown, headers: Headers): Answer => ({ status: 201, headers, body });
export const notModified = (headers: Headers): Answer => ({ status: 304, headers });
export const noContent = (headers: Headers = {}): Answer => ({ status: 204, headers });
