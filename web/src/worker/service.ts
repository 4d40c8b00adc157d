// SPDX-License-Identifier: Apache-2.0
// The service's HTTP API as the worker uses it: reads only. Knows URLs and status codes, nothing of folding.

import { event_types } from '../core/catalogue';
import { FaultError, type Fault } from '../core/fault';
import type { AccountHead, AccountLine, CatalogRegions, DirectoryClasses, Names } from '../core/forms';
import { text } from '../text';

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

// After the service answered the stream with an error, the browser does not try again by itself.
const retry_ms = 3000;

export class Service {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  async accounts(): Promise<AccountLine[]> {
    return (await this.#json<{ accounts: AccountLine[] }>('v1/accounts')).accounts;
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

  async names(account: string): Promise<Names> {
    return this.#json<Names>(`v1/directory/names/${encodeURIComponent(account)}`);
  }

  async directory(): Promise<DirectoryClasses> {
    return this.#json<DirectoryClasses>('v1/directory');
  }

  async regions(): Promise<string[]> {
    return Object.keys((await this.#json<CatalogRegions>('v1/catalog')).regions).sort();
  }

  /** Follows the events after a position, of one account or of all, until the returned function is called. */
  follow(of: { account: string; region: string } | null, after: () => bigint, follower: Follower): () => void {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const connect = (): void => {
      // Percent-encoding throughout: in the service's URLs "+" is a plus, not a space.
      const one = of === null ? ''
        : `&account=${encodeURIComponent(of.account)}&region=${encodeURIComponent(of.region)}`;
      source = new EventSource(`${this.#base}v1/events?after=${after()}${one}`);
      source.addEventListener('moved', () => follower.on_moved());
      for (const { type } of event_types) source.addEventListener(type, () => follower.on_event());
      source.onopen = () => {
        follower.on_link(true);
        follower.on_event();
      };
      source.onerror = () => {
        follower.on_link(false);
        if (source?.readyState !== EventSource.CLOSED || stopped) return;
        // An account that moved is refused under its old region; asking for its log again finds that out.
        follower.on_event();
        retry = setTimeout(connect, retry_ms);
      };
    };
    connect();
    return () => {
      stopped = true;
      clearTimeout(retry);
      source?.close();
    };
  }

  async #json<T>(path: string): Promise<T> {
    const response = await this.#get(path);
    try {
      return (await response.json()) as T;
    } catch {
      throw new FaultError({ code: 'bad_answer', message: text.faults.not_json(path) });
    }
  }

  async #get(path: string): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.#base + path, { cache: 'no-store' });
    } catch {
      throw new FaultError({ code: 'unreachable', message: text.faults.unreachable(this.#base) });
    }
    if (!response.ok) throw new FaultError(await fault_in(response, path));
    return response;
  }
}

async function fault_in(response: Response, path: string): Promise<Fault> {
  // A gateway in front of a service that is down answers for it.
  if ([502, 503, 504].includes(response.status)) {
    return { code: 'unreachable', message: text.faults.status(path, response.status) };
  }
  try {
    const { error } = (await response.json()) as { error: Fault };
    return { code: error.code, message: error.message };
  } catch {
    return { code: 'bad_answer', message: text.faults.status(path, response.status) };
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
    throw new FaultError({ code: 'unreachable', message: text.faults.broken_off });
  }
  const whole = new Uint8Array(loaded);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
