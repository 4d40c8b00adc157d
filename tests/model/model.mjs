// SPDX-License-Identifier: Apache-2.0
// The naive second model of the ledger: one flat list of facts, from which every answer is recomputed. It is an auditor
// for the core, so it shares no code and no structure with it, and it must never be taught to agree.

import { balance } from './balance.mjs';
import { Catalog } from './catalog.mjs';
import { key_of, read_command } from './commands.mjs';
import { DECISIONS, catch_up } from './decide.mjs';
import { terms } from './facts.mjs';
import { Refusal } from './refusals.mjs';
import { Positions, region_of } from './residency.mjs';
import { show_event } from './show.mjs';
import { Malformed, parse_time, same } from './values.mjs';

const IN_FUTURE = 300_000_000n;

export class Model {
  constructor(catalog) {
    this.catalog = new Catalog(catalog);
    this.facts = [];
    this.answers = [];
    this.positions = new Positions();
  }

  // One line in, one answer out; null for a blank line, which is skipped. `now` is what the clock says.
  apply(line, now) {
    if (line.trim() === '') return null;
    try {
      return this.#decide(read_command(line, parse_time(now)), parse_time(now));
    } catch (stop) {
      const key = key_of(line);
      if (stop instanceof Malformed) return refused(key, new Refusal('malformed'), stop.message);
      if (stop instanceof Refusal) return refused(key, stop, stop.code);
      throw stop;
    }
  }

  of(account) { return this.facts.filter((f) => f.account === account); }

  // The balance JSON without its fingerprint; undefined for an account nobody opened.
  balance(account, at) {
    const facts = this.of(account);
    if (facts.length === 0) return undefined;
    const greatest = facts.reduce((max, f) => (f.at > max ? f.at : max), facts[0].at);
    const moment = at === undefined ? greatest : parse_time(at);
    return balance(account, facts.filter((f) => f.at <= moment), this.catalog, moment);
  }

  #decide(command, now) {
    const { account, key, at, sent } = command;
    const facts = this.of(account);
    const stored = this.answers.find((a) => a.account === account && a.key === key);
    if (stored && same(stored.sent, sent)) return { key, accepted: stored.events.map(show_event), replayed: true };
    // After the stored answer, so that what was accepted replays; before key_reused, as all that is malformed.
    check_impossible(command, facts, this.catalog);
    if (stored) throw new Refusal('key_reused');
    if (command.sent.get('command') === 'OpenAccount') {
      if (facts.length > 0) throw new Refusal('account_exists');
    } else if (facts.length === 0) throw new Refusal('unknown_account');
    if (at > now + IN_FUTURE) throw new Refusal('in_future');

    const draft = new Draft(command, facts, this.catalog);
    catch_up(draft);
    DECISIONS[sent.get('command')](draft, command);
    const moved = draft.events.some((e) => e.type === 'RegionMigrated');
    this.positions.place([...(moved ? facts : []), ...draft.events], region_of([...facts, ...draft.events]));
    this.facts.push(...draft.events);
    this.answers.push({ account, key, sent, events: draft.events });
    return { key, accepted: draft.events.map(show_event) };
  }
}

// Figures that are well formed but cannot be, and that depend on more than the line.
function check_impossible(command, facts, catalog) {
  if (command.sent.get('command') === 'AddProduct') {
    const known = catalog.regional(command.product) ?? catalog.seat_product(command.product);
    const regional = catalog.regional(command.product) !== undefined;
    if (known && regional !== (command.region !== undefined)) throw new Malformed('a region where none belongs, or none');
  }
  if (command.expires_at !== undefined && command.expires_at <= command.at) throw new Malformed('expires before `at`');
  if (command.sent.get('command') !== 'RenewTerm') return;
  const last = terms(facts).filter((t) => t.product === command.product && t.plan === command.plan).at(-1);
  if (last && command.ends_at <= last.ends_at) throw new Malformed('ends no later than the last term');
}

// A batch being written. Rules see the account's facts with what the batch has added so far.
class Draft {
  constructor(command, facts, catalog) {
    this.command = command;
    this.known = facts;
    this.catalog = catalog;
    this.events = [];
  }

  get at() { return this.command.at; }

  get facts() { return [...this.known, ...this.events]; }

  refuse(code, clause) { throw new Refusal(code, clause); }

  add(type, fields) {
    const { account, key, at } = this.command;
    const version = this.known.length + this.events.length + 1;
    const given = Object.entries(fields).filter(([, v]) => v !== undefined);
    // The position comes when the whole batch is known: a migration moves it.
    this.events.push({ type, seq: 0, partition: undefined, account, version, at, key, ...Object.fromEntries(given) });
  }
}

function refused(key, { code, clause }, message) {
  return { key, refused: { code, clause, message, details: {} } };
}
