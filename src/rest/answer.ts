/** An answer as the face writes it. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

export const notModified = (headers: Answer['headers'] = {}): Answer => ({ status: 304, headers });
