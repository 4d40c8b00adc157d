// SPDX-License-Identifier: Apache-2.0
// One line that says what an event did, for the event list. The whole event is one key press away.

import type { LedgerEvent, Names } from '../core/forms';
import { text } from '../text';
import type { NumberPrinter } from './decimal';
import { between_text, bound_text } from './time';

const no_names: Names = { people: {}, workflows: {}, models: {} };

export function event_line(event: LedgerEvent, printer: NumberPrinter, names: Names = no_names): string {
  const named = (kind: keyof Names, id: string): string => (Object.hasOwn(names[kind], id) ? names[kind][id]! : id);
  // Free text that is sealed is an object; no other field that is shown here is one.
  const word = (name: string): string => {
    const value = event[name];
    if (value === undefined) return '';
    return typeof value === 'object' ? text.sealed : String(value);
  };
  const credits = (name = 'credits'): string => `${printer.short(word(name))} ${text.credits}`;
  const line = (...parts: string[]): string => parts.filter((part) => part !== '').join(' · ');
  const says = text.event_says;
  switch (event.type) {
    case 'AccountOpened':
      return line(text.environments[word('environment')] ?? word('environment'), text.region(word('region')));
    case 'TermStarted':
      return line(word('plan') || word('product'), `${text.plans.term} ${word('term')}`,
        between_text(word('starts_at'), word('ends_at')));
    case 'TermEnded':
      return line(word('plan') || word('product'), `${text.plans.term} ${word('term')}`, bound_text(word('ends_at')));
    case 'BuildersChanged': {
      const actors = event['actors'];
      return line(word('plan'), Array.isArray(actors) ? says.builders(actors.length) : says.everyone);
    }
    case 'CreditsGranted':
      return line(`+${credits()}`, word('plan'), word('kind'), word('reason'));
    case 'CreditsConsumed':
      return line(credits(), word('plan'), named('workflows', word('workflow')), named('models', word('model')),
        event.actor === undefined ? '' : named('people', event.actor), event['late'] === true ? says.late : '',
        Array.isArray(event['flags']) ? event['flags'].join(', ') : '', word('memo'));
    case 'CreditsHeld':
      return line(credits(), word('plan'), word('authorization'), `${says.until} ${bound_text(word('expires_at'))}`);
    case 'HoldReleased':
      return line(word('authorization'), word('reason'));
    case 'PeriodClosed':
      return line(word('plan'), `${text.plans.period} ${word('period')}`, text.picture.expired(credits('expired')));
    case 'SeatsChanged':
      return line(word('product'), `${word('from')} → ${word('to')}`);
    case 'KeyRotated':
    case 'KeyRevoked':
      return line(word('key_arn'), word('reason'));
    case 'RegionMigrated':
      return `${word('from')} → ${word('to')}`;
    case 'ConsentChanged':
      return line(word('feature'), event['granted'] === true ? says.on : says.off);
    case 'TermsAccepted':
      return line(word('terms'), event['accepted'] === true ? says.on : says.off);
    case 'AccessChanged':
      return line(event['allowed'] === true ? says.on : says.off, word('reason'));
    case 'ProductAdded':
    case 'ProductRemoved':
      return line(word('product'), word('region'));
  }
}
