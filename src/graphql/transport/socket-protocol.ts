import { GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { CloseCode, type ConnectionInitMessage, makeServer, type Server } from 'graphql-ws';
import { shareOf } from '../../accounts/viewer.ts';
import { Refusal } from '../../errors/refusals.ts';
import type { Connection } from '../../http/web-socket.ts';
import { shown } from './answer.ts';
import { given } from './params.ts';
import type { Identify } from './socket-admission.ts';
import { type Caller, type SocketCaller, socketOperations } from './socket-operation.ts';
import { type Payload, payloadOf } from './socket-payload.ts';
import { FinalErrors, type Results } from './socket-results.ts';

export interface ProtocolOptions extends SocketCaller {
  schema: GraphQLSchema;
}

/** What is known of a connection. */
export interface Extra extends Payload {
  connection: Connection;
  caller: Caller;
  identify: Identify;
  /** Charges the caller's share of the event loop for what it is sent. */
  charge?(characters: number): void;
}

/** How long a client has to send its `connection_init`, which can contain the token. */
const INIT_MS = 3_000;
/** Max subscriptions of a connection at the same time, including those that are refused in the end. */
const MAX_OPERATIONS = 100;

/**
 * Implements graphql-transport-ws. A connection whose `connection_init` has no valid token is closed, and a refused subscription
 * gets a message of type `error`.
 */
export function socketProtocol({ schema, ...parts }: ProtocolOptions): Server<Extra> {
  const { connect, begin } = socketOperations(parts);

  return makeServer<ConnectionInitMessage['payload'], Extra>({
    connectionInitWaitTimeout: INIT_MS,
    async onConnect({ connectionParams, extra }) {
      const { connection, caller, identify } = extra;
      const token = connectionParams?.authorization ?? connectionParams?.Authorization;
      if (typeof token === 'string') caller.headers = { ...caller.headers, authorization: token };
      const connected = await connect(caller);
      if (connected instanceof Refusal) {
        connection.close(closeCodeOf(connected), connected.message);
        return false;
      }
      if (!identify(shareOf(connected))) {
        connection.close(TRY_AGAIN_LATER, 'This account has too many connections.');
        return false;
      }
      extra.charge = connected.loop?.chargeAnswer;
      return true;
    },
    async onSubscribe({ subscriptions, extra: { caller } }, _id, { query, ...payload }) {
      if (Object.keys(subscriptions).length > MAX_OPERATIONS) return [tooMany()];
      // The protocol requires a text. An empty one stands for that of a persisted operation.
      const begun = await begin(caller, given({ ...payload, query: query === '' ? undefined : query }));
      return isErrors(begun) ? begun : { schema, document: SUBSCRIPTION, contextValue: begun };
    },
    subscribe: ({ contextValue }) => contextValue as Results, // of `onSubscribe`
    onNext: ({ extra }, _id, _payload, _args, result) => payloadOf(extra, result),
    onError: (_context, _id, _payload, errors) =>
      errors
        .flatMap((error) => (error.originalError instanceof FinalErrors ? error.originalError.errors : error))
        .map(shown),
  });
}

/** graphql-ws only checks whether the document is a subscription. The actual subscription has already begun. */
const SUBSCRIPTION = parse('subscription { __typename }');

/** The close code of a server that is overloaded (registered for WebSocket by IANA). Clients connect again. */
const TRY_AGAIN_LATER = 1013;

function closeCodeOf({ code }: Refusal): number {
  if (code === 'UNAVAILABLE') return TRY_AGAIN_LATER;
  return code === 'INTERNAL' ? CloseCode.InternalServerError : CloseCode.Forbidden;
}

const isErrors = (begun: Results | readonly GraphQLError[]): begun is readonly GraphQLError[] =>
  Array.isArray(begun);

const tooMany = () =>
  new GraphQLError(`A connection can have at most ${MAX_OPERATIONS} subscriptions at the same time.`, {
    extensions: { code: 'RATE_LIMITED' },
  });
