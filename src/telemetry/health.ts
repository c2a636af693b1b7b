import type { Database } from '../database/connect.ts';
import type { Exchange } from '../http/exchange.ts';
import { respond } from '../http/respond.ts';
import type { Face } from '../http/server.ts';

const PATIENCE_MS = 1_000;
/** The database is queried at most once in this time, however often readiness is requested. */
const REMEMBERED_MS = 500;

/** Returns why the gateway cannot serve requests now, or null if it can. */
export type WhyNotReady = () => Promise<string | null>;

/**
 * Returns the function that checks whether requests can be served: the gateway accepts them, and the database answers within a
 * second. `whyNot` returns the reason why requests are not accepted, or null if they are.
 */
export function readiness(database: Database, whyNot: () => string | null): WhyNotReady {
  let asked = Number.NEGATIVE_INFINITY;
  let answer: Promise<boolean> = Promise.resolve(false);
  const isDatabaseUp = () => {
    if (performance.now() - asked > REMEMBERED_MS) {
      asked = performance.now();
      answer = answers(database);
    }
    return answer;
  };

  return async () => whyNot() ?? ((await isDatabaseUp()) ? null : 'database unavailable');
}

/**
 * Serves health checks, which need no token. `GET /health/live` is 200 as long as the process answers.
 * `GET /health/ready` is 200 if the gateway is ready, and 503 otherwise.
 */
export const healthFace =
  (whyNotReady: WhyNotReady): Face =>
  async (exchange) => {
    exchange.face = 'health';
    if (exchange.path === '/health/live') return say(exchange, 200, 'ok');
    if (exchange.path !== '/health/ready') return say(exchange, 404, 'not found');
    const reason = await whyNotReady();
    return reason === null ? say(exchange, 200, 'ok') : say(exchange, 503, reason);
  };

async function answers(database: Database): Promise<boolean> {
  const patience = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS).unref());
  const answer = database.probe.query('select 1').then(
    () => true,
    () => false,
  );
  return Promise.race([answer, patience]);
}

function say(exchange: Exchange, statusCode: number, status: string): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  respond(exchange, statusCode, headers, JSON.stringify({ status }));
}
