// SPDX-License-Identifier: Apache-2.0
// The service in a process of its own, on a free port of loopback.
import { spawn } from 'node:child_process';

const patience_ms = 60_000;

// Its address as soon as it says one. `ended` and `stop` tell the exit status and the signal. What it says on standard
// error is kept, and shown where `loud`.
export async function serve(binary, args, { env = process.env, loud = false } = {}) {
  const service = spawn(binary, ['serve', '--listen', '127.0.0.1:0', ...args], { env, stdio: ['ignore', 'inherit', 'pipe'] });
  let said = '';
  const ended = new Promise((done) => service.on('exit', (status, signal) => done({ status, signal })));
  const url = await new Promise((found, fail) => {
    const late = setTimeout(() => {
      service.kill('SIGKILL');
      fail(new Error(`the service said no address within ${patience_ms / 1000} s: ${said}`));
    }, patience_ms);
    service.stderr.on('data', (piece) => {
      if (loud) process.stderr.write(piece);
      said += piece;
      const match = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (!match) return;
      clearTimeout(late);
      found(match[0]);
    });
    ended.then(({ status, signal }) => {
      clearTimeout(late);
      fail(new Error(`the service ended with ${status ?? signal}: ${said}`));
    });
  });
  return {
    url, ended,
    said: () => said,
    stop(signal = 'SIGTERM') {
      service.kill(signal);
      return ended;
    },
  };
}
