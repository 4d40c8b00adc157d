// SPDX-License-Identifier: Apache-2.0
// The program and its service as a test drives them, and what is looked for in their answers and files.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serve as serve_program } from '../serving.mjs';

const binary = resolve(process.argv[2] ?? 'build/release/creditfold');
export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'never/to+be=shown', sessionToken: 'token//of==a+session' };
/** The moment of every command that says none of its own. */
export const at = '2026-02-01T00:00:00Z';

export const environment = (more = {}) => ({
  PATH: process.env.PATH, AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken, ...more,
});

// Not spawnSync: the stand-in lives in this process and has to answer meanwhile.
export function run(args, { input = '', env = environment() } = {}) {
  return new Promise((done) => {
    const child = spawn(binary, args, { env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (piece) => (stdout += piece));
    child.stderr.on('data', (piece) => (stderr += piece));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('close', (status) => done({ status, stdout, stderr }));
  });
}

export const serve = (data, more, env = environment()) =>
  serve_program(binary, ['--data', data, '--close-after', '31000000', ...more], { env });

export async function send(service, command) {
  const response = await fetch(`${service.url}/v1/commands`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ at, ...command }),
  });
  return response.json();
}

export const get = async (service, path) => (await fetch(service.url + path)).json();

// Every event of the account, as the service streams them now.
export async function events(service, account) {
  const { seq } = await get(service, `/v1/accounts/${account}`);
  const control = new AbortController();
  const response = await fetch(`${service.url}/v1/events?after=0&account=${account}`, { signal: control.signal });
  const found = [];
  let text = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const lines = text.split('\n');
    text = lines.pop();
    for (const line of lines) if (line.startsWith('data: ')) found.push(JSON.parse(line.slice(6)));
    if (found.at(-1)?.seq >= seq) break;
  }
  control.abort();
  return found;
}
export const texts_of = (list) => list.map((event) => event.memo ?? event.reason).filter((text) => text !== undefined);
export const all_open = (list) => texts_of(list).every((text) => typeof text === 'string');
export const none_open = (list) => texts_of(list).every((text) => typeof text === 'object' && /^ff0[12]/.test(text.sealed));

export async function log_bytes(service, account, to) {
  return Buffer.from(await (await fetch(`${service.url}/v1/accounts/${account}/log?after=0&to=${to}`)).arrayBuffer());
}

// Whether any file below a folder holds the text.
export function holds(folder, text) {
  return readdirSync(folder).some((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? holds(path, text) : readFileSync(path).includes(text);
  });
}

export async function until(asked) {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await asked()) return true;
    await new Promise((later) => setTimeout(later, 100));
  }
  return false;
}
