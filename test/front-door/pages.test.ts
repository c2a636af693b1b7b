import { afterEach, describe, expect, it } from 'vitest';
import { openPage, type Page } from '../browser.ts';
import { chromium } from '../devtools.ts';
import { testGateway } from '../harness.ts';
import { until } from '../until.ts';

const gateway = testGateway();

let page: Page | undefined;
afterEach(() => page?.close());

/** Each page, and what is true when it is complete. */
const PAGES = {
  '/': 'document.querySelectorAll("nav a").length === 2',
  '/docs': 'document.body.innerText.includes("Lists the segments of your account")',
  '/graphql': 'document.querySelector(".graphiql-editor .view-line")',
};

describe.skipIf(!chromium)('A page in a browser (needs Chromium)', () => {
  describe.each(Object.entries(PAGES))('%s', (path, isComplete) => {
    it.each([
      { width: 390, scheme: 'light' },
      { width: 1280, scheme: 'dark' },
    ] as const)('works without other servers in a window of $width px', async ({ width, scheme }) => {
      page = await openPage(gateway.url + path, { width, scheme });
      await page.waitFor(isComplete);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(page.requests.filter(({ origin }) => origin !== gateway.url)).toEqual([]);
      expect(page.problems).toEqual([]);
    });

    it('is not sent again when it is opened again', async () => {
      page = await openPage(gateway.url + path);
      await page.waitFor(isComplete);
      if (path === '/graphql') await expect.poll(() => page?.statuses(path)).toHaveLength(2); // the page and the schema
      await page.open(gateway.url + path);
      await expect.poll(() => page?.statuses(path)).toContain(304);
    });
  });
});

describe.skipIf(!chromium)('The reference page (needs Chromium)', () => {
  const button = (text: string) =>
    `[...document.querySelectorAll('button')].find((each) => each.textContent.includes('${text}') && each.getBoundingClientRect().width > 0)`;
  const token = () => gateway.authorization('ada').authorization.slice('Bearer '.length);

  it('lists the operations', async () => {
    page = await openPage(`${gateway.url}/docs`);
    await page.waitFor('document.body.innerText.includes("Create a segment")');
  });

  it('takes the token from its address, removes it there, and sends a request with it', async () => {
    page = await openPage(`${gateway.url}/docs#token=${token()}`);
    await page.waitFor(PAGES['/docs']);
    expect(await page.evaluate('location.href')).not.toContain(token());

    const { waitFor, evaluate, click } = page;
    await waitFor(button('Test Request'));
    await evaluate(`${button('Test Request')}.click()`);
    await waitFor(button('Send'));
    await click(button('Send'));
    const shows = (status: number) => evaluate(`document.body.innerText.includes("${status} ")`);
    await until(async () => {
      if (await shows(503)) await click(button('Send')); // on a slow machine, the database may not answer in time
      return shows(200);
    });
    expect(page.statuses('/v1/customer-segments')).toContain(200);
    expect(page.requests.filter(({ origin }) => origin !== gateway.url)).toEqual([]);
    expect(await evaluate('JSON.stringify({ ...localStorage })')).not.toContain(token());
  });
});
