import { z } from 'zod';
import { callers } from './variables/callers.ts';
import { database } from './variables/database.ts';
import { events } from './variables/events.ts';
import { graphql } from './variables/graphql.ts';
import { limits } from './variables/limits.ts';
import { server } from './variables/server.ts';
import { tracing } from './variables/tracing.ts';
import { webhooks } from './variables/webhooks.ts';

/** The environment variables that configure the gateway, grouped by topic. */
export const GROUPS = {
  Server: server,
  Database: database,
  Callers: callers,
  Limits: limits,
  Events: events,
  Webhooks: webhooks,
  GraphQL: graphql,
  Tracing: tracing,
};

/** The schema of all variables. */
export const Variables = z.object({
  ...server,
  ...database,
  ...callers,
  ...limits,
  ...events,
  ...webhooks,
  ...graphql,
  ...tracing,
});
