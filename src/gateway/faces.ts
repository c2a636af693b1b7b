import type { IncomingMessage } from 'node:http';
import type { Context } from '../context.ts';
import { frontDoor, isFrontDoor } from '../front-door/face.ts';
import { EXAMPLES } from '../graphql/examples.ts';
import { graphqlFace } from '../graphql/face.ts';
import { schema } from '../graphql/schema.ts';
import type { GraphqlSockets } from '../graphql/transport/web-socket.ts';
import { acrossOrigins } from '../http/cors.ts';
import type { Admitted } from '../http/exchange.ts';
import type { Face } from '../http/server.ts';
import { asksForWebSocket } from '../http/upgrade.ts';
import type { Observe } from '../observation.ts';
import { restFace } from '../rest/face.ts';
import { openApiPage } from '../rest/openapi/page.ts';
import { isReference, referencePage } from '../rest/reference/face.ts';
import { boundReads } from '../segments/bounded-reads.ts';
import type { Tracing } from '../tracing.ts';

/** What the faces allow callers to do. */
export interface Open {
  graphiql: boolean;
  introspection: boolean;
  /** The only operations that are allowed, by id. If omitted, all are. */
  persistedOperations?: ReadonlyMap<string, string> | undefined;
  /** Origins whose pages can call the gateway from a browser. If omitted, none can. */
  corsOrigins?: ReadonlySet<string> | undefined;
}

type ContextOf = (exchange: Admitted) => Promise<Context>;

interface Options extends Open {
  /** Identify callers. `router` accepts only the router if there is a secret for it. */
  contextOf: { anyone: ContextOf; router: ContextOf };
  isForRouter: boolean;
  observe: Observe;
  tracing?: Tracing | undefined;
  /** Milliseconds between two heartbeats of a stream. */
  heartbeatMs?: number | undefined;
  /** Milliseconds that the sender of a list can pause. */
  bodyPauseMs?: number | undefined;
  health: Face;
}

const GRAPHQL = '/graphql';
const OPENAPI = '/openapi.json';

interface Faces {
  route(path: string): Face;
  /** Whether a request asks for a WebSocket. */
  isSocket(request: IncomingMessage): boolean;
  sockets: GraphqlSockets;
}

/**
 * Returns the function that finds the face for a path. A router that sends its secret can always read the schema and send
 * any operation, whatever other callers can do.
 */
export function faces({
  corsOrigins = new Set(),
  contextOf,
  isForRouter,
  introspection,
  graphiql,
  health,
  observe,
  tracing,
  heartbeatMs,
  bodyPauseMs,
  ...open
}: Options): Faces {
  const rest = acrossOrigins(
    corsOrigins,
    restFace({ contextOf: contextOf.anyone, observe, heartbeatMs, bodyPauseMs }),
  );
  const { face, sockets } = graphqlFace({
    ...open,
    schema,
    graphiql: graphiql ? EXAMPLES : undefined,
    boundReads,
    contextOf: contextOf.router,
    observe,
    tracing,
    introspection: introspection || isForRouter,
    anyText: isForRouter,
    origins: corsOrigins,
    heartbeatMs,
  });
  const graphql = acrossOrigins(corsOrigins, face);
  const front = frontDoor({ graphiql: graphiql && !isForRouter });
  const openApi = acrossOrigins(corsOrigins, openApiPage());
  const reference = referencePage();
  return {
    route(path) {
      if (path === GRAPHQL) return graphql;
      if (path === OPENAPI) return openApi;
      if (isFrontDoor(path)) return front;
      if (isReference(path)) return reference;
      return path.startsWith('/health/') ? health : rest;
    },
    isSocket: (request) => asksForWebSocket(request, GRAPHQL),
    sockets,
  };
}
