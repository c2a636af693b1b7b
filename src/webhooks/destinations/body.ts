import type { IncomingMessage } from 'node:http';
import { MAX_BODY } from '../webhook.ts';

/**
 * Returns the first 1,024 bytes of a body, or those that arrived within `maxMs`, as text without U+0000, which Postgres cannot store.
 * The connection is closed if there is more. Never rejects.
 */
export async function bodyOf(response: IncomingMessage, maxMs: number): Promise<string> {
  const timer = setTimeout(() => response.destroy(), maxMs);
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
