import { z } from 'zod';
import { apiToken, jwksUrl, routerSecret } from '../forms.ts';
import { variable } from '../purpose.ts';

const WHO_ASKS = 'See [Who asks](federation.md#who-asks).';

/** How the gateway authenticates callers. */
export const callers = {
  API_TOKEN: variable(apiToken.optional(), {
    summary: 'Token of the account "default", with every scope',
    secret: 'whole',
    details:
      'A new value ends the previous one. While the database is not writable, a new value is not valid yet, and the gateway tries again every 5 s. See [Point it at your Postgres](../README.md#point-it-at-your-postgres).',
    unset: 'no such token',
  }),
  ROUTER_SECRET: variable(routerSecret.optional(), {
    summary: 'Secret of a router; if set, GraphQL only answers requests that have it',
    secret: 'whole',
    details: WHO_ASKS,
  }),
  JWT_JWKS_URL: variable(jwksUrl.optional(), {
    summary: 'URL of the keys of the issuer whose JWTs are accepted',
    secret: 'none',
    details: `JWTs are accepted in addition to the gateway's own tokens. Set \`JWT_JWKS_URL\`, \`JWT_ISSUER\` and \`JWT_AUDIENCE\` together, or none of them. The URL cannot have a user or a password. A key that the issuer removes is refused within 60 seconds, or 10 minutes while the issuer cannot be reached. ${WHO_ASKS}`,
    unset: 'no JWT is accepted',
  }),
  JWT_ISSUER: variable(z.string().describe('the `iss` of the tokens').optional(), {
    summary: 'Issuer that a JWT must name',
    secret: 'none',
  }),
  JWT_AUDIENCE: variable(z.string().describe('the `aud` of the tokens').optional(), {
    summary: 'Audience that a JWT must name',
    secret: 'none',
  }),
  JWT_ACCOUNT_CLAIM: variable(z.string().describe('the name of a claim').default('account_id'), {
    summary: 'Claim of a JWT that names the account',
    secret: 'none',
  }),
};
