// SPDX-License-Identifier: Apache-2.0
// The service's HTTP API as the worker uses it: reads only. Knows URLs and status codes, nothing of folding.

import { createParser, type EventSourceParser } from 'eventsource-parser';
import { event_types } from '../core/catalogue';
import { FaultError, type Fault } from '../core/fault';
import type { AccountHead, AccountLine, DirectoryClasses, Inclusion, Names } from '../core/forms';
import { faults } from '../text';

const type_names = new Set<string>(event_types.map(({ type }) => type));
/** A log document, and the region whose positions its events have. */
export interface LogDocument {
  bytes: Uint8Array<ArrayBuffer>;
  region: string;
}

export interface Follower {
  /** An event was appended, or the connection came back and some may have been missed. */
  on_event(): void;
  on_link(live: boolean): void;
  /** The account has gone to another region. */
  on_moved(): void;
}

const home_region = 'us';

// A stream that ended, or was refused, is asked for again after this long.
const retry_ms = 3000;

export class Service {
  readonly #base: string;
  readonly #headers: Record<string, string>;

  /** `token`: null where the service asks for none. */
  constructor(base: string, token: string | null) {
    this.#base = base;
    this.#headers = token === null ? {} : { Authorization: `Bearer ${token}` };
  }

  async accounts(): Promise<AccountLine[]> {
    return (await this.#json<{ accounts: AccountLine[] }>('v1/accounts')).accounts;
  }

  /** The catalog the service decides by, as it was given. */
  async catalog(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await (await this.#get('v1/catalog')).arrayBuffer());
  }

  async head(account: string): Promise<AccountHead> {
    return this.#json<AccountHead>(`v1/accounts/${encodeURIComponent(account)}`);
  }

  /** The account's events with after < seq <= to, as one log document. */
  async log(
    account: string,
    { after = 0n, to }: { after?: bigint; to?: bigint },
    progress: (loaded: number, total: number | null) => void = () => {},
  ): Promise<LogDocument> {
    const upper = to === undefined ? '' : `&to=${to}`;
    const path = `v1/accounts/${encodeURIComponent(account)}/log?after=${after}${upper}`;
    const response = await this.#get(path);
    const region = response.headers.get('x-creditfold-region') ?? home_region;
    return { bytes: await read_body(response, progress), region };
  }

  /** The proof of the account's event at a position. */
  async inclusion(account: string, seq: bigint): Promise<Inclusion> {
    return this.#json<Inclusion>(`v1/accounts/${encodeURIComponent(account)}/proof?seq=${seq}`);
  }

  async names(account: string): Promise<Names> {
    return this.#json<Names>(`v1/directory/names/${encodeURIComponent(account)}`);
  }

  async directory(): Promise<DirectoryClasses> {
    return this.#json<DirectoryClasses>('v1/directory');
  }

  /** Follows the events after a position, of one account or of all, until the returned function is called. */
  follow(of: { account: string; region: string } | null, after: () => bigint, follower: Follower): () => void {
    // Percent-encoding throughout: in the service's URLs "+" is a plus, not a space.
    const one = of === null ? ''
      : `&account=${encodeURIComponent(of.account)}&region=${encodeURIComponent(of.region)}`;
    const broken_off = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    const parser = (): EventSourceParser => createParser({
      onEvent: ({ event }) => {
        if (event === 'moved') follower.on_moved();
        else if (event !== undefined && type_names.has(event)) follower.on_event();
      },
    });
    const listen = async (): Promise<void> => {
      const stream = await this.#get(`v1/events?after=${after()}${one}`, broken_off.signal);
      follower.on_link(true);
      follower.on_event();
      const events = parser();
      for await (const piece of pieces_of(stream)) events.feed(piece);
    };
    const connect = (): void => {
      listen().catch(() => {}).finally(() => {
        if (broken_off.signal.aborted) return;
        follower.on_link(false);
        // An account that moved is refused under its old region; asking for its log again finds that out.
        follower.on_event();
        retry = setTimeout(connect, retry_ms);
      });
    };
    connect();
    return () => {
      broken_off.abort();
      clearTimeout(retry);
    };
  }

  async #json<T>(path: string): Promise<T> {
    const response = await this.#get(path);
    try {
      return (await response.json()) as T;
    } catch {
      throw new FaultError({ code: 'bad_answer', message: faults.not_json(path) });
    }
  }

  async #get(path: string, signal: AbortSignal | null = null): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.#base + path, { cache: 'no-store', headers: this.#headers, signal });
    } catch {
      throw new FaultError({ code: 'unreachable', message: faults.unreachable(this.#base) });
    }
    if (!response.ok) throw new FaultError(await fault_in(response, path));
    return response;
  }
}

async function* pieces_of(stream: Response): AsyncGenerator<string> {
  if (!stream.body) return;
  const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function fault_in(response: Response, path: string): Promise<Fault> {
  // A gateway in front of a service that is down answers for it.
  if ([502, 503, 504].includes(response.status)) {
    return { code: 'unreachable', message: faults.status(path, response.status) };
  }
  try {
    const { error } = (await response.json()) as { error: Fault };
    return { code: error.code, message: error.message };
  } catch {
    return { code: 'bad_answer', message: faults.status(path, response.status) };
  }
}

async function read_body(
  response: Response,
  progress: (loaded: number, total: number | null) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  // The length of an encoded body says nothing about the bytes that come out of it.
  const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  const total = length === null ? null : Number(length);
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const pieces: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      loaded += value.length;
      progress(loaded, total);
    }
  } catch {
    throw new FaultError({ code: 'unreachable', message: faults.broken_off });
  }
  const whole = new Uint8Array(loaded);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
