import { resolve } from 'node:path';
import { stopSignal } from '../../stop-signal.ts';
import { formatOf, STANDARD } from '../file-format.ts';
import { withGateway } from '../gateway/chosen-gateway.ts';
import { Interrupted } from '../gateway/failure.ts';
import type { ImportOptions } from '../import.ts';
import { startProgress } from '../progress.ts';
import { WrongUsage } from '../wrong-usage.ts';
import { keepFailures } from './failures-file.ts';
import { type HeldKey, holdKey } from './held-key.ts';
import { report } from './report.ts';
import { sourceOf } from './source.ts';
import { transferOf } from './transfer.ts';

const NEEDS = { scopes: ['segments:write'], name: 'segments import' } as const;

/**
 * Imports a file, and prints the summary. Throws WrongUsage or WrongConfig if it cannot begin, and an error if a line failed or the
 * import is not complete.
 */
export async function importFile(
  name: string,
  options: ImportOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { format = formatOf(name), account, key, dryRun = false, onError } = options;
  if (key !== undefined && options.new) throw new WrongUsage('--new cannot be combined with --key.');
  if (options.failures !== undefined && name === STANDARD)
    throw new WrongUsage('--failures needs a file to import: standard input can be read only once.');
  if (options.failures !== undefined && resolve(options.failures) === resolve(name))
    throw new WrongUsage('--failures must be another file than the one to import.');
  const source = sourceOf(name);
  const { signal } = stopSignal();
  const progress = await startProgress({ hasEnd: source.file !== undefined });
  try {
    const { held, ...imported } = await withGateway(options, environment, NEEDS, async (address) => {
      const into = account === undefined ? address.url : `the account ${account}`;
      const held = dryRun
        ? undefined
        : holdKey({ name, source, into, given: key, isNew: options.new === true });
      if (held?.notice !== undefined) progress.tell(held.notice);
      const query = { dry_run: dryRun ? 'true' : undefined, on_error: onError };
      const transfer = transferOf({ address, source, format, query, key: held?.key, signal, progress });
      try {
        return { held, ...(await transfer.run()) };
      } catch (error) {
        throw incomplete(error, { held, reached: transfer.reached(), signal });
      }
    });
    progress.stop();
    const failures = await keepFailures(imported, { name, source, format, options });
    if (imported.summary.complete) held?.forget();
    report(imported, { name, failures, hint: held?.hint, options });
  } finally {
    progress.stop();
  }
}

interface Stopped {
  held: HeldKey | undefined;
  reached: number;
  signal: AbortSignal;
}

/** Says how an import that is not complete can be continued. If nothing of it can have been done, its key is forgotten. */
function incomplete(error: unknown, { held, reached, signal }: Stopped): unknown {
  const hint = held ? ` ${held.hint}` : '';
  if (signal.aborted) return new Error(`Stopped.${hint}`);
  const canContinue = error instanceof Interrupted || reached > 0 || held?.isContinued;
  if (!canContinue) held?.forget();
  return canContinue && error instanceof Error ? new Error(error.message + hint) : error;
}
