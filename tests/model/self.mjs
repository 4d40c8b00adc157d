// SPDX-License-Identifier: Apache-2.0
// The generator and the model alone: conservation after every event, once-ness, and what the streams visited. It proves
// nothing about the core, only that the auditor is fit to judge it.

import { to_text, without_positions } from './compare.mjs';
import { broken_in_facts } from './conservation.mjs';
import { generate } from './generate.mjs';
import { Model } from './model.mjs';
import { CODES, FLAGS } from './refusals.mjs';
import { CLOCK } from './stream.mjs';

const COMMANDS = [
  'OpenAccount', 'StartTerm', 'RenewTerm', 'EndTerm', 'SetBuilders', 'GrantCredits', 'PurchaseCredits',
  'TransferCredits', 'RecordUsage', 'AuthorizeUsage', 'ReleaseAuthorization', 'ClosePeriods', 'ChangeSeats',
  'AddProduct', 'RemoveProduct', 'MigrateRegion', 'SetConsent', 'AcceptTerms', 'SetAccess',
];
const EVENTS = [
  'AccountOpened', 'TermStarted', 'TermEnded', 'BuildersChanged', 'CreditsGranted', 'CreditsConsumed', 'CreditsHeld',
  'HoldReleased', 'PeriodClosed', 'SeatsChanged', 'ConsentChanged', 'TermsAccepted', 'AccessChanged',
  'ProductAdded', 'ProductRemoved', 'RegionMigrated',
];
const DETAILS = [
  'kind allotment', 'kind promotion', 'kind purchase', 'kind correction', 'reason released', 'reason expired',
  'reason period_closed', 'late', 'settles', 'overage', 'price', 'replayed', 'accepted without events',
];

export class Coverage {
  constructor() {
    this.counts = new Map();
    for (const [group, names] of Object.entries({ command: COMMANDS, event: EVENTS, refusal: CODES, flag: FLAGS,
      detail: DETAILS })) for (const name of names) this.counts.set(`${group} ${name}`, 0);
  }

  count(what) { this.counts.set(what, (this.counts.get(what) ?? 0) + 1); }

  see(line, answer) {
    if (answer.refused) {
      this.count(`refusal ${answer.refused.code}`);
      if (answer.refused.code === 'malformed') return;
    }
    this.count(`command ${JSON.parse(line).command}`);
    if (answer.refused) return;
    if (answer.replayed) { this.count('detail replayed'); return; }
    if (answer.accepted.length === 0) this.count('detail accepted without events');
    for (const event of answer.accepted) this.#see_event(event);
  }

  #see_event(event) {
    this.count(`event ${event.type}`);
    for (const flag of event.flags ?? []) this.count(`flag ${flag}`);
    if (event.type === 'CreditsGranted') this.count(`detail kind ${event.kind}`);
    if (event.type === 'HoldReleased') this.count(`detail reason ${event.reason}`);
    for (const field of ['late', 'settles', 'overage', 'price']) if (event[field]) this.count(`detail ${field}`);
  }

  print() {
    for (const [what, n] of this.counts) console.log(`${String(n).padStart(7)}  ${what}`);
  }

  get missing() { return [...this.counts].filter(([, n]) => n === 0).map(([what]) => what); }
}

// The sentence that says what is wrong with this stream, or undefined.
export function check_alone(seed, options, coverage) {
  const lines = generate(seed, options);
  if (generate(seed, options).join('\n') !== lines.join('\n')) return 'the same seed gave another stream';
  const model = new Model(options.catalog);
  const accepted = [];
  for (const [n, line] of lines.entries()) {
    const before = model.facts.length;
    const answer = model.apply(line, CLOCK);
    if (answer === null) continue;
    coverage.see(line, answer);
    if (answer.accepted) accepted.push({ n, line, answer });
    for (let events = before + 1; events <= model.facts.length; events++) {
      const { account } = model.facts[events - 1];
      const wrong = broken_in_facts(model.facts.slice(0, events).filter((f) => f.account === account));
      if (wrong) return `line ${n + 1}: ${line}\n  H12: ${wrong}`;
    }
  }
  const events = model.facts.length;
  for (const { n, line, answer } of accepted) {
    const again = model.apply(line, CLOCK);
    const same = to_text(without_positions(again)) === to_text(without_positions({ ...answer, replayed: true }));
    if (!same) return `line ${n + 1} sent again: ${to_text(again)}`;
  }
  return model.facts.length === events ? undefined : 'sending accepted commands again added events';
}
