/*
 * Receives the webhooks of a gateway, and prints one line for each event.
 *
 * WEBHOOK_SECRET (whsec_…), PORT (3000 by default), INBOX (a file, inbox.sqlite by default).
 */
import type { AddressInfo } from 'node:net';
import { openInbox } from './inbox.ts';
import { receiver } from './receiver.ts';
import { type Message, startWorker } from './worker.ts';

const { WEBHOOK_SECRET, PORT = '3000', INBOX = 'inbox.sqlite' } = process.env;
if (!WEBHOOK_SECRET) throw new Error('WEBHOOK_SECRET must be the secret of the webhook endpoint.');

const inbox = openInbox(INBOX);
const work = startWorker(inbox, handle);
work(); // what was stored before the last stop

const server = receiver({ secret: WEBHOOK_SECRET, inbox, onStored: work });
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`Receiving at http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

/** Your own code. Throws if the message has to be handled again. */
async function handle({ type, data }: Message): Promise<void> {
  if (!type.startsWith('customer_segment.')) return; // a test of the endpoint, or a type that is added later
  console.log(`${data.cursor} ${data.type} ${data.segment_id} ${data.segment?.name ?? ''}`.trimEnd());
}
