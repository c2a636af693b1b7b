/** All errors that the gateway can return, with the status and title that REST uses. Both faces use this list. */
export const catalogue = {
  INVALID_INPUT: { status: 400, title: 'Invalid input' },
  UNAUTHENTICATED: { status: 401, title: 'Unauthenticated' },
  FORBIDDEN: { status: 403, title: 'Forbidden' },
  QUOTA_EXCEEDED: { status: 403, title: 'Quota exceeded' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    title: 'Idempotency key in use',
    headers: { 'retry-after': '1' },
  },
  CURSOR_EXPIRED: { status: 410, title: 'Cursor expired' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'Idempotency key reused' },
  PRECONDITION_FAILED: { status: 412, title: 'Precondition failed' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'Payload too large' },
  RESPONSE_TOO_LARGE: { status: 400, title: 'Response too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type' },
  RATE_LIMITED: { status: 429, title: 'Rate limited' },
  INTERNAL: { status: 500, title: 'Internal error' },
  UNAVAILABLE: { status: 503, title: 'Unavailable', headers: { 'retry-after': '1' } },
  TIMEOUT: { status: 504, title: 'Timeout' },
} as const satisfies Record<string, Entry>;

export interface Entry {
  status: number;
  title: string;
  headers?: Record<string, string>;
}

export type Code = keyof typeof catalogue;
