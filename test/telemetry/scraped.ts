import { afterAll, beforeAll, expect } from 'vitest';
import { serveAdmin } from '../../src/admin.ts';
import type { Admin } from '../../src/telemetry/admin.ts';
import { type TestGateway, testGateway } from '../harness.ts';

/** The value of each series, by its name and labels as they are written. */
export type Series = ReadonlyMap<string, number>;

const LABEL = '[a-z_]+="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^([a-z_0-9]+)(\\{${LABEL}(?:,${LABEL})*\\})? (\\S+)$`);
const NUMBER = /^(?:[+-]Inf|Nan|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;
const SUFFIX = /_(?:bucket|sum|count)$/;

/** Reads the text format of Prometheus. Throws for a line that is malformed, repeated, or of no declared metric. */
export function seriesOf(text: string): Series {
  const types = new Map<string, string>();
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const [, declared, type] = /^# TYPE ([a-z_0-9]+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (declared && type) {
      types.set(declared, type);
      continue;
    }
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    const metric = types.get(name) ?? (types.get(name.replace(SUFFIX, '')) === 'histogram' && 'histogram');
    if (!metric || !NUMBER.test(value)) throw new Error(`Not a sample of a declared metric: ${line}`);
    if (series.has(name + labels)) throw new Error(`Repeated: ${line}`);
    series.set(name + labels, Number(value));
  }
  return series;
}

/** The names of the metrics in a text, and their types. */
export const typesIn = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));

export interface Measured {
  gateway: TestGateway;
  text(): Promise<string>;
  scrape(): Promise<Series>;
  /** Does something, and waits until the values of these series have changed by exactly these amounts. */
  changes(expected: Record<string, number>, act: () => Promise<unknown>): Promise<void>;
  admin(): Admin;
}

/** Starts a gateway and the server of its metrics before the tests of a file or a `describe`. */
export function measuredGateway(options: Parameters<typeof testGateway>[0] = {}): Measured {
  let admin: Admin;
  beforeAll(async () => {
    admin = await serveAdmin({ host: '127.0.0.1', port: 0, log: () => {} });
  });
  const gateway = testGateway({ ...options, observe: (observation) => admin.observe(observation) });
  beforeAll(() => admin.watch(gateway));
  afterAll(() => admin.stop());

  const text = async () => (await fetch(`${admin.url}/metrics`)).text();
  const scrape = async () => seriesOf(await text());
  return {
    gateway,
    text,
    scrape,
    async changes(expected, act) {
      const recent = await text();
      await expect.poll(text).not.toBe(recent); // the text of a moment ago is sent again
      const before = await scrape();
      await act();
      const names = Object.keys(expected);
      const changed = async () => {
        const now = await scrape();
        return Object.fromEntries(
          names.map((name) => [name, (now.get(name) ?? 0) - (before.get(name) ?? 0)]),
        );
      };
      await expect.poll(changed).toEqual(expected);
    },
    admin: () => admin,
  };
}
