import pretty from 'pino-pretty';
import { visible } from '../errors/quoted.ts';

/** Returns a function that formats a JSON line of the log for people. `hasColors` is whether the terminal shows colours. */
export function prettyFormat(hasColors: boolean): (line: string) => string {
  const format = pretty.prettyFactory({
    colorize: hasColors,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    errorLikeObjectKeys: ['fault'],
  });
  return (line) => format(withSummary(JSON.parse(line, visibleValue)));
}

/** Callers choose some values, such as paths. A stack keeps its lines. */
function visibleValue(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return key === 'stack' ? value.split('\n').map(visible).join('\n') : visible(value);
}

/** Puts what matters of a request into its message. */
function withSummary(record: Readonly<Record<string, unknown>>): object {
  if (record.msg !== 'request') return record;
  const { method, path, status, ms, ...rest } = record;
  return { ...rest, msg: `${method} ${path} ${status} in ${ms} ms` };
}
