import type { Config } from './config/config.ts';
import type { UnknownVariable } from './config/unknown-variables.ts';
import { limitHeapGrowth } from './heap.ts';
import type { Observe } from './observation.ts';
import { MAX_STOP_MS, stopSignal } from './stop-signal.ts';
import type { Admin } from './telemetry/admin.ts';
import { standardLog } from './telemetry/log.ts';
import { records } from './telemetry/records.ts';
import type { Tracing } from './tracing.ts';

/** What the parts of a process are started with. */
export interface Parts {
  observe: Observe;
  tracing?: Tracing | undefined;
  /** Receives the function that stops a part, as soon as the part has started. */
  started: AsyncDisposableStack;
  /** Cancels the start. */
  signal: AbortSignal;
  /** Receives what the metrics and the readiness show. */
  watch?: Admin['watch'] | undefined;
}

/**
 * Runs what `start` starts as this process, until a signal asks it to stop. Then it stops everything that was started and ends the
 * process. A signal during the start cancels the start. Throws if a step of the start fails, after everything that was started has
 * stopped. `unknown` are variables of the environment that look misspelt.
 */
export async function runProcess(
  config: Config,
  unknown: readonly UnknownVariable[],
  start: (parts: Parts) => Promise<void>,
): Promise<void> {
  limitHeapGrowth();
  process.stderr.on('error', () => {}); // its reader may be gone, which is no reason to end
  const { log, end } = await standardLog(config.LOG_LEVEL, config.LOG_FORMAT);
  const { observe: record, flush } = records(log);
  let observe = record;
  for (const { name, nearest } of unknown) record({ kind: 'variable_unknown', variable: name, nearest });
  const { signal, stopped } = stopSignal();
  const started = new AsyncDisposableStack();
  try {
    const admin = await adminOf(config, record);
    if (admin) {
      started.defer(async () => admin.stop());
      record({ kind: 'admin_listening', adminUrl: admin.url });
      observe = (observation) => {
        record(observation);
        admin.observe(observation);
      };
    }
    const tracing = await tracingOf(config, observe, started);
    await start({ observe, tracing, started, signal, watch: admin?.watch });
    await stopped;
  } catch (error) {
    if (!signal.aborted) throw error; // otherwise the start failed because it was cancelled
  } finally {
    setTimeout(die, MAX_STOP_MS).unref(); // if a part does not stop in time
    if (signal.aborted) observe({ kind: 'stopping', signal: String(signal.reason) });
    await started.disposeAsync();
    flush();
    if (signal.aborted) observe({ kind: 'stopped' });
    if (!(await end()) && signal.aborted) die();
  }
  process.exit(0);
}

/** Starts tracing if there is a collector. Its spans are sent last when the process stops, so it is started first. */
async function tracingOf(
  config: Config,
  observe: Observe,
  started: AsyncDisposableStack,
): Promise<Tracing | undefined> {
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return undefined;
  const { startTracing } = await import('./telemetry/tracing/open-telemetry.ts');
  const { tracing, stop } = await startTracing({
    protocol: config.OTEL_EXPORTER_OTLP_PROTOCOL,
    headers: config.OTEL_EXPORTER_OTLP_HEADERS,
    sampler: config.OTEL_TRACES_SAMPLER,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    observe,
  });
  started.defer(stop);
  return tracing;
}

/** Starts to serve metrics if they are wanted. Their code is loaded only then, because it would slow down each start. */
async function adminOf(
  { ADMIN_PORT: port, ADMIN_HOST, HOST }: Config,
  log: Observe,
): Promise<Admin | undefined> {
  if (port === undefined) return undefined;
  const { serveAdmin } = await import('./admin.ts');
  return serveAdmin({ port, host: ADMIN_HOST ?? HOST, log });
}

/** Ends the process when `process.exit` cannot: that waits for writes to standard output, which nobody may be reading. */
const die = () => process.kill(process.pid, 'SIGKILL');
