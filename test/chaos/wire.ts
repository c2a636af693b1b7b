import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';

/** What happens to the answers of the database: they arrive, are dropped, or are cut short by a reset of the connection. */
type State = 'intact' | 'silent' | 'cut';

/** A connection to a database that can be made to fail: a port of this machine that forwards to it. */
export async function wireTo(databaseUrl: string) {
  let { host, port, user, password, database } = new pg.Client(databaseUrl);
  const open = new Set<Socket>();
  let state: State = 'intact';
  let received = 0;

  const server = createServer((near) => {
    const far = connect(host.startsWith('/') ? { path: join(host, `.s.PGSQL.${port}`) } : { host, port });
    open.add(near);
    for (const end of [near, far]) end.on('error', () => {}); // `close` follows
    near.on('data', (data) => far.write(data));
    near.on('close', () => {
      open.delete(near);
      far.destroy();
    });
    far.on('close', () => near.destroy());
    far.on('data', (data) => {
      received += 1;
      if (state === 'intact') near.write(data);
      if (state !== 'cut') return;
      near.write(data.subarray(0, data.length / 2), () => near.resetAndDestroy());
    });
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const ownPort = await listen(0);
  const login = `${user}${password ? `:${encodeURIComponent(password)}` : ''}`;

  return {
    port: ownPort,
    url: `postgres://${login}@127.0.0.1:${ownPort}/${database}`,
    become(next: State): void {
      state = next;
      received = 0;
    },
    /** Forwards new connections to another server. */
    pointTo(other: string): void {
      ({ host, port } = new pg.Client(other));
    },
    /** How many pieces of data the database has sent in this state. */
    received: () => received,
    /** Resets every connection, as a failing network does. New ones are accepted. */
    reset(): void {
      for (const socket of open) socket.resetAndDestroy();
    },
    /** Stops listening and closes every connection. */
    async close(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
    open: () => listen(ownPort),
  };
}
