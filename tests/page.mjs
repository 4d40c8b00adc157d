// SPDX-License-Identifier: Apache-2.0
// Starts the real service on a free port with a fresh demo, drives the page in Chromium (web/tests/e2e), stops the
// service by its own process id, and prints "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serve } from './serving.mjs';

const binary = resolve(process.argv[2] ?? 'build/release/creditfold');
const data = mkdtempSync(join(tmpdir(), 'creditfold-page-'));
const service = await serve(binary, ['--data', data, '--demo'], { loud: true });

const run = spawnSync('npx', ['playwright', 'test', '--reporter=line,json'], {
  cwd: 'web',
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
  maxBuffer: 1 << 28,
  env: {
    ...process.env,
    CREDITFOLD_URL: service.url,
    CREDITFOLD_BIN: binary,
    CREDITFOLD_DATA: data,
    PLAYWRIGHT_JSON_OUTPUT_NAME: join(data, 'report.json'),
  },
});
process.stdout.write(run.stdout);
const { status } = await service.stop();
const { default: report } = await import(join(data, 'report.json'), { with: { type: 'json' } });
rmSync(data, { recursive: true, force: true });
const { expected, unexpected, flaky } = report.stats;
if (status !== 0) console.log(`the service did not stop cleanly: status ${status}`);
const failed = unexpected + flaky + (status === 0 ? 0 : 1);
console.log(`${expected} passed, ${failed} failed`);
process.exit(failed === 0 && run.status === 0 ? 0 : 1);
