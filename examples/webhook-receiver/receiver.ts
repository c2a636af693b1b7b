import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { Inbox } from './inbox.ts';

interface Options {
  /** The secret of the webhook endpoint, `whsec_…`. */
  secret: string;
  inbox: Inbox;
  /** Is called after a message was stored. */
  onStored(): void;
}

const MAX_BODY_BYTES = 5_000_000;

/**
 * Returns a server that stores the messages of a webhook endpoint. It answers 204 once a message is stored: the gateway sends the next
 * one then, and sends this one again after any other status.
 */
export function receiver({ secret, inbox, onStored }: Options): Server {
  const webhook = new Webhook(secret);
  return createServer(async (request, response) => {
    try {
      const { status, headers } = await answerTo(request);
      response.writeHead(status, headers).end();
    } catch (error) {
      console.error(error);
      response.writeHead(500).end();
    }
  });

  async function answerTo(
    request: IncomingMessage,
  ): Promise<{ status: number; headers?: OutgoingHttpHeaders }> {
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
    const body = await bodyOf(request);
    if (body === null) return { status: 413 };
    const id = verifiedId(request, body);
    if (id === null) return { status: 401 };
    const outcome = inbox.put({ id, body });
    if (outcome === 'full') return { status: 503, headers: { 'retry-after': '60' } };
    if (outcome === 'stored') onStored();
    return { status: 204 };
  }

  /** Returns the id of a message; null if it was not signed with the secret, or more than five minutes ago. */
  function verifiedId({ headers }: IncomingMessage, body: string): string | null {
    const header = (name: string) => String(headers[name] ?? '');
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    try {
      webhook.verify(body, Object.fromEntries(names.map((name) => [name, header(name)])));
      return header('webhook-id');
    } catch (error) {
      if (error instanceof WebhookVerificationError) return null;
      throw error;
    }
  }
}

/** Returns the body exactly as it was sent, because the signature covers its bytes. Null if it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString() : null;
}
