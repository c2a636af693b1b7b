import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import type { Json } from './client.ts';

/** The command of a Chromium, or undefined if none is installed. */
export const chromium = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].find(
  (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0,
);

const ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--window-size=1400,1000',
  '--remote-debugging-port=0',
];

/** An empty tab of a browser that was started for it, and the Chrome DevTools Protocol to drive it. */
export interface Tab {
  call(method: string, params?: object): Promise<Json>;
  close(): Promise<void>;
}

/** Starts a browser without a window, and passes each event of its tab on. */
export async function openTab(onEvent: (method: string, params: Json) => void): Promise<Tab> {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const child = spawn(chromium ?? '', [...ARGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const socket = new WebSocket(await devToolsOf(child.stderr));
  await once(socket, 'open');
  const answers = new Map<number, (answer: Json) => void>();
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.id === undefined) onEvent(message.method, message.params);
    else answers.get(message.id)?.(message);
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

  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  return {
    call: (method, params) => call(method, params, sessionId),
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
