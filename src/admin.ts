import { rootFieldsIn } from './graphql/engine/requested.ts';
import { schema } from './graphql/schema.ts';
import type { Observe } from './observation.ts';
import { operationNames } from './rest/routes.ts';
import { type Admin, startAdmin } from './telemetry/admin.ts';
import { packageVersion } from './version.ts';

/** Serves the metrics and the health of this process at an address of its own. Loaded only if there is one. */
export const serveAdmin = (options: { host: string; port: number; log: Observe }): Promise<Admin> =>
  startAdmin({
    ...options,
    names: { rest: operationNames(), rootFields: rootFieldsIn(schema) },
    version: packageVersion(),
  });
