// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL server for as long as a benchmark runs: a cluster of its own in a directory of its own, on a socket there
// and on no port, with the durability it has by default. Whatever other server the machine runs is left alone.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './bench-rows.mjs';

const programs = '/usr/lib/postgresql/15/bin';

export const has_postgres = () => existsSync(join(programs, 'postgres'));

// It refuses to run as root: then it runs as the user that its package made.
function user() {
  if (process.getuid() !== 0) return {};
  return { uid: Number(run('id', ['-u', 'postgres'])), gid: Number(run('id', ['-g', 'postgres'])) };
}

// REQUIRES: others may enter `home`'s parents.
export async function start_postgres(home) {
  const who = user();
  mkdirSync(home, { mode: 0o700 });
  if (who.uid !== undefined) chownSync(home, who.uid, who.gid);
  const data = join(home, 'data');
  const log = join(home, 'log');
  const made = spawnSync(join(programs, 'initdb'), ['-D', data, '-U', 'bench', '--auth=trust', '--no-locale', '--encoding=UTF8'],
    { ...who, cwd: home, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr?.trim()}`);
  const output = openSync(log, 'w');
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-k', home, '-c', 'listen_addresses='],
    { ...who, cwd: home, stdio: ['ignore', output, output] });
  const ended = new Promise((resolve) => server.once('close', resolve));
  // A fast shutdown, also when the benchmark ends early.
  const stop_now = () => server.kill('SIGINT');
  process.once('exit', stop_now);
  const stop = async () => {
    process.off('exit', stop_now);
    stop_now();
    await ended;
  };
  for (let tries = 0; spawnSync(join(programs, 'pg_isready'), ['-q', '-h', home]).status !== 0; tries += 1) {
    if (server.exitCode !== null || tries === 300) {
      await stop();
      throw new Error(`PostgreSQL did not start: ${readFileSync(log, 'utf8').trim().split('\n').at(-1)}`);
    }
    await sleep(100);
  }
  return { socket: home, stop };
}
