// SPDX-License-Identifier: Apache-2.0
// The worker that owns the ledger: answers the page's questions in order of arrival and tells it what happened.

import module_url from '@core-wasm?url';
import { FaultError, fault_of } from './core/fault';
import { load_module, type LedgerModule, type LogPart } from './core/ledger';
import type { Moment, Opened, PictureData, Questions, Tiding } from './core/protocol';
import { faults } from './text';
import { answer_with, type Answers } from './worker/answering';
import { breathe } from './worker/breath';
import { fill, shipped_catalog, survey, type Filled } from './worker/local';
import { Service } from './worker/service';
import { Session } from './worker/session';

// Asked for at once, so that the module compiles while the account list is fetched.
let loading: Promise<LedgerModule> | undefined;
const module = (): Promise<LedgerModule> => (loading ??= load_module(fetch(module_url)));
module().catch(() => {
  loading = undefined;
});

let service: Service | undefined;
let session: Session | undefined;
let local_accounts: string[] = [];
let unfollow: (() => void) | undefined;
// A file that was read beside what is open.
let prepared: Filled | undefined;

const post = (tiding: Tiding): void => self.postMessage(tiding);

function opened(): Session {
  if (!session) throw new FaultError({ code: 'unknown_account', message: faults.none_open });
  return session;
}

// Which opening the page waits for. The others stop at their next breath.
let waited_for = 0;

/** Both throw once the page waits for something else; `pause` first lets others ask. */
function wait(): { still(): void; pause(): Promise<void> } {
  const mine = waited_for;
  const still = (): void => {
    if (mine !== waited_for) throw new FaultError({ code: 'left', message: faults.left });
  };
  return {
    still,
    async pause() {
      await breathe();
      still();
    },
  };
}

function stop_reading(): void {
  waited_for += 1;
  prepared?.ledger?.close();
  prepared = undefined;
}

function leave(): void {
  stop_reading();
  session?.close();
  session = undefined;
  service = undefined;
  unfollow?.();
}

async function prepare({ source }: Questions['prepare']['ask']): Promise<Record<never, never>> {
  stop_reading();
  const { pause } = wait();
  if (source) prepared = await fill(await module(), source, post, pause);
  return {};
}

async function open({ source, account, as_of, is_prepared }: Questions['open']['ask']): Promise<Opened | null> {
  const read = is_prepared ? prepared : undefined;
  if (read) prepared = undefined;
  leave();
  const { still, pause } = wait();
  const { accounts, catalog, ledger } = source.from === 'service' ? await connect(source.base, source.token)
    : read ?? await fill(await module(), source, post, pause);
  still();
  const [first] = accounts;
  if (first === undefined) {
    await_first_account(service!);
    return null;
  }
  const chosen = account ?? first;
  if (!accounts.includes(chosen)) {
    ledger?.close();
    throw new FaultError({ code: 'unknown_account', message: faults.no_account(chosen) });
  }
  local_accounts = accounts;
  const core = await module();
  const next = new Session(core, service ?? null, catalog, ledger ?? core.open(catalog), chosen, (tiding) => {
    if (session === next) post(tiding);
  });
  session = next;
  try {
    await next.load(pause);
  } catch (thrown) {
    // It may hold a part of the log.
    next.close();
    if (session === next) session = undefined;
    throw thrown;
  }
  const moment = first_moment(next, as_of);
  // After the answer: nothing may stand between the log and the first thing on the screen.
  setTimeout(() => {
    if (session === next) next.start();
  }, 0);
  return { account: chosen, accounts, tip: next.tip, moment };
}

async function connect(base: string, token: string | null): Promise<Filled> {
  service = new Service(base, token);
  post({ tell: 'progress', stage: 'connecting', loaded: 0, total: null });
  const [accounts, catalog] = await Promise.all([service.accounts(), service.catalog()]);
  return { accounts: accounts.map((line) => line.account), catalog, ledger: null };
}

// A link may name a position from before the account existed; the page then opens on now.
function first_moment(of: Session, as_of: bigint | null): Moment {
  if (as_of !== null && as_of < of.tip.seq) {
    try {
      return of.fold({ seq: as_of });
    } catch (thrown) {
      if (fault_of(thrown).code !== 'unknown_account') throw thrown;
    }
  }
  return of.fold({});
}

function await_first_account(from: Service): void {
  unfollow = from.follow(null, () => 0n, {
    on_event: () => {
      void from.accounts().then((accounts) => {
        if (accounts.length > 0) {
          unfollow?.();
          post({ tell: 'begun' });
        }
      }, () => {});
    },
    on_link: (live) => post({ tell: 'link', live }),
    on_moved: () => {},
  });
}

const answers: Answers<Questions> = {
  prepare,
  open,
  leave: async () => {
    leave();
    return {};
  },
  fold: async (ask) => opened().fold(ask),
  picture: async (ask) => opened().picture(ask),
  rows: async (ask) => opened().rows(ask),
  counts: async ({ up_to }) => opened().counts(up_to),
  usage_by: async (ask) => opened().usage_by(ask),
  keys: async (ask) => opened().keys(ask),
  data_classes: async () => opened().data_classes(),
  explain: async (ask) => opened().explain(ask),
  invoices: async ({ as_of }) => opened().invoices(as_of),
  consents: async ({ as_of }) => opened().consents(as_of),
  what_if: async (ask) => opened().what_if(ask),
  accounts: async () => (service ? (await service.accounts()).map((line) => line.account) : local_accounts),
  survey: async ({ file, mapping }) => survey(file, mapping),
  catalog: async ({ shipped }) => (shipped ? shipped_catalog() : opened().catalog()),
  residency: async () => opened().residency(),
  migration: async (ask) => opened().migration(ask),
  names: async () => opened().names(),
  prove: async () => opened().prove(),
  log: async (ask) => opened().log(ask),
};

// Handed over, not copied.
function buffers_of_picture({ curve, arrays }: PictureData): Transferable[] {
  return [arrays.seconds.buffer, arrays.left.buffer, arrays.uncovered.buffer,
    ...curve.stretches.flatMap(({ points }) => Object.values(points).map(({ buffer }: BigInt64Array<ArrayBuffer>) => buffer))];
}

answer_with<Questions>(answers, (name, given) => {
  if (name === 'picture') return buffers_of_picture(given as PictureData);
  return name === 'log' ? [(given as LogPart).document.buffer] : [];
});
