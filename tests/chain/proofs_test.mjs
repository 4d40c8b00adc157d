// SPDX-License-Identifier: Apache-2.0
// Fills a ledger, serves it, and has a program of another library check what it can be held against (tests/chain/go).
// Prints that program's "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serve } from '../serving.mjs';

const binary = resolve(process.argv[2] ?? 'build/release/creditfold');
const work = mkdtempSync(join(tmpdir(), 'creditfold-proofs-'));
const data = join(work, 'data');

function creditfold(words, input = '') {
  const { status, stdout, stderr } = spawnSync(binary, words, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`creditfold ${words.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
const lines = (commands) => commands.map((command) => JSON.stringify(command) + '\n').join('');
const uses = (from, to) => Array.from({ length: to - from }, (_, i) => ({
  command: 'RecordUsage', account: 'acme', key: `use-${from + i}`, usage: `run-${from + i}`, at: '2026-01-02T00:00:00Z',
  workflow: 'triage', model: 'gpt-4o-mini', query: 0, input: 100, output: 10,
}));

function kept(name, text) {
  const file = join(work, name);
  writeFileSync(file, text);
  return file;
}

let status = 1;
try {
  creditfold(['apply', '--data', data], lines([
    { command: 'OpenAccount', account: 'acme', key: 'open', environment: 'commercial', region: 'us', at: '2026-01-01T00:00:00Z' },
    { command: 'StartTerm', account: 'acme', key: 'plan', product: 'ai_studio', plan: 'plus', cadence: 'monthly',
      starts_at: '2026-01-01T00:00:00Z', ends_at: '2027-01-01T00:00:00Z', at: '2026-01-01T00:00:00Z' },
    ...uses(0, 300),
  ]));
  const seen = kept('seen', creditfold(['checkpoint', '--data', data]));
  creditfold(['apply', '--data', data], lines(uses(300, 1500)));
  const vkey = kept('vkey', creditfold(['checkpoint', '--data', data, '--key']));
  const proofs = [
    kept('event-1', creditfold(['prove', '--data', data, '--seq', '1', '--json'])),
    kept('version-700', creditfold(['prove', '--data', data, '--account', 'acme', '--version', '700', '--json'])),
    kept('continuation', creditfold(['prove', '--data', data, '--from', seen, '--json'])),
  ];
  mkdirSync('build', { recursive: true });
  const program = resolve('build/proofs');
  const environment = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '',
    GOCACHE: resolve('build/go-cache') };
  const built = spawnSync('go', ['build', '-o', program, 'tests/chain/go/proofs.go'], { env: environment, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('go could not build tests/chain/go/proofs.go');
  const service = await serve(binary, ['--data', data]);
  status = spawnSync(program, [service.url, 'acme', seen, vkey, ...proofs], { stdio: 'inherit' }).status;
  await service.stop();
} catch (error) {
  console.log(`${error}\n0 passed, 1 failed`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit(status);
