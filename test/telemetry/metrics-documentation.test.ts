import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rest } from '../client.ts';
import { measuredGateway, typesIn } from './scraped.ts';

const { gateway, text } = measuredGateway();

const FOLDER = 'examples/observability';
const read = (file: string) => readFileSync(file, 'utf8');
/** The metrics that an expression names. The parts of a histogram count as the histogram. */
const namesIn = (expression: string): string[] => [
  ...new Set(
    [...expression.matchAll(/\b(?:segments|nodejs|process)_\w+/g)].map(([name]) =>
      name.replace(/_(?:bucket|sum|count)$/, ''),
    ),
  ),
];
const isOwn = (name: string) => name.startsWith('segments_');

interface Panel {
  targets?: { expr: string }[];
}
const dashboard: { panels: Panel[] } = JSON.parse(read(`${FOLDER}/grafana-dashboard.json`));
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const alerts = read(`${FOLDER}/alerts.yml`);
const page = read('docs/metrics.md');

it('docs/metrics.md lists every series with its type and meaning, and no other', async () => {
  const shown = await text();
  const help = new Map([...shown.matchAll(/^# HELP (\S+) (.+)$/gm)].map(([, name, is]) => [name, is]));
  const declared = [...typesIn(shown)]
    .filter(([name]) => isOwn(name))
    .map(([name, type]) => [name, type, help.get(name)]);
  const listed = [...page.matchAll(/^\| `(segments_\w+)` \| (\w+) \|[^|]*\| (.+) \|$/gm)].map(
    ([, name, type, meaning]) => [name, type, meaning],
  );
  expect(listed.toSorted()).toEqual(declared.toSorted());
});

it.each([
  ['the dashboard', expressions.join('\n')],
  ['the alerts', alerts],
])('all series in %s exist', async (_, used) => {
  await rest(gateway);
  const exist = typesIn(await text());
  expect(namesIn(used).filter((name) => !exist.has(name))).toEqual([]);
  expect(namesIn(used).length).toBeGreaterThan(3);
});

it('the dashboard shows every series of the gateway', async () => {
  const own = [...typesIn(await text()).keys()].filter(isOwn);
  expect(own.filter((name) => !namesIn(expressions.join('\n')).includes(name))).toEqual([]);
});

describe('docs/metrics.md', () => {
  it('lists every alert', () => {
    const alerting = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    const listed = [...page.matchAll(/^\| `(Segments\w+)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual(alerting);
  });

  it('lists the labels of every series', async () => {
    await rest(gateway, '/a', { as: null });
    await expect.poll(text).toContain('segments_http_requests_total{');
    const labels = new Map<string, Set<string>>();
    for (const [, name = '', list = ''] of (await text()).matchAll(/^(segments_\w+)\{(.+)\} /gm)) {
      const [metric = ''] = namesIn(name);
      const names = [...list.matchAll(/(\w+)="/g)].flatMap(([, label = '']) =>
        label === 'le' ? [] : [label],
      );
      labels.set(metric, new Set(names));
    }
    for (const [metric, names] of labels) {
      const [, listed = ''] = new RegExp(`^\\| \`${metric}\` \\| \\w+ \\|([^|]*)\\|`, 'm').exec(page) ?? [];
      const written = [...listed.matchAll(/`(\w+)`/g)].map(([, label]) => label);
      expect(written, metric).toEqual([...names]);
    }
  });
});
