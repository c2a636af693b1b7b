import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** What the plugin calls of Fastify, the server that it is made for. */
interface Route {
  url: string;
  handler(request: object, reply: Reply): unknown;
}
interface Reply {
  header(name: string, value: string): Reply;
  send(body: string): unknown;
}

/**
 * Returns the script of the reference page, compressed. It is Scalar's, which only its plugin for Fastify contains without
 * hundreds of packages that it was built from. So this asks the plugin as Fastify would.
 *
 * The import blocks the event loop for 0.3 s. The bundle has a file with the result instead: see `rolldown.config.ts`.
 */
export async function zippedScript(): Promise<Buffer> {
  const { default: plugin } = await import('@scalar/fastify-api-reference');
  const routes: Route[] = [];
  const fastify = { initialConfig: {}, route: (route: Route) => routes.push(route) };
  plugin(fastify, { configuration: { url: '/openapi.json' } }, () => {});

  const script = await new Promise<string>((resolve, reject) => {
    const reply: Reply = { header: () => reply, send: resolve };
    const route = routes.find(({ url }) => url.endsWith('.js'));
    if (!route) return reject(new Error('@scalar/fastify-api-reference serves no script.'));
    route.handler({}, reply);
  });
  return promisify(gzip)(script, { level: 9 });
}
