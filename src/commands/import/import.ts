import { stopSignal } from '../../stop-signal.ts';
import { formatOf, STANDARD } from '../file-format.ts';
import { withGateway } from '../gateway/chosen-gateway.ts';
import { Interrupted } from '../gateway/failure.ts';
import type { ImportOptions } from '../import.ts';
import { startProgress } from '../progress.ts';
import { WrongUsage } from '../wrong-usage.ts';
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
  const source = sourceOf(name);
  const { signal } = stopSignal();
  const progress = await startProgress({ hasEnd: source.file !== undefined });
  try {
    const { hint, ...imported } = await withGateway(options, environment, NEEDS, async (address) => {
      const into = account === undefined ? address.url : `the account ${account}`;
      const held = dryRun
        ? undefined
        : holdKey({ name, source, into, given: key, isNew: options.new === true });
      if (held?.notice !== undefined) progress.tell(held.notice);
      const query = { dry_run: dryRun ? 'true' : undefined, on_error: onError };
      const transfer = transferOf({ address, source, format, query, key: held?.key, signal, progress });
      try {
        const result = await transfer.run();
        if (result.summary.complete) held?.forget();
        return { ...result, hint: held?.hint };
      } catch (error) {
        throw incomplete(error, { held, reached: transfer.reached(), signal });
      }
    });
    progress.stop();
    await report(imported, { name, source, format, options, hint });
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
  const canContinue = signal.aborted || error instanceof Interrupted || reached > 0 || held?.isContinued;
  if (!canContinue) held?.forget();
  if (!canContinue || !held || !(error instanceof Error)) return error;
  return new Error(`${signal.aborted ? 'Stopped.' : error.message} ${held.hint}`);
}
