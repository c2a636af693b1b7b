import { packageVersion } from '../../version.ts';
import { openDestinations } from '../../webhooks/destinations/open-destinations.ts';
import { messageOf } from '../../webhooks/message.ts';
import { isSecret, newSecret } from '../../webhooks/signature.ts';
import { WrongConfig } from '../../wrong-config.ts';
import { addressOf } from '../gateway/address.ts';
import { tell } from '../output.ts';
import { printFollowed } from '../tail/print-followed.ts';
import type { ListenOptions } from '../webhooks.ts';
import { WrongUsage } from '../wrong-usage.ts';
import { type ForwardedEvent, forwardedLine } from './forwarded-line.ts';

/**
 * Posts the events of an account to a receiver until a signal stops it. Nothing is sent twice, except when the log is read again after
 * an interruption. Throws WrongUsage or WrongConfig if it cannot begin.
 */
export async function listen(given: ListenOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const { forward, after, type: types } = given;
  const chosen = secretOf(given, environment);
  const secret = chosen ?? newSecret();
  const destinations = openDestinations({ allowPrivate: true, ports: [], version: packageVersion() });
  const checked = destinations.check(forward);
  if ('problem' in checked) throw new WrongUsage(`--forward ${checked.problem}.`);
  const address = addressOf(given, environment, ['segments:read']);
  tell(
    `Forwarding the events of ${address.url} to ${checked.url}.${chosen === undefined ? ` Signing with ${secret}` : ''}`,
  );

  const receiver = destinations.open(checked.url);
  try {
    await printFollowed({ address, after, types }, async (text, signal) => {
      const event: ForwardedEvent = JSON.parse(text);
      const { id, type, created_at: createdAt } = event;
      const message = messageOf({ id, type, data: event, secrets: [secret], at: Date.now(), createdAt });
      const { attempt } = await receiver.post(message, signal);
      return forwardedLine(event, attempt);
    });
  } finally {
    receiver.close();
  }
}

/** Returns the secret of the command line or of the environment; undefined if there is none. It is never printed. */
function secretOf(
  { secret }: ListenOptions,
  { SEGMENTS_WEBHOOK_SECRET }: NodeJS.ProcessEnv,
): string | undefined {
  const wrong = 'must be whsec_ and 24 to 64 bytes in base64 (not shown).';
  if (secret !== undefined && !isSecret(secret)) throw new WrongUsage(`--secret ${wrong}`);
  const chosen = secret ?? (SEGMENTS_WEBHOOK_SECRET || undefined);
  if (chosen !== undefined && !isSecret(chosen)) throw new WrongConfig(`SEGMENTS_WEBHOOK_SECRET ${wrong}`);
  return chosen;
}
