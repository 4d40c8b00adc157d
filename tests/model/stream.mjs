// SPDX-License-Identifier: Apache-2.0
// The stream being generated: its lines, its dice, a clock for each account, and a model fed along so that commands can
// aim at what is there (a live authorization, a period's bound). It judges no answer.

import { live_hold, periods, studio_terms, tally, terms } from './facts.mjs';
import { Model } from './model.mjs';
import { Random } from './random.mjs';
import { add_months, parse_time, show_time } from './values.mjs';

export const HOUR = 3_600_000_000n;
export const DAY = 24n * HOUR;
export const FIRST = parse_time('2024-01-05T00:00:00Z');
export const LAST = parse_time('2026-06-20T00:00:00Z');
// The clock while generating; every `at` of a stream but the few meant to be in the future is before it.
export const CLOCK = '2026-07-01T00:00:00Z';

const NAMES = ['acme', 'büro zwei', 'gov-3', 'a/b', 'initech', 'ümlaut-6', 'globex', 'hooli'];

export class Stream {
  constructor(seed, { accounts, commands, catalog }) {
    this.random = new Random(seed);
    this.model = new Model(catalog);
    this.catalog = this.model.catalog;
    this.lines = [];
    this.sent = [];
    this.keys = 0;
    this.usages = 0;
    this.accounts = Array.from({ length: accounts }, (_, n) => ({
      name: NAMES[n] ?? `account-${n}`,
      clock: this.random.big(FIRST, FIRST + 60n * DAY),
      // Settings and seats never run backwards among themselves; usage does, across them.
      settled: 0n,
      seated: 0n,
    }));
    this.stride = (LAST - FIRST) / BigInt(Math.max(1, Math.floor(commands / accounts)));
  }

  facts(account) { return this.model.of(account.name); }

  terms(account) { return terms(this.facts(account)); }

  studio_terms(account) { return studio_terms(this.facts(account)); }

  live(account) { return tally(this.facts(account)).holds.filter((h) => h.live); }

  is_live(account, id) { return live_hold(tally(this.facts(account)).holds, id) !== undefined; }

  key() { return `k${++this.keys}`; }

  // Sends an object as a command; a field that is undefined is left out, `at` too when it is null.
  send(account, command, at, fields, key = this.key()) {
    const object = { command, account: account.name, key, at: typeof at === 'bigint' ? show_time(at) : undefined };
    for (const [name, value] of Object.entries({ ...object, ...fields })) {
      if (value === undefined) delete object[name]; else object[name] = value;
    }
    const answer = this.send_line(JSON.stringify(object));
    if (answer.accepted) this.sent.push({ account, object });
    return answer;
  }

  send_line(line) {
    this.lines.push(line);
    return this.model.apply(line, CLOCK);
  }

  // Bursts of hours, then leaps of weeks: holds must live long enough to be settled, periods must go by unvisited.
  advance(account) {
    const step = this.random.percent(65) ? this.random.big(0n, DAY) : this.random.big(0n, 5n * this.stride);
    const next = account.clock + step;
    account.clock = next < LAST ? next : LAST;
  }

  // The moments where something changes hands, and the microsecond on either side of each.
  edges(account) {
    const all = this.studio_terms(account).flatMap((t) => [t.ends_at, ...periods(t).map((p) => p.starts_at)]);
    all.push(...this.live(account).map((h) => h.fact.expires_at));
    all.push(parse_time('2025-03-31T12:00:00Z'));
    return all.filter((t) => t >= FIRST && t <= LAST);
  }

  // A moment for a command: mostly the account's clock, often an edge, sometimes long ago.
  at(account) {
    const r = this.random;
    const how = r.int(0, 99);
    if (how < 60) return this.rounded(account.clock);
    const near = this.edges(account).filter((t) => t > account.clock - 50n * DAY && t < account.clock + 20n * DAY);
    if (how < 76 && near.length > 0) return r.pick(near) + BigInt(r.pick([-1, 0, 0, 0, 0, 1]));
    const back = how < 92 ? r.big(0n, 40n * DAY) : r.big(0n, account.clock - FIRST);
    return this.rounded(account.clock - back > FIRST ? account.clock - back : FIRST);
  }

  rounded(us) {
    const unit = this.random.pick([1n, 1000n, 10_000n, 1_000_000n, 60_000_000n, HOUR]);
    return us - us % unit;
  }

  // The start of a term: on a month's last days, where clamping shows (H2), or anywhere.
  start_near(us) {
    const r = this.random;
    const month = add_months(us - us % DAY, r.int(-1, 2));
    if (r.percent(35)) return this.rounded(us + r.big(-40n * DAY, 40n * DAY));
    const first = parse_time(`${show_time(month).slice(0, 8)}01T00:00:00Z`);
    const last_day = add_months(first, 1) - DAY;
    const time = r.pick([0n, 0n, 13n * HOUR, DAY - 1n, 45_296_789_000n]);
    return last_day - BigInt(r.pick([0, 0, 0, 1, 2])) * DAY + time;
  }
}
