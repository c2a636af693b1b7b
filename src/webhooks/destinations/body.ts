import type { IncomingMessage } from 'node:http';
import { MAX_BODY } from '../webhook.ts';

/**
 * How long the body is waited for once the status is known. The status alone decides, so a body that never ends does not delay the next
 * event.
 */
const MAX_MS = 1_000;

/**
 * Returns the first 1,024 bytes of a body, or those that arrived within a second, as text without U+0000, which Postgres cannot store.
 * The connection is closed if there is more. Never rejects.
 */
export async function bodyOf(response: IncomingMessage): Promise<string> {
  const timer = setTimeout(() => response.destroy(), MAX_MS);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BODY) break; // which destroys the response
    }
  } catch {
    // It was cut. What has arrived is shown.
  } finally {
    clearTimeout(timer);
  }
  const bytes = Buffer.concat(chunks).subarray(0, MAX_BODY);
  return new TextDecoder().decode(bytes, { stream: size > MAX_BODY }).replaceAll('\0', '');
}
