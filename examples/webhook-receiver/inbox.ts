import { DatabaseSync } from 'node:sqlite';

/** A message that was received and not handled yet. */
export interface Received {
  id: string;
  body: string;
}

/** Max ids that are remembered of messages that were handled. It must exceed what can be sent again, such as by a replay. */
const MAX_REMEMBERED = 100_000;

/**
 * Keeps messages in a file until they are handled, and remembers their ids. So a message can be answered at once, is not lost if the
 * program stops, and is handled once even if it arrives again. `maxWaiting` bounds those that were not handled yet.
 */
export function openInbox(path: string, maxWaiting = 10_000) {
  const db = new DatabaseSync(path);
  db.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    create table if not exists inbox (place integer primary key autoincrement, id text not null unique, body text);
    create index if not exists inbox_waiting on inbox (place) where body is not null;`);
  const known = db.prepare('select 1 from inbox where id = ?');
  const waiting = db.prepare('select count(*) as count from inbox where body is not null');
  const insert = db.prepare('insert into inbox (id, body) values (?, ?)');
  const first = db.prepare('select id, body from inbox where body is not null order by place limit 1');
  const finish = db.prepare('update inbox set body = null where id = ?');
  const forget = db.prepare(
    'delete from inbox where body is null and place <= (select max(place) from inbox) - ?',
  );

  return {
    /** Stores a message. Says if it is there already, or if too many wait. */
    put({ id, body }: Received): 'stored' | 'repeated' | 'full' {
      if (known.get(id)) return 'repeated';
      if (Number(waiting.get()?.count) >= maxWaiting) return 'full';
      insert.run(id, body);
      return 'stored';
    },
    /** Returns the oldest message that was not handled yet. */
    next(): Received | undefined {
      const row = first.get();
      return row && { id: String(row.id), body: String(row.body) };
    },
    /** Notes that a message was handled. */
    done(id: string): void {
      finish.run(id);
      forget.run(MAX_REMEMBERED);
    },
    close: () => db.close(),
  };
}

export type Inbox = ReturnType<typeof openInbox>;
