import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';
import { until } from '../until.ts';
import { chromium, openPage, type Page } from './browser.ts';

const gateway = testGateway();

let page: Page | undefined;
afterEach(() => page?.close());

/** The first visible element that matches a selector and has a text. */
const element = (selector: string, text = '') =>
  `[...document.querySelectorAll('${selector}')].find((each) => each.textContent.includes('${text}') && each.getBoundingClientRect().width > 0)`;

describe.skipIf(!chromium)('GraphiQL in a browser (needs Chromium)', () => {
  it('runs the example FollowChanges, and shows a change as it happens', async () => {
    page = await openPage(`${gateway.url}/graphql`);
    const clickUntil = async (clicked: string, expected: string) => {
      await page?.waitFor(clicked);
      await until(async () => {
        if (!(await page?.evaluate(`Boolean(${expected})`))) await page?.click(clicked);
        await sleep(500); // a second click would close what the first one opens
        return (await page?.evaluate(`Boolean(${expected})`)) ?? false;
      });
    };
    await clickUntil(element('button', 'Headers'), element('button.active', 'Headers'));
    await page.click(element('.graphiql-editor-tool .monaco-editor'));
    await page.replaceText(JSON.stringify(gateway.authorization('ada')));

    const operation = element('[role=menuitem]', 'FollowChanges');
    await clickUntil(element('.graphiql-execute-button'), operation);
    await page.click(operation);
    await until(() => gateway.streams.count() === 1);

    await createSegment(draft({ name: 'LiveInTheBrowser' }), gateway.context());
    await page.waitFor(element('.result-window', 'LiveInTheBrowser'));
    await page.click(element('.graphiql-execute-button')); // now, it stops the subscription
    await until(() => gateway.streams.count() === 0);
  });
});
