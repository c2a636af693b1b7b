import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { listening } from '../listening.ts';

const ISSUER = 'https://id.example.com/';
const AUDIENCE = 'segments';

/** Starts an issuer of JWTs, and sets the variables by which the gateway and `authorization.config.ts` trust it. */
export async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'only', alg: 'ES256' }] });
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(keys);
  });
  const { url, stop } = await listening(server, 0);
  Object.assign(process.env, { JWT_JWKS_URL: `${url}/`, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE });
  return {
    /** Signs a token of an account, with scopes that are separated by spaces. */
    tokenWith: (scope: string) =>
      new SignJWT({ account_id: 'acme', scope })
        .setProtectedHeader({ alg: 'ES256', kid: 'only' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setExpirationTime('1h')
        .sign(privateKey),
    stop,
  };
}
