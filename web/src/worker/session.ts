// SPDX-License-Identifier: Apache-2.0
// One open account: its log downloaded and folded, kept up with the service, and the page's questions about it.
// Owns the ledger. Must not touch the page; tidings go through `tell`.

import { curve_steps, draw_steps } from '../chart/series';
import { newest_event } from '../core/cflog';
import { cflog_pieces, chunks_of } from '../core/cflog_pieces';
import { inspect } from '../core/checkpoint';
import { fault_of, FaultError } from '../core/fault';
import type { Catalog, Explanation, Invoices, Names, Statement } from '../core/forms';
import type { Ledger, LedgerModule, LogPart } from '../core/ledger';
import type { Check, Migration, Moment, PictureData, Proof, Questions, Residency, Tiding, Tip } from '../core/protocol';
import { with_pauses } from '../lib/steps';
import { micros_of } from '../lib/time';
import { faults } from '../text';
import { breathe, pauses } from './breath';
import { EventIndex } from './event_index';
import type { Service } from './service';
import { TimeLine } from './time_line';

// Events come one message each; a batch of commands is fetched in one go.
const gather_ms = 120;

// Faults of asking the service; all others are the core's, and then the page no longer knows the ledger.
const service_codes = [
  'unreachable', 'bad_answer', 'not_found', 'unavailable', 'unauthorized', 'forbidden', 'too_many_attempts',
];

export class Session {
  readonly account: string;
  readonly #module: LedgerModule;
  /** null: the ledger came from a file or is the demo, and there is nobody to compare with or to follow. */
  readonly #service: Service | null;
  readonly #catalog: Uint8Array;
  readonly #tell: (tiding: Tiding) => void;
  readonly #ledger: Ledger;
  readonly #index: EventIndex;
  // One plan is looked at at a time, and scrubbing asks for it again and again.
  #line: TimeLine | undefined;
  #pictures = 0;
  #tip: Tip = { seq: 0n, version: 0 };
  /** Whose positions the log's are. */
  #region = '';
  #unfollow: (() => void) | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  // One piece of catching up at a time, in order.
  #chain: Promise<void> = Promise.resolve();
  #indexed: Promise<void> = Promise.resolve();
  #closed = false;

  /** `ledger`: what `account` is in; with a service an empty one, for `load` to fill. The session closes it. */
  constructor(
    module: LedgerModule, service: Service | null, catalog: Uint8Array, ledger: Ledger, account: string,
    tell: (tiding: Tiding) => void,
  ) {
    this.account = account;
    this.#module = module;
    this.#service = service;
    this.#catalog = catalog;
    this.#tell = tell;
    this.#ledger = ledger;
    this.#index = new EventIndex(this.#ledger, account);
  }

  get tip(): Tip {
    return this.#tip;
  }

  /** Downloads and folds the whole log; what is in the ledger already is only looked at. `breathe` as for `fill`. */
  async load(breathe: () => Promise<void>): Promise<void> {
    if (!this.#service) {
      this.#region = this.#look().region;
      return;
    }
    this.#tell({ tell: 'progress', stage: 'downloading', loaded: 0, total: null });
    const log = await this.#service.log(this.account, {}, (loaded, total) =>
      this.#tell({ tell: 'progress', stage: 'downloading', loaded, total }));
    this.#region = log.region;
    await this.#ledger.load_pieces(cflog_pieces(chunks_of(log.bytes)), async (loaded) => {
      this.#tell({ tell: 'progress', stage: 'folding', loaded, total: log.bytes.length });
      await breathe();
    });
    this.#look();
  }

  #look(): Statement {
    const statement = this.#ledger.balance(this.account, null);
    this.#tip = { seq: this.#index.seq_of(statement.version), version: statement.version };
    return statement;
  }

  /** Indexes, compares with the service and follows it; after the first answer has gone out. */
  start(): void {
    this.#grow_index();
    if (!this.#service) return;
    this.#enqueue(() => this.#compare());
    this.#unfollow = this.#service.follow({ account: this.account, region: this.#region }, () => this.#tip.seq, {
      on_event: () => this.#gather(),
      on_moved: () => this.#tell({ tell: 'moved' }),
      on_link: (live) => this.#tell({ tell: 'link', live }),
    });
  }

  close(): void {
    this.#closed = true;
    this.#unfollow?.();
    clearTimeout(this.#gathering);
    this.#ledger.close();
  }

  fold({ seq, version }: Questions['fold']['ask']): Moment {
    const as_of = seq ?? (version === undefined || version >= this.#tip.version ? null : this.#index.seq_of(version));
    const statement = this.#ledger.balance(this.account, as_of);
    const outlook = this.#ledger.outlook(this.account, micros_of(statement.at), as_of);
    const event = this.#index.event(statement.version);
    if (!event) throw new FaultError({ code: 'bad_answer', message: faults.no_version(statement.version) });
    return {
      seq: BigInt(event.seq), version: statement.version, event: { type: event.type, at: event.at }, statement, outlook,
    };
  }

  /**
   * Made in steps, between which others are answered; given up when another is asked for, or the session closed. With the marks
   * found so far: the line should not wait for the index, which tells when it is done.
   */
  async picture({ plan, up_to, moment, spans }: Questions['picture']['ask']): Promise<PictureData> {
    this.#pictures += 1;
    const mine = this.#pictures;
    const pause = pauses(() => {
      if (this.#closed || mine !== this.#pictures) throw new FaultError({ code: 'left', message: faults.left });
    });
    if (this.#line?.plan !== plan) this.#line = new TimeLine(this.#ledger, this.account, plan);
    const records = await this.#line.read(up_to, this.#tip.version, (seq) => {
      this.#tell({ tell: 'drawing', seq, up_to });
      return pause();
    });
    const marks = this.#index.marks.filter((mark) => mark.plan === plan);
    const curve = await with_pauses(curve_steps(records, up_to, moment, spans, marks.filter(({ seq }) => seq <= up_to)), pause);
    return { plan, up_to, curve, arrays: await with_pauses(draw_steps(curve), pause), marks };
  }

  async rows({ type, first, limit }: Questions['rows']['ask']): Promise<Questions['rows']['answer']> {
    await this.#indexed;
    return this.#index.rows(type, first, limit);
  }

  async counts(up_to: number): Promise<Questions['counts']['answer']> {
    await this.#indexed;
    return this.#index.counts(up_to);
  }

  async usage_by({ by, up_to }: Questions['usage_by']['ask']): Promise<Questions['usage_by']['answer']> {
    await this.#indexed;
    return this.#index.usage.by(by, up_to);
  }

  explain({ why, as_of }: Questions['explain']['ask']): Explanation {
    return this.#ledger.explain(this.account, why, as_of);
  }

  invoices(as_of: bigint | null): Invoices {
    return this.#ledger.invoices(this.account, as_of);
  }

  consents(as_of: bigint | null): Questions['consents']['answer'] {
    return this.#ledger.consents(this.account, as_of);
  }

  what_if({ as_of, at, commands }: Questions['what_if']['ask']): Questions['what_if']['answer'] {
    const now = new Date();
    const lines = commands.map((command, i) => JSON.stringify({
      ...command, account: this.account, key: `what-if-${i + 1}`, at: at ?? now.toISOString(),
    }));
    return this.#ledger.what_if(this.account, as_of, lines.join('\n'), BigInt(now.getTime()) * 1000n);
  }

  /** Downloads the log once more, folds it in a ledger of its own and compares. */
  async prove(): Promise<Proof> {
    const service = this.#asked_service();
    const head = await service.head(this.account);
    const begun = performance.now();
    const { bytes: log } = await service.log(this.account, { to: BigInt(head.seq) });
    const downloaded = performance.now();
    const fresh = this.#module.open(this.#catalog);
    try {
      const { events } = fresh.load(log);
      const { fingerprint, version } = fresh.balance(this.account, null);
      const folded = performance.now();
      return {
        seq: BigInt(head.seq), version, page: fingerprint, server: head.fingerprint,
        same: fingerprint === head.fingerprint && version === head.version, bytes: log.length, events,
        download_ms: downloaded - begun, fold_ms: folded - downloaded, signed: await this.#signed(log),
      };
    } finally {
      fresh.close();
    }
  }

  /** A log without a checkpoint proves less, and is no reason to prove nothing. */
  async #signed(log: Uint8Array<ArrayBuffer>): Promise<Proof['signed']> {
    try {
      const event = newest_event(log);
      return event && await inspect(await this.#asked_service().inclusion(this.account, event.seq), event);
    } catch (thrown) {
      return fault_of(thrown);
    }
  }

  async residency(): Promise<Residency> {
    const catalog = JSON.parse(new TextDecoder().decode(this.#catalog)) as Catalog;
    const directory = await this.#service?.directory().catch(() => null) ?? null;
    return { region: this.#region, regions: Object.keys(catalog.regions).sort(), directory, events: this.#tip.version };
  }

  /** Decided by the core against the account as it is now; nothing is sent and nothing changes. */
  async migration({ region }: Questions['migration']['ask']): Promise<Migration> {
    const command = { command: 'MigrateRegion', region, scope: 'organization' };
    const { answers: [answer] } = this.what_if({ as_of: null, at: null, commands: [command] });
    if (!answer) throw new FaultError({ code: 'bad_answer', message: faults.no_answer(command.command) });
    let bytes = 0;
    for (let part = this.log({ of: 'account', after: 0n, to: null }); ; part = this.log({ of: 'account', after: part.seq, to: null })) {
      bytes += part.document.length;
      if (part.last) return { answer, bytes };
      await breathe();
    }
  }

  async names(): Promise<Names> {
    return this.#asked_service().names(this.account);
  }

  catalog(): Catalog {
    return JSON.parse(new TextDecoder().decode(this.#catalog)) as Catalog;
  }

  keys({ as_of, what_if }: Questions['keys']['ask']): Questions['keys']['answer'] {
    return this.#ledger.keys(this.account, as_of, what_if);
  }

  data_classes(): Questions['data_classes']['answer'] {
    return this.#ledger.data_classes();
  }

  log({ of, after, to }: Questions['log']['ask']): LogPart {
    return this.#ledger.export_part(of === 'account' ? this.account : null, after, to);
  }

  #asked_service(): Service {
    if (!this.#service) throw new FaultError({ code: 'not_found', message: faults.no_service });
    return this.#service;
  }

  #take(log: Uint8Array): void {
    const { last_seq } = this.#ledger.load(log);
    this.#tip = { seq: BigInt(last_seq), version: this.#ledger.balance(this.account, null).version };
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#enqueue(async () => {
        await this.#catch_up();
        await this.#compare();
      });
    }, gather_ms);
  }

  async #catch_up(): Promise<void> {
    const log = await this.#asked_service().log(this.account, { after: this.#tip.seq });
    if (this.#closed) return;
    if (log.region !== this.#region) return this.#tell({ tell: 'moved' });
    const before = this.#tip.version;
    this.#take(log.bytes);
    if (this.#tip.version === before) return;
    this.#grow_index();
    this.#tell({ tell: 'grown', tip: this.#tip });
  }

  /** Compares fingerprints at the position the service names, which may be ahead of this page. */
  async #compare(): Promise<void> {
    const head = await this.#asked_service().head(this.account);
    if (this.#closed) return;
    if (head.region !== this.#region) return this.#tell({ tell: 'moved' });
    const seq = BigInt(head.seq);
    if (seq > this.#tip.seq) await this.#catch_up();
    if (this.#closed) return;
    const { fingerprint, version } = this.#ledger.balance(this.account, seq < this.#tip.seq ? seq : null);
    const check: Check = {
      seq, version: head.version, page: fingerprint, server: head.fingerprint,
      same: fingerprint === head.fingerprint && version === head.version,
    };
    this.#tell({ tell: 'check', check });
  }

  #grow_index(): void {
    const { version } = this.#tip;
    this.#indexed = this.#indexed
      .then(() => this.#index.extend(version, breathe))
      .then(() => this.#tell({ tell: 'indexed' }))
      // A closed ledger answers nothing; nobody waits for this index any more.
      .catch((thrown: unknown) => {
        if (!this.#closed) throw thrown;
      });
  }

  #enqueue(work: () => Promise<void>): void {
    this.#chain = this.#chain.then(async () => {
      if (this.#closed) return;
      try {
        await work();
      } catch (thrown) {
        if (this.#closed) return;
        const fault = fault_of(thrown);
        // The service is away or restarting: what is on the page stays true, only nothing new can be compared.
        if (service_codes.includes(fault.code)) this.#tell({ tell: 'check', check: null });
        else this.#tell({ tell: 'fault', fault });
      }
    });
  }
}
