import type { Scope } from '../../accounts/viewer.ts';
import { stopSignal } from '../../stop-signal.ts';
import type { ExportOptions } from '../export.ts';
import { formatOf, STANDARD } from '../file-format.ts';
import type { Address } from '../gateway/address.ts';
import { persist } from '../gateway/attempts.ts';
import { withGateway } from '../gateway/chosen-gateway.ts';
import { printJson } from '../list.ts';
import { isReaderGone, tell } from '../output.ts';
import { countOf, startProgress } from '../progress.ts';
import { WrongUsage } from '../wrong-usage.ts';
import { openDestination } from './destination.ts';
import { download } from './download.ts';

const MAX_ATTEMPTS = 5;

/**
 * Exports segments to a file or to standard output. An export is a snapshot, so one that is interrupted starts again, unless part of it
 * was already written to standard output. Throws WrongUsage or WrongConfig if it cannot begin.
 */
export async function exportToFile(
  file: string = STANDARD,
  options: ExportOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { format = formatOf(file), name, criteria, member, force, json } = options;
  if (file === STANDARD && json) throw new WrongUsage('--json needs a file for the segments.');
  const destination = openDestination(file, { canReplace: force === true });
  const scopes: Scope[] = member === undefined ? ['segments:read'] : ['segments:read', 'members:read'];
  const { signal } = stopSignal();
  const progress = await startProgress();
  let segments = 0;
  const attempt = (address: Address) =>
    download({
      ...{ address, format, signal, destination },
      query: { name, criteria, member },
      onRecords(count) {
        segments = count;
        progress.update({ text: `${countOf(count, 'segment')} so far` });
      },
    });
  try {
    const needs = { scopes, name: 'segments export' };
    const { cursor } = await withGateway(options, environment, needs, (address) =>
      persist(() => attempt(address), { max: MAX_ATTEMPTS, tell: progress.tell, signal }),
    );
    progress.stop();
    if (json) printJson({ file, segments, event_cursor: cursor });
    tell(
      `Exported ${countOf(segments, 'segment')}. To follow what changes from then on: segments tail --after ${cursor}`,
    );
  } catch (error) {
    progress.stop();
    if (isReaderGone(error)) return;
    throw signal.aborted ? new Error('Stopped. The export is not complete.') : error;
  }
}
