// SPDX-License-Identifier: Apache-2.0
// The real program on a real disk that is full, read-only or gone, and killed: what it answers meanwhile, that it goes on
// when the disk does, and that everything it ever acknowledged is there. The disk is a small one in memory, mounted here
// (or in a namespace of this process's own, where it is not root). Prints "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serve } from './serving.mjs';

const binary = resolve(process.argv[2] ?? 'build/release/creditfold');
const disk_megabytes = 8;

const disk = mkdtempSync(join(tmpdir(), 'creditfold-disk-'));
const small = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${disk_megabytes}m`, 'tmpfs', disk]).status === 0;
if (!small && !process.env.CREDITFOLD_IN_NAMESPACE) {
  rmSync(disk, { recursive: true });
  const inside = ['--user', '--map-root-user', '--mount'];
  const possible = spawnSync('unshare', [...inside, 'true']).status === 0;
  const again = spawnSync(possible ? 'unshare' : process.execPath, possible ? [...inside, process.execPath, ...process.argv.slice(1)] : process.argv.slice(1),
    { stdio: 'inherit', env: { ...process.env, CREDITFOLD_IN_NAMESPACE: '1' } });
  process.exit(again.status ?? 1);
}
if (!small) console.log('left out: no disk of a size can be mounted here; what is full and what is read-only is not tested');
const data = join(disk, 'data');

let passed = 0;
let failed = 0;
function check(holds, what, told = '') {
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? 'ok' : 'NOT OK'}: ${what}${holds ? '' : ` ${told}`}`);
}

let service;
async function start() {
  service = await serve(binary, ['--data', data]);
  return service.url;
}

const at = '2026-03-02T00:00:00Z';
const opening = [
  { command: 'OpenAccount', account: 'acme', key: 'open', at: '2026-03-01T00:00:00Z', environment: 'commercial', region: 'us' },
  { command: 'StartTerm', account: 'acme', key: 'term', at: '2026-03-01T00:00:00Z', product: 'ai_studio', plan: 'max', cadence: 'quarterly',
    starts_at: '2026-03-01T00:00:00Z', ends_at: '2027-03-01T00:00:00Z' }];
const charge = (number) => ({ command: 'RecordUsage', account: 'acme', key: `u${number}`, at, usage: `usage-${number}`, plan: 'max',
  workflow: `workflow-${number % 7}`, model: 'gpt-4o', query: 0, input: 1000 + number, output: 10, memo: `what number ${number} was for `.repeat(8) });

// The request's status, and an answer for each command where there is one.
async function post(url, commands) {
  const response = await fetch(`${url}/v1/commands`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' },
    body: commands.map((command) => JSON.stringify(command)).join('\n') });
  const text = await response.text();
  return { status: response.status, text, answers: response.status === 200 ? text.trim().split('\n').map((line) => JSON.parse(line)) : [] };
}
const balance = async (url) => (await fetch(`${url}/v1/accounts/acme/balance`)).status;
const ready = async (url) => (await fetch(`${url}/readyz`)).status;

const acknowledged = [];
let next = 0;
// Charges until one is answered otherwise than with 200; that answer. `most`: give up then.
async function charge_until_refused(url, most) {
  for (let done = 0; done < most; done += 100) {
    const commands = Array.from({ length: 100 }, () => charge(next++));
    const { status, text, answers } = await post(url, commands);
    answers.forEach((answer, index) => { if (answer.accepted) acknowledged.push(commands[index]); });
    if (status !== 200 || answers.some((answer) => !answer.accepted)) return { status, text };
  }
  return { status: 200, text: '' };
}
async function recovers(url) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const command = charge(next++);
    const { answers } = await post(url, [command]);
    if (answers[0]?.accepted) {
      acknowledged.push(command);
      return true;
    }
    await new Promise((later) => setTimeout(later, 100));
  }
  return false;
}

async function fill_the_disk(url) {
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(4 << 20));
  const full = await charge_until_refused(url, 100_000);
  check(full.status === 507, 'a full disk is answered with 507', `${full.status} ${full.text.slice(0, 300)}`);
  check(JSON.parse(full.text.split('\n')[0]).error?.code === 'storage_full', 'and says storage_full', full.text.slice(0, 300));
  check(acknowledged.length >= 1_000, 'after many charges were taken', acknowledged.length);
  check(await balance(url) === 200, 'balances can be read meanwhile');
  check(await ready(url) === 503, 'and the service says that it is not ready');
  check(statfsSync(disk).bavail * statfsSync(disk).bsize < 1 << 20, 'the disk is really full');
  rmSync(ballast);
  check(await recovers(url), 'with room again it takes charges again');
  check((await charge_until_refused(url, 300)).status === 200, 'and goes on');
}

function read_only_disk() {
  if (spawnSync('mount', ['-o', 'remount,ro', disk]).status === 0) {
    const started = spawnSync(binary, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { encoding: 'utf8', timeout: 60_000 });
    check(started.status === 4, 'on a read-only disk it ends with status 4', `${started.status} ${started.stderr}`);
    check(/read-only/i.test(started.stderr), 'and says so', started.stderr);
    const read = spawnSync(binary, ['balance', '--data', data, '--account', 'acme', '--json'], { encoding: 'utf8' });
    check(read.status === 0, 'while balances can be read there', `${read.status} ${read.stderr}`);
    spawnSync('mount', ['-o', 'remount,rw', disk]);
  }
}

try {
  let url = await start();
  await post(url, opening);

  if (small) await fill_the_disk(url);
  else await charge_until_refused(url, 2_000);
  await service.stop('SIGKILL');
  if (small) read_only_disk();

  url = await start();
  let lost = 0;
  let doubled = 0;
  for (let first = 0; first < acknowledged.length; first += 500) {
    const { answers } = await post(url, acknowledged.slice(first, first + 500));
    for (const answer of answers) {
      if (!answer.accepted) lost += 1;
      else if (!answer.replayed) doubled += 1;
    }
  }
  check(lost === 0 && doubled === 0, `killed and started again, it has all ${acknowledged.length} charges it had acknowledged`, `${lost} lost, ${doubled} not known`);

  const ledger = join(data, 'us', 'ledger.db');
  renameSync(ledger, `${ledger}.aside`);
  const gone = await charge_until_refused(url, 100);
  check(gone.status === 503, 'a ledger that is gone is answered with 503', `${gone.status} ${gone.text.slice(0, 300)}`);
  check(!existsSync(ledger), 'and no other takes its place');
  await service.stop();
  renameSync(`${ledger}.aside`, ledger);
  url = await start();
  check(await recovers(url), 'put back, it takes charges again');
  check((await service.stop()).status === 0, 'and stops cleanly');

  const verified = spawnSync(binary, ['verify', data], { encoding: 'utf8' });
  check(verified.status === 0, 'verify finds nothing wrong', verified.stderr);
} catch (error) {
  check(false, 'the test runs to its end', error.stack);
} finally {
  await service?.stop('SIGKILL');
  if (small) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
