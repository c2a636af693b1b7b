import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import type { Json } from './client.ts';
import { until } from './until.ts';

/** The command of a Chromium, or undefined if none is installed. */
export const chromium = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].find(
  (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** A page of a browser, driven over the Chrome DevTools Protocol. */
export interface Page {
  /** Evaluates an expression, and returns its value. */
  evaluate(expression: string): Promise<Json>;
  /** Waits until an expression is truthy. */
  waitFor(expression: string): Promise<unknown>;
  /** Clicks at the middle of the element that an expression returns. */
  click(element: string): Promise<void>;
  /** Replaces the text of the focused editor. */
  replaceText(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a page in a new browser without a window; as on a phone, if `width` says how wide its screen is. */
export async function openPage(url: string, { width }: { width?: number } = {}): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const args = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--window-size=1400,1000',
  ];
  const child = spawn(
    chromium ?? '',
    [...args, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const socket = new WebSocket(await devToolsOf(child.stderr));
  await once(socket, 'open');
  const answers = new Map<number, (answer: Json) => void>();
  socket.on('message', (data) => {
    const answer = JSON.parse(String(data));
    answers.get(answer.id)?.(answer);
  });
  let sent = 0;
  const call = async (method: string, params: object = {}, sessionId?: string): Promise<Json> => {
    const id = ++sent;
    const answer = new Promise<Json>((resolve) => answers.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };

  const { targetId } = await call('Target.createTarget', { url });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  if (width !== undefined) {
    const screen = { width, height: 800, deviceScaleFactor: 1, mobile: true };
    await call('Emulation.setDeviceMetricsOverride', screen, sessionId);
  }
  const evaluate = async (expression: string): Promise<Json> => {
    const { result } = await call('Runtime.evaluate', { expression, returnByValue: true }, sessionId);
    return result.value;
  };
  const press = async (key: string, code: number, modifiers = 0) => {
    for (const type of ['rawKeyDown', 'keyUp']) {
      const params = { type, key, windowsVirtualKeyCode: code, modifiers };
      await call('Input.dispatchKeyEvent', params, sessionId);
    }
  };
  return {
    evaluate,
    waitFor: (expression) => until(() => evaluate(`Boolean(${expression})`)),
    async click(element) {
      const middle = `(({ x, y, width, height }) => [x + width / 2, y + height / 2])((${element}).getBoundingClientRect())`;
      const [x, y] = await evaluate(middle);
      for (const type of ['mousePressed', 'mouseReleased']) {
        const params = { type, x, y, button: 'left', clickCount: 1 };
        await call('Input.dispatchMouseEvent', params, sessionId);
      }
    },
    async replaceText(text) {
      await press('a', 65, 2); // Ctrl-A
      await press('Delete', 46);
      await call('Input.insertText', { text }, sessionId);
    },
    async close() {
      const ended = once(child, 'exit');
      await call('Browser.close').catch(() => {});
      socket.close();
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** The URL of the DevTools that a browser prints. */
async function devToolsOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const [url] = /ws:\/\/\S+/.exec(line) ?? [];
    if (!url) continue;
    output.resume();
    return url;
  }
  throw new Error('The browser did not start.');
}
