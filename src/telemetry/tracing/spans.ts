import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Recording, Tracing } from '../../tracing.ts';
import { markThrown } from './attributes.ts';
import { requestSpan } from './request-span.ts';
import { spanClock } from './span-clock.ts';

/** Begins and ends spans, and knows for which of them code works. */
export interface Spans {
  /** Begins a span below another one, or at the root of a context. */
  begin(name: string, parent: Span | Context, options?: SpanOptions): Span;
  end(span: Span): void;
  /** Does work for a span, which ends with it. */
  during<Result>(span: Span, work: () => Promise<Result>, atEnd?: (result: Result) => void): Promise<Result>;
  /** Does work for the given recording, or for none. */
  workFor<Result>(recording: Recording | undefined, work: () => Result): Result;
}

/**
 * Returns the tracing that begins its spans with a tracer. The parent of a resolver is passed on with its call. Only statements find
 * their parent by the asynchronous context, because stores know nothing of callers.
 */
export function tracingBy(tracer: Tracer): Tracing {
  const storage = new AsyncLocalStorage<Recording | undefined>();
  const clock = spanClock();
  const spans: Spans = {
    begin(name, parent, options) {
      const context = 'spanContext' in parent ? trace.setSpan(ROOT_CONTEXT, parent) : parent;
      return tracer.startSpan(name, { ...options, startTime: clock.now() }, context);
    },
    end: (span) => span.end(clock.now()),
    async during(span, work, atEnd) {
      try {
        const result = await storage.run({ spans: [span], calls: 1 }, work);
        atEnd?.(result);
        return result;
      } catch (error) {
        markThrown(span, error);
        throw error;
      } finally {
        spans.end(span);
      }
    },
    workFor: (recording, work) => storage.run(recording, work),
  };

  return {
    begin(request) {
      clock.follow();
      return requestSpan(spans, request);
    },
    current: () => storage.getStore(),
    together(recordings, work) {
      const all = new Set(recordings.flatMap((recording) => recording?.spans ?? []));
      return storage.run(all.size > 0 ? { spans: [...all], calls: recordings.length } : undefined, work);
    },
    async statement(name, send) {
      const { spans: parents, calls } = storage.getStore() ?? NOBODY;
      // A span that has ended is that of an answered request, whose work goes on for others, such as the next slice of a stream.
      const begun = parents
        .filter((parent) => parent.isRecording())
        .map((parent) => beginStatement(spans, name, calls, parent));
      if (begun.length === 0) return send();
      try {
        const result = await send();
        for (const span of begun) span.setAttribute('db.response.returned_rows', result.rows.length);
        return result;
      } catch (error) {
        for (const span of begun) markThrown(span, error);
        throw error;
      } finally {
        for (const span of begun) spans.end(span);
      }
    },
  };
}

const NOBODY: Recording = { spans: [], calls: 0 };

const SYSTEM = 'postgresql';

/**
 * Begins the span of a statement in one of the traces that it is sent for. It says nothing about the others but how many calls the
 * statement answers.
 */
const beginStatement = ({ begin }: Spans, name: string, calls: number, parent: Span): Span =>
  begin(name || SYSTEM, parent, {
    kind: SpanKind.CLIENT,
    attributes: {
      'db.system.name': SYSTEM,
      ...(name && { 'db.query.summary': name }),
      ...(calls > 1 && { 'db.operation.batch.size': calls }),
    },
  });
