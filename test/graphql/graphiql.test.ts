import { afterEach, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { openPage, type Page } from '../browser.ts';
import { chromium } from '../devtools.ts';
import { draft, testGateway } from '../harness.ts';
import { until } from '../until.ts';

const gateway = testGateway();

let page: Page | undefined;
afterEach(() => page?.close());

/** The first visible element that matches a selector and has a text. */
const element = (selector: string, text = '') =>
  `[...document.querySelectorAll('${selector}')].find((each) => each.textContent.includes('${text}') && each.getBoundingClientRect().width > 0)`;

const RUN = element('.graphiql-execute-button');
const MENU = element('.graphiql-execute-button[aria-haspopup=menu]');
const HEADERS = `${element('.graphiql-editor-tool .monaco-editor')}?.textContent`;
const EDITOR = element('.graphiql-editor .monaco-editor');
const RESULT = `(document.querySelector('.result-window')?.textContent ?? '').replaceAll('\u00a0', ' ')`;
const token = () => gateway.authorization('ada').authorization.slice('Bearer '.length);

/** Opens the page, and returns the functions that a person uses. */
async function openGraphiql(fragment = '') {
  const opened = await openPage(`${gateway.url}/graphql${fragment}`);
  page = opened;
  const run = async (example: string): Promise<void> => {
    const operation = element('[role=menuitem]', example);
    await opened.waitFor(MENU); // before the operations are parsed, the button has no menu
    await opened.click(MENU);
    await opened.waitFor(operation);
    await opened.click(operation);
  };
  return {
    ...opened,
    async type(text: string): Promise<void> {
      await opened.waitFor(MENU); // the editor shows the examples
      await until(async () => {
        await opened.click(EDITOR);
        await opened.replaceText(text); // before the editor has the focus, it changes nothing
        return opened.evaluate(`!${EDITOR}.textContent.includes('LatestSegments')`);
      });
    },
    run,
    /** Starts an operation, and again if the database was busy, until its result contains a text. */
    async untilResult(text: string, start: () => Promise<void>): Promise<void> {
      await start();
      await until(async () => {
        if (await opened.evaluate(`${RESULT}.includes('UNAVAILABLE')`)) await start();
        return opened.evaluate(`${RESULT}.includes('${text}')`);
      });
    },
  };
}

describe.skipIf(!chromium)('GraphiQL in a browser (needs Chromium)', () => {
  it('shows a template of the header, and runs an example once the token is there', async () => {
    const { run, untilResult, waitFor, click, replaceText, evaluate } = await openGraphiql();
    await waitFor(`${HEADERS}?.includes('<your')`);
    await until(async () => {
      await click(element('.graphiql-editor-tool .monaco-editor'));
      await replaceText(JSON.stringify(gateway.authorization('ada'))); // before the editor has the focus, it changes nothing
      return evaluate(`${HEADERS}.includes('${token()}')`);
    });
    await untilResult('totalCount', () => run('LatestSegments'));
  });

  it('takes the token from its address, removes it there, and runs an example', async () => {
    const { run, untilResult, evaluate } = await openGraphiql(`#token=${token()}`);
    await untilResult('totalCount', () => run('LatestSegments'));
    expect(await evaluate('location.href')).not.toContain(token());
  });

  it('forgets the token, unless the person chooses otherwise', async () => {
    const { run, untilResult, evaluate } = await openGraphiql(`#token=${token()}`);
    await untilResult('totalCount', () => run('LatestSegments'));
    expect(await evaluate('JSON.stringify({ ...localStorage })')).not.toContain(token());
  });

  it('shows where in the editor an error of a response is', async () => {
    const { type, untilResult, waitFor, click } = await openGraphiql(`#token=${token()}`);
    await type('# An error in line 3\n\n{ segments(first: 1000) { totalCount } }');
    await waitFor(`!(${MENU})`); // now, the button runs the only operation
    await untilResult('"line": 3', () => click(RUN));
    await waitFor(`${RESULT}.includes('"column": 3')`);
  });

  it('underlines what the schema does not allow, even without a token', async () => {
    const { type, waitFor } = await openGraphiql();
    await type('{ unknownField }');
    await waitFor(element('.graphiql-editor .squiggly-error'));
  });

  it('runs the example FollowChanges, and shows a change as it happens', async () => {
    const { run, waitFor, click } = await openGraphiql(`#token=${token()}`);
    await run('FollowChanges');
    await until(() => gateway.streams.count() === 1);

    await createSegment(draft({ name: 'LiveInTheBrowser' }), gateway.context());
    await waitFor(element('.result-window', 'LiveInTheBrowser'));
    await click(RUN); // now, it stops the subscription
    await until(() => gateway.streams.count() === 0);
  });
});
