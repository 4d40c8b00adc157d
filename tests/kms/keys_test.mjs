// SPDX-License-Identifier: Apache-2.0
// The customer's key from enrolment to revocation, against the real program and a KMS stand-in over HTTP (EKM-1, EKM-5).
// Prints each sentence with its outcome and "N passed, N failed". Nothing is measured by a clock.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  all_open, at, credentials, environment, events, get, holds, log_bytes, none_open, run, send, serve, texts_of, until,
} from './program.mjs';
import { StandIn } from './stand_in.mjs';

const work = mkdtempSync(join(tmpdir(), 'creditfold-keys-'));
const one = 'arn:aws:kms:eu-central-1:111122223333:key/one';
const two = 'arn:aws:kms:eu-central-1:111122223333:alias/team/two';
const far = 'arn:aws:kms:us-west-2:111122223333:key/far';

let passed = 0;
let failed = 0;
function check(sentence, holds, detail = '') {
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${sentence}${holds ? '' : `: ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`}`);
}

// The operations asked, each once where a busy machine had it asked again.
const asked = ({ calls }) => calls.map(({ operation }) => operation).filter((one_of, i, all) => one_of !== all[i - 1]).join();

const set_up = (account) => [
  { command: 'OpenAccount', account, key: 'open', environment: 'commercial', region: 'us' },
  { command: 'StartTerm', account, key: 'seats', product: 'enterprise', seats: 10, starts_at: '2026-01-01T00:00:00Z',
    ends_at: '2036-01-01T00:00:00Z' },
  { command: 'StartTerm', account, key: 'plan', product: 'ai_studio', plan: 'plus', cadence: 'monthly',
    starts_at: '2026-01-01T00:00:00Z', ends_at: '2036-01-01T00:00:00Z' },
  { command: 'AddProduct', account, key: 'ekm', product: 'ekm' },
];
let number = 0;
const charge = (account, memo) => {
  number += 1;
  return { command: 'RecordUsage', account, key: `use-${number}`, usage: `run-${number}`, workflow: 'triage', model: 'gpt-4o-mini',
    query: 0, input: 1000, output: 100, memo };
};
const rotate = (account, key_arn, key, more = {}) => ({ command: 'RotateKey', account, key, key_arn, ...more });

const kms = new StandIn(credentials);
for (const arn of [one, two, far]) kms.add(arn);
await kms.start();
const with_kms = ['--key-service', 'aws-kms', '--kms-endpoint', kms.url];

async function story() {
  const data = join(work, 'story');
  let service = await serve(data, with_kms);
  for (const command of [...set_up('acme'), ...set_up('plain')]) await send(service, command);
  await send(service, charge('acme', 'before any key'));
  await send(service, charge('plain', 'a memo of an account without a key'));
  check('EKM-5: without a key free text lies as it is, and this search finds it', holds(data, 'a memo of an account without a key'));

  const { classes } = await get(service, '/v1/data-classes');
  const class_of = (name) => classes.find((one_class) => one_class.class === name);
  check('EKM-2, EKM-3: the classes of data are served', class_of('video')?.encrypted === false && class_of('video').clause === 'EKM-2'
    && class_of('directory_profile').clause === 'EKM-3' && class_of('customer_free_text').protection === 'sealed', classes);
  const catalog = await get(service, '/v1/catalog');
  const vendors = await send(service, rotate('acme', `arn:aws:kms:eu-central-1:${catalog.vendor_aws_account}:key/x`, 'r0'));
  check('EKM-1: a key in the vendor’s account is refused without asking anybody',
    vendors.refused?.code === 'key_not_customers' && kms.calls.length === 0, vendors);
  const enrolled = await send(service, rotate('acme', one, 'r1', { reason: 'the customer brings a key' }));
  check('EKM-1: a key is enrolled after its description and a round trip, and the answer is open',
    enrolled.accepted?.at(-1).type === 'KeyRotated' && enrolled.accepted.at(-1).reason === 'the customer brings a key'
      && asked(kms) === 'DescribeKey,Encrypt,Decrypt,Encrypt', kms.calls);
  check('EKM-1: the stand-in refuses nothing that was signed', kms.calls.every(({ refused }) => !refused));
  kms.calls.length = 0;
  const again = await send(service, rotate('acme', one, 'r1', { reason: 'the customer brings a key' }));
  check('EKM-1: the same command again asks nobody', again.replayed === true && kms.calls.length === 0, kms.calls);

  const remark = charge('acme', 'the invoice of Mrs. Example');
  const charged = await send(service, remark);
  check('EKM-5: a charge with a memo is answered open', charged.accepted?.at(-1).memo === 'the invoice of Mrs. Example', charged);
  check('EKM-5: a sealed memo lies in no byte of the data directory', !holds(data, 'Mrs. Example'));
  check('EKM-5: and neither does the reason of the enrolment itself', !holds(data, 'the customer brings a key'));
  check('EKM-5: the stream shows every text open', all_open(await events(service, 'acme')));
  const stored = (await run(['export', '--data', data, '--format', 'jsonl', '--account', 'acme', '--key-service', 'none'])).stdout;
  check('EKM-5: without the key service an export shows it sealed, in form 1', /"memo":\{"sealed":"ff01/.test(stored));
  const opened = (await run(['export', '--data', data, '--format', 'jsonl', '--account', 'acme', ...with_kms])).stdout;
  check('EKM-5: with it, open', opened.includes('Mrs. Example') && !opened.includes('sealed'));

  const keyless = await run(['keys', 'check', '--data', data, '--account', 'plain', '--json']);
  check('EKM-1: an account without a key has none to check', keyless.status === 1 && JSON.parse(keyless.stdout).code === 'no_key', keyless);
  const nobody = await run(['keys', 'check', one, '--data', data, '--account', 'nobody']);
  check('EKM-1: nor has an account there is not', nobody.status === 1 && nobody.stderr.includes('no account nobody'), nobody);

  const before = await get(service, '/v1/accounts/acme');
  const bytes = await log_bytes(service, 'acme', before.seq);
  kms.calls.length = 0;
  kms.next = ['ThrottlingException', 'drop'];
  const rotated = await run(['keys', 'rotate', two, '--data', data, '--account', 'acme', '--reason', 'yearly', '--json']);
  check('EKM-5: the command line rotates through the service that holds the directory, past throttling and a lost connection',
    rotated.status === 0 && JSON.parse(rotated.stdout).accepted.at(-1).previous === one, rotated);
  check('EKM-5: a rotation re-wraps with ReEncrypt', kms.calls.some(({ operation }) => operation === 'ReEncrypt'), kms.calls);
  check('EKM-5: a rotation rewrites nothing', bytes.equals(await log_bytes(service, 'acme', before.seq)));
  check('EKM-5: old memos read after it', all_open(await events(service, 'acme')));
  kms.calls.length = 0;
  const moved = await send(service, rotate('acme', far, 'r2'));
  check('EKM-5: into another region it decrypts here and encrypts there', moved.accepted?.[0].key_arn === far
    && !kms.calls.some(({ operation }) => operation === 'ReEncrypt'), moved);

  await refusals(service);
  await slow(service);
  return { data, service, remark };
}

async function refusals(service) {
  const { seq } = await get(service, '/v1/accounts/acme');
  const refused = async (sentence, arn, code, prepare, undo) => {
    prepare();
    const answer = await send(service, rotate('acme', arn, `bad-${(number += 1)}`));
    undo();
    const text = JSON.stringify(answer);
    check(`EKM-1: ${sentence} is unusable, with the service’s code and nothing else it said`,
      answer.refused?.code === 'key_unusable' && answer.refused.details.key_service === code
        && !text.includes('said in private') && !text.includes(credentials.secretAccessKey), answer);
  };
  await refused('a key that is denied', one, 'AccessDeniedException', () => kms.denied.add(one), () => kms.denied.delete(one));
  await refused('a disabled key', one, 'not_enabled', () => kms.set_state(one, 'Disabled'), () => kms.set_state(one, 'Enabled'));
  await refused('a key nobody has', `${one}-not`, 'NotFoundException', () => {}, () => {});
  const signing = 'arn:aws:kms:eu-central-1:111122223333:key/signing';
  kms.add(signing, { usage: 'SIGN_VERIFY' });
  await refused('a key for signatures', signing, 'not_for_encryption', () => {}, () => {});
  await refused('a service that stays busy', one, 'ThrottlingException',
    () => (kms.next = Array(3).fill('ThrottlingException')), () => (kms.next = []));
  const foreign = 'arn:aws:kms:eu-central-1:111122223333:key/foreign';
  kms.add(foreign, { account: '999999999999' });
  const answer = await send(service, rotate('acme', foreign, 'foreign'));
  check('EKM-1: a key that turns out to be the vendor’s is not the customer’s', answer.refused?.code === 'key_not_customers', answer);
  const checked = await run(['keys', 'check', foreign, '--data', join(work, 'story'), '--account', 'acme']);
  check('EKM-1: a check through the service says so too', checked.status === 1 && /cannot be used/.test(checked.stdout), checked);
  const well = await run(['keys', 'check', '--data', join(work, 'story'), '--account', 'acme', '--json']);
  check('EKM-1: a check of the account’s own key is well', well.status === 0 && JSON.parse(well.stdout).usable === true, well);
  check('EKM-1: none of this was recorded', (await get(service, '/v1/accounts/acme')).seq === seq);
}

// A rotation that hangs keeps nobody waiting, and answers keep their order within its own request.
async function slow(service) {
  kms.slow = true;
  let answered = false;
  const lines = [charge('acme', 'first'), rotate('acme', one, 'r-slow'), charge('acme', 'last')]
    .map((command) => JSON.stringify({ at, ...command })).join('\n');
  const hanging = fetch(`${service.url}/v1/commands`, {
    method: 'POST', headers: { 'Content-Type': 'application/x-ndjson' }, body: lines,
  }).then(async (response) => {
    const text = await response.text();
    answered = true;
    return text.trim().split('\n').map((line) => JSON.parse(line));
  });
  await until(() => kms.calls.at(-1)?.operation === 'DescribeKey');
  const charged = await send(service, charge('acme', 'while a rotation hangs'));
  check('EKM-5: a slow KMS blocks no charge', charged.accepted?.at(-1).memo === 'while a rotation hangs' && !answered, charged);
  kms.release();
  const [first, rotation, last] = await hanging;
  check('EKM-5: what was sent with the rotation is answered in order', first.accepted?.at(-1).memo === 'first'
    && rotation.accepted?.[0].key_arn === one && last.accepted?.at(-1).memo === 'last', [first, rotation, last]);
}

async function down({ data, service, remark }) {
  check('the service stops cleanly', (await service.stop()).status === 0);
  const { port } = kms;
  await kms.stop();
  service = await serve(data, with_kms);
  const during = charge('acme', 'written while the KMS was down');
  const charged = await send(service, during);
  check('EKM-5: with the KMS down a charge goes through, and its own answer is open',
    charged.accepted?.at(-1).memo === 'written while the KMS was down', charged);
  check('EKM-5: its memo is sealed all the same', !holds(data, 'while the KMS was down'));
  const stored = (await run(['export', '--data', data, '--format', 'jsonl', '--account', 'acme', '--key-service', 'none'])).stdout;
  check('EKM-5: to the public key (form 2), for the data key is not at hand', /"memo":\{"sealed":"ff02/.test(stored));
  const seen = await events(service, 'acme');
  check('EKM-5: sealed memos read as sealed meanwhile, and only those', texts_of(seen).filter((text) => text === 'before any key').length === 1
    && none_open(seen.filter((event) => event.memo !== 'before any key')));
  const replayed = await send(service, remark);
  check('EKM-5: a replayed answer comes, with the memo as sealed', replayed.replayed && /^ff01/.test(replayed.accepted.at(-1).memo.sealed), replayed);
  const refused = await send(service, rotate('acme', two, 'r-down'));
  check('EKM-5: a rotation is refused with a clear sentence', refused.refused?.code === 'key_unusable'
    && refused.refused.details.key_service === 'unreachable', refused);
  await kms.start(port);
  check('EKM-5: when the KMS is back everything opens again, what was written meanwhile too',
    await until(async () => all_open(await events(service, 'acme'))));
  check('EKM-5: and in replayed answers', await until(async () => (await send(service, during)).accepted?.at(-1).memo === during.memo));
  return { data, service, remark };
}

async function revoked({ data, service, remark }) {
  const before = await get(service, '/v1/accounts/acme/balance');
  const answer = await run(['keys', 'revoke', '--data', data, '--account', 'acme', '--reason', 'we part ways']);
  check('EKM-5: the customer revokes', answer.status === 0, answer);
  const later = await send(service, charge('acme', 'after the end'));
  check('EKM-5: charges go on', later.accepted?.at(-1).type === 'CreditsConsumed', later);
  const balance = await get(service, '/v1/accounts/acme/balance');
  const consumed = ({ usage }) => usage.reduce((sum, line) => sum + line.charges, 0);
  check('EKM-5: amounts fold', consumed(balance) === consumed(before) + 1 && balance.key.state === 'revoked', balance.key);
  const sealed = async (from) => none_open((await events(from, 'acme')).filter((event) => event.memo !== 'before any key'));
  check('EKM-5: everything that was sealed reads as sealed', await sealed(service));
  const replayed = await send(service, remark);
  check('EKM-5: replays answer, sealed', replayed.replayed && replayed.accepted.at(-1).memo.sealed.startsWith('ff01'), replayed);
  const refused = await send(service, rotate('acme', two, 'r-after'));
  check('EKM-5: nothing rotates a revoked key', refused.refused?.code === 'key_revoked', refused);
  check('the service stops cleanly', (await service.stop()).status === 0);
  service = await serve(data, with_kms);
  check('EKM-5: after a restart too', await sealed(service));
  check('the service stops cleanly', (await service.stop()).status === 0);

  kms.calls.length = 0;
  const exported = await run(['export', '--data', data, '--format', 'jsonl', '--account', 'acme', ...with_kms]);
  check('EKM-5: an export shows it sealed, and asks no KMS', exported.status === 0 && !exported.stdout.includes('Mrs. Example')
    && exported.stdout.includes('"sealed":"ff02') && kms.calls.length === 0);
  for (const text of ['Mrs. Example', 'after the end', 'we part ways', 'while a rotation hangs']) {
    check(`EKM-5: “${text}” lies in no byte of the data directory`, !holds(data, text));
  }
  const log = join(work, 'acme.cflog');
  await run(['export', '--data', data, '--format', 'cflog', '--account', 'acme', '--output', log]);
  check('EKM-5: the account’s .cflog verifies without any key', (await run(['verify', log], { env: { PATH: process.env.PATH } })).status === 0);
  check('EKM-5: the data directory verifies', (await run(['verify', data])).status === 0);
  const shown = await run(['keys', '--data', data, '--account', 'acme', '--key-service', 'none']);
  check('EKM-5: `keys` shows the history, with sealed reasons as sealed', shown.status === 0 && shown.stdout.includes('revoked')
    && shown.stdout.includes('(sealed)') && shown.stdout.includes(two), shown);
  const report = JSON.parse((await run(['keys', '--data', data, '--account', 'acme', '--json'])).stdout);
  const memos = report.texts.find(({ field }) => field === 'memo');
  check('EKM-5: and what still reads', memos.plain === 1 && memos.reads === 1 && memos.sealed >= 5, memos);
}

// A key service that never answers keeps the service neither from charging nor from ending.
async function hanging() {
  const data = join(work, 'hanging');
  const service = await serve(data, with_kms);
  for (const command of set_up('acme')) await send(service, command);
  kms.slow = true;
  kms.calls.length = 0;
  const rotation = send(service, rotate('acme', one, 'r-hang')).then((answer) => answer, () => 'cut off');
  await until(() => kms.calls.length > 0);
  check('EKM-5: the service stops while a rotation hangs', (await service.stop()).status === 0);
  const answer = await rotation;
  check('EKM-5: and who asked for it hears that it was not done', answer === 'cut off' || !answer.accepted, answer);
  kms.release();
  const exported = await run(['export', '--data', data, '--format', 'jsonl', '--account', 'acme']);
  check('EKM-5: nothing of it was recorded', exported.status === 0 && !exported.stdout.includes('KeyRotated'), exported);
}

async function by_command_line() {
  const data = join(work, 'cli');
  const lines = [...set_up('acme'), charge('acme', 'plain'), rotate('acme', one, 'r1'), charge('acme', 'under seal')];
  const input = lines.map((command) => JSON.stringify({ at, ...command })).join('\n');
  const applied = await run(['apply', '--data', data, ...with_kms, '-'], { input });
  const answers = applied.stdout.trim().split('\n').map((line) => JSON.parse(line));
  check('EKM-1: apply runs a rotation between the commands before it and after', answers.length === lines.length
    && answers[5].accepted?.[0].type === 'KeyRotated' && answers[6].accepted?.at(-1).memo === 'under seal', applied);
  check('EKM-5: and seals', holds(data, 'plain') && !holds(data, 'under seal'));
  const again = await run(['apply', '--data', data, ...with_kms, '-'], { input });
  const replays = again.stdout.trim().split('\n').map((line) => JSON.parse(line));
  check('EKM-5: applied again, every answer is the stored one, open', replays.every(({ replayed }) => replayed)
    && replays[6].accepted.at(-1).memo === 'under seal', replays[6]);

  const wrong = await run(['keys', 'check', one, '--data', data, '--account', 'acme', ...with_kms, '--json'],
    { env: environment({ AWS_SECRET_ACCESS_KEY: 'another' }) });
  check('EKM-1: the stand-in sees a wrong signature', wrong.status === 1
    && JSON.parse(wrong.stdout).code === 'SignatureDoesNotMatchException', wrong);
  const stale = await run(['keys', 'check', one, '--data', data, '--account', 'acme', ...with_kms, '--json'],
    { env: environment({ AWS_SESSION_TOKEN: 'of another session' }) });
  check('EKM-1: and a wrong session', JSON.parse(stale.stdout).code === 'InvalidClientTokenIdException', stale);
  const without = await run(['keys', 'check', one, '--data', data, '--account', 'acme', ...with_kms], { env: { PATH: process.env.PATH } });
  check('EKM-1: without credentials it says which are missing', without.status === 2 && without.stderr.includes('AWS_ACCESS_KEY_ID'), without);
  for (const endpoint of ['http://kms.example/', 'ftp://127.0.0.1/', 'not a url', 'https://user@kms.example/']) {
    const bad = await run(['keys', 'check', one, '--data', data, '--account', 'acme', '--key-service', 'aws-kms', '--kms-endpoint', endpoint]);
    check(`EKM-1: ${endpoint} is no endpoint`, bad.status === 2 && bad.stderr.includes('--kms-endpoint'), bad);
  }
  const classes = await run(['keys', 'classes']);
  check('EKM-2: `keys classes` shows what is encrypted and what is not', classes.status === 0
    && /customer_free_text +sealed +EKM-5/.test(classes.stdout) && /video +no +EKM-2/.test(classes.stdout), classes.stdout);
}

async function local() {
  const data = join(work, 'local');
  const input = [...set_up('acme'), rotate('acme', one, 'r1'), charge('acme', 'under seal')]
    .map((command) => JSON.stringify({ at, ...command })).join('\n');
  const applied = await run(['apply', '--data', data, '-'], { input, env: { PATH: process.env.PATH } });
  check('EKM-1: the local key service serves development', JSON.parse(applied.stdout.trim().split('\n')[4]).accepted?.length === 1, applied);
  check('EKM-1: its file is its owner’s only', (statSync(join(data, 'local-keys')).mode & 0o777) === 0o600);
  check('EKM-5: it seals too', !holds(data, 'under seal'));
  const exported = await run(['export', '--data', data, '--format', 'jsonl'], { env: { PATH: process.env.PATH } });
  check('EKM-5: and opens', exported.stdout.includes('under seal'));
  const remote = await run(['serve', '--data', join(work, 'remote'), '--listen', '0.0.0.0:0', '--allow-remote', '--key-service', 'local']);
  check('EKM-1: it is refused by a service that listens beyond this machine', remote.status === 2
    && remote.stderr.includes('--key-service local'), remote);
}

try {
  await revoked(await down(await story()));
  await hanging();
  await by_command_line();
  await local();
} catch (error) {
  check('nothing breaks', false, error.stack);
} finally {
  await kms.stop().catch(() => {});
  rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
