import { createRemoteJwksSigningKeyProvider, defineConfig, extractFromHeader } from '@graphql-hive/gateway';

/** Verifies JWTs, and checks the scopes of each field before it asks a subgraph. */
export const gatewayConfig = defineConfig({
  jwt: {
    signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri: `${process.env.JWT_JWKS_URL}` })],
    tokenLookupLocations: [extractFromHeader({ name: 'authorization', prefix: 'Bearer' })],
    tokenVerification: {
      issuer: process.env.JWT_ISSUER,
      audience: process.env.JWT_AUDIENCE,
      algorithms: ['ES256'],
    },
    reject: { missingToken: false, invalidToken: true },
  },
  genericAuth: {
    mode: 'protect-granular',
    rejectUnauthenticated: false,
    resolveUserFn: ({ jwt }) => jwt?.payload,
  },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request: { headers } }) => ({
      authorization: headers.get('authorization') ?? undefined,
    }),
  },
});
