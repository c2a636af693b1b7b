import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../persisted-operations/gateway.ts';

/** Runs all tests of this folder against one gateway, which is started as a user would start it. */
const dataDir = mkdtempSync(join(tmpdir(), 'clients-'));
const gateway = await startGateway(dataDir);
try {
  const tests = spawn(process.execPath, ['--test', '*.test.ts', 'relay/*.test.ts'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
    env: { ...process.env, SEGMENTS_URL: gateway.url, SEGMENTS_TOKEN: gateway.token },
  });
  [process.exitCode] = await once(tests, 'exit');
} finally {
  await gateway.stop();
  rmSync(dataDir, { recursive: true });
}
