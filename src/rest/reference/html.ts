import { hash } from 'node:crypto';
import { TAKE_TOKEN } from '../../http/fragment-token.ts';

/** The options of Scalar. Whatever would contact another server is off, and the policy below forbids it, too. */
const OPTIONS = {
  url: '/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  documentDownloadType: 'json',
  theme: 'default',
};

/**
 * Starts Scalar once it is loaded, with the token in the fragment of the address, if there is one. The first line tells Zod, which is
 * a part of Scalar, not to try whether it may compile code: it may not.
 */
const START = `globalThis.__zod_globalConfig = { jitless: true };
addEventListener('DOMContentLoaded', () => {
  ${TAKE_TOKEN}
  const authentication = { preferredSecurityScheme: 'token', securitySchemes: { token: { token } } };
  Scalar.createApiReference('#reference', { ...${JSON.stringify(OPTIONS)}, authentication });
});`;

/** The page only loads its script and the document, and sends requests only to the gateway. */
export const POLICY = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${hash('sha256', START, 'base64')}'`,
  "style-src 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The reference page of the REST API, which loads its script from this path. */
export const htmlOf = (script: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>REST API of segments-gateway</title>
<script>${START}</script>
<script defer src="${script}"></script>
</head>
<body>
<div id="reference"></div>
<noscript>This page needs JavaScript. The <a href="/openapi.json">OpenAPI document</a> has the same contents.</noscript>
</body>
</html>
`;
