import { requireViewer } from '../accounts/viewer.ts';
import type { Context } from '../context.ts';
import { InvalidInput } from '../errors/invalid-input.ts';
import { charged } from '../fairness/loop-time.ts';
import { isClientGone, readBody } from '../http/body.ts';
import { bodyPieces } from '../http/body-pieces.ts';
import { type Exchange, noteCodes } from '../http/exchange.ts';
import { bodyFields, type Fields, formFields, joined } from '../http/fields.ts';
import { respondInPieces } from '../http/pieces.ts';
import { respond } from '../http/respond.ts';
import type { Face } from '../http/server.ts';
import type { Observe } from '../observation.ts';
import { observeCause, shownOf } from '../resolver.ts';
import type { Answer } from './answer.ts';
import { issuesIn, type Served } from './operation.ts';
import { problem } from './problem.ts';
import { operationOf, routeOf } from './routes.ts';
import { writeStream } from './stream.ts';

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

interface Options {
  contextOf(exchange: Exchange): Promise<Context>;
  observe: Observe;
  /** Milliseconds between two heartbeats of a stream. */
  heartbeatMs?: number | undefined;
  /** Milliseconds that the sender of a list can pause. */
  bodyPauseMs?: number | undefined;
}

/** Serves the documented REST API: finds the operation, reads the fields, calls the handler and writes its answer. */
export function restFace({ contextOf, observe, heartbeatMs, bodyPauseMs }: Options): Face {
  return async (exchange) => {
    exchange.face = 'rest';
    try {
      const { stream, pieces, ...answer } = await answerTo(exchange, await contextOf(exchange), bodyPauseMs);
      const { status, headers } = answer;
      if (stream) await writeStream(exchange, stream, { observe, heartbeatMs });
      else if (pieces) await respondInPieces(exchange, status, { ...HEADERS, ...headers }, pieces);
      else write(exchange, answer);
    } catch (error) {
      if (isClientGone(error)) return;
      const { requestId } = exchange;
      const refusal = shownOf(error, requestId);
      observeCause(refusal, { requestId, observe });
      noteCodes(exchange, [refusal.code]);
      if (exchange.response.headersSent) exchange.response.destroy();
      else write(exchange, problem(refusal, requestId));
    }
  };
}

/** Checks the token, the rate limit, the route and the syntax, in this order. The resolver then checks scope and input. */
async function answerTo(exchange: Exchange, context: Context, bodyPauseMs?: number): Promise<Answer> {
  requireViewer(context);
  const spent = context.spend(1);
  if (spent) await spent;
  const { method = '' } = exchange.request;
  const { route, id, customerId } = routeOf(exchange.path);
  const operation = operationOf(route, method === 'HEAD' ? 'GET' : method);
  exchange.operation = `${method} ${route.path}`;
  const hasFields = hasBody(exchange) && !operation.lists;
  const fields = hasFields ? await fieldsOf(exchange, operation) : queryFields(exchange, operation);
  const issues = issuesIn(fields, operation);
  if (issues.length > 0) throw new InvalidInput(issues);
  try {
    const answer = await operation.handle(
      {
        id,
        customerId,
        fields,
        headers: exchange.request.headers,
        body: () => bodyPieces(exchange, bodyPauseMs),
      },
      context,
    );
    return { status: operation.status, ...answer };
  } catch (error) {
    throw error instanceof InvalidInput ? error.renamed(operation.names) : error;
  }
}

const hasBody = ({ request }: Exchange): boolean => WITH_BODY.has(request.method ?? '');

const queryFields = ({ query }: Exchange, { repeatable }: Served): Fields =>
  formFields(query, { repeatable });

async function fieldsOf(exchange: Exchange, operation: Served): Promise<Fields> {
  const { method, headers } = exchange.request;
  const fields = queryFields(exchange, operation);
  return joined(fields, bodyFields(await readBody(exchange), method, headers['content-type'], operation));
}

/** Also for a 304, which has the same headers as the 200 would have (RFC 9110, section 15.4.5). */
const HEADERS = { 'cache-control': 'no-store' };
const JSON_HEADERS = { 'content-type': 'application/json', ...HEADERS };

function write(exchange: Exchange, { status, headers, body }: Answer): void {
  if (body === undefined) respond(exchange, status, { ...HEADERS, ...headers });
  else {
    const json = charged(exchange.loop, () => JSON.stringify(body));
    exchange.loop?.chargeAnswer(json.length);
    respond(exchange, status, { ...JSON_HEADERS, ...headers }, json);
  }
}
