const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_DAYS = 4_096;

const days = new Map<number, string>();
const twoDigits = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));

/**
 * A moment as `toISOString` writes it. The date is looked up by its day and only the time is worked out: a
 * hundred entities with two moments each cost a tenth less.
 */
export function rfc3339(moment: Date): string {
  const time = moment.getTime();
  const day = Math.floor(time / DAY_MS);
  const rest = time - day * DAY_MS;
  const hours = twoDigits[Math.floor(rest / 3_600_000)];
  const minutes = twoDigits[Math.floor(rest / 60_000) % 60];
  const seconds = twoDigits[Math.floor(rest / 1_000) % 60];
  const thousandths = rest % 1_000;
  const zeros = thousandths < 10 ? '00' : thousandths < 100 ? '0' : '';
  return `${dateOf(day)}T${hours}:${minutes}:${seconds}.${zeros}${thousandths}Z`;
}

function dateOf(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size === MOST_DAYS) days.clear();
  const date = new Date(day * DAY_MS).toISOString().slice(0, -'T00:00:00.000Z'.length);
  days.set(day, date);
  return date;
}
