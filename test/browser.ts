import type { Json } from './client.ts';
import { openTab } from './devtools.ts';
import { until } from './until.ts';

/** A page of a browser, as a person uses it. */
export interface Page {
  /** Evaluates an expression, and returns its value. */
  evaluate(expression: string): Promise<Json>;
  /** Waits until an expression is truthy. */
  waitFor(expression: string): Promise<unknown>;
  /** Clicks at the middle of the element that an expression returns. */
  click(element: string): Promise<void>;
  /** Replaces the text of the focused editor. */
  replaceText(text: string): Promise<void>;
  /** Opens an address in the same tab. */
  open(url: string): Promise<void>;
  /** Returns a picture of the window, as PNG. */
  picture(): Promise<Buffer>;
  /** The requests so far, except of what a page contains (`data:`, `blob:`). */
  requests: URL[];
  /** Returns the statuses of the answers so far to requests for a path, as they came over the network. */
  statuses(path: string): number[];
  /** The exceptions, errors on the console and violations of the policy of the page so far. */
  problems: string[];
  close(): Promise<void>;
}

interface Look {
  /** Opens it as on a phone, whose screen is so wide. */
  width?: number;
  scheme?: 'light' | 'dark';
}

/** Opens a page in a new browser without a window. */
export async function openPage(url: string, { width, scheme = 'light' }: Look = {}): Promise<Page> {
  const requests: URL[] = [];
  const problems: string[] = [];
  const answers: { requestId: string; statusCode: number }[] = [];
  const paths = new Map<string, string>();
  const { call, close } = await openTab((method, params) => {
    if (method === 'Network.requestWillBeSent' && !/^(data|blob):/.test(params.request.url)) {
      const requested = new URL(params.request.url);
      requests.push(requested);
      paths.set(params.requestId, requested.pathname);
    }
    if (method === 'Network.responseReceivedExtraInfo') answers.push(params);
    problems.push(...problemsIn(method, params));
  });
  for (const domain of ['Page', 'Network', 'Runtime', 'Log', 'Audits']) await call(`${domain}.enable`);
  await call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  if (width !== undefined) {
    await call('Emulation.setDeviceMetricsOverride', {
      width,
      height: 800,
      deviceScaleFactor: 1,
      mobile: true,
    });
  }
  await call('Page.navigate', { url });

  const evaluate = async (expression: string): Promise<Json> => {
    const { result } = await call('Runtime.evaluate', { expression, returnByValue: true });
    return result.value;
  };
  const press = async (key: string, code: number, modifiers = 0) => {
    for (const type of ['rawKeyDown', 'keyUp']) {
      await call('Input.dispatchKeyEvent', { type, key, windowsVirtualKeyCode: code, modifiers });
    }
  };
  return {
    evaluate,
    waitFor: (expression) => until(() => evaluate(`Boolean(${expression})`)),
    async click(element) {
      const middle = `(({ x, y, width, height }) => [x + width / 2, y + height / 2])((${element}).getBoundingClientRect())`;
      const [x, y] = await evaluate(middle);
      for (const type of ['mousePressed', 'mouseReleased']) {
        await call('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
      }
    },
    async replaceText(text) {
      await press('a', 65, 2); // Ctrl-A
      await press('Delete', 46);
      await call('Input.insertText', { text });
    },
    open: (url) => call('Page.navigate', { url }),
    picture: async () => Buffer.from((await call('Page.captureScreenshot')).data, 'base64'),
    requests,
    statuses: (path) =>
      answers.filter(({ requestId }) => paths.get(requestId) === path).map(({ statusCode }) => statusCode),
    problems,
    close,
  };
}

/** What an event of the DevTools says about a page that does not work as intended. */
function problemsIn(method: string, params: Json): string[] {
  if (method === 'Runtime.exceptionThrown') {
    const { text, exception } = params.exceptionDetails;
    return [`${text} ${exception?.description}`];
  }
  if (method === 'Runtime.consoleAPICalled' && params.type === 'error') {
    return params.args.map(({ value, description }: Json) => value ?? description);
  }
  if (method === 'Log.entryAdded' && params.entry.level === 'error') {
    return [`${params.entry.text} ${params.entry.url}`];
  }
  const policy = method === 'Audits.issueAdded' && params.issue.details.contentSecurityPolicyIssueDetails;
  return policy
    ? [`${policy.violatedDirective}: ${policy.blockedURL ?? policy.contentSecurityPolicyViolationType}`]
    : [];
}
