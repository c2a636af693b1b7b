import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';

/** What becomes of what the database says: it arrives, is lost on the way, or breaks off and ends the connection. */
type State = 'whole' | 'deaf' | 'cut';

/** A wire to a database, that can be cut: a port of this machine that leads there. */
export async function wireTo(databaseUrl: string) {
  let { host, port, user, password, database } = new pg.Client(databaseUrl);
  const open = new Set<Socket>();
  let state: State = 'whole';
  let heard = 0;

  const server = createServer((near) => {
    const far = connect(host.startsWith('/') ? { path: join(host, `.s.PGSQL.${port}`) } : { host, port });
    open.add(near);
    for (const end of [near, far]) end.on('error', () => {}); // it closes after it
    near.on('data', (asked) => far.write(asked));
    near.on('close', () => {
      open.delete(near);
      far.destroy();
    });
    far.on('close', () => near.destroy());
    far.on('data', (said) => {
      heard += 1;
      if (state === 'whole') near.write(said);
      if (state !== 'cut') return;
      near.write(said.subarray(0, said.length / 2), () => near.resetAndDestroy());
    });
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const own = await listen(0);
  const login = `${user}${password ? `:${encodeURIComponent(password)}` : ''}`;

  return {
    port: own,
    url: `postgres://${login}@127.0.0.1:${own}/${database}`,
    become(next: State): void {
      state = next;
      heard = 0;
    },
    /** Connections made from now on lead to another server. */
    leadTo(other: string): void {
      ({ host, port } = new pg.Client(other));
    },
    /** How often the database has spoken in this state. */
    heard: () => heard,
    /** Resets every connection, as a failing network does; new ones may come. */
    reset(): void {
      for (const socket of open) socket.resetAndDestroy();
    },
    /** Nobody listens any more, and who was connected is cut off. */
    async close(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
    open: () => listen(own),
  };
}
