import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

/** Text that sorts in byte order, whatever the locale of the server. An upgrade of the locale cannot corrupt an index on it. */
export const bytewise = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/** A moment in milliseconds, like the moments in cursors. With finer times, a page could skip rows. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** The place of an event in the log of its account, as JavaScript can represent it. */
export const place = (name: string) => bigint(name, { mode: 'number' });
