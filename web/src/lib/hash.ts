// SPDX-License-Identifier: Apache-2.0
// What a link to the page remembers, in the URL's fragment: source, account, plan, tab, moment, range,
// view, scenarios and the question of why.
// Anything unknown or malformed falls back to its default, so that an old link still opens.

import type { WhyLink } from '../core/forms';
import { read_why, write_why } from './why';

export const tabs = ['usage', 'lots', 'periods', 'invoices', 'consents', 'keys', 'residency', 'log'] as const;
export type Tab = (typeof tabs)[number];
export const ranges = ['period', 'activity', 'ahead', 'history'] as const;
export type Range = (typeof ranges)[number];
export const views = ['chart', 'table'] as const;
export type View = (typeof views)[number];

export interface Place {
  /** `demo`, `log`, `usage`, or the address of a service, ending in a slash; null: the page's own. */
  source: string | null;
  account: string | null;
  plan: string | null;
  tab: Tab;
  /** Position in the log (seq) the page is folded to; null: now. */
  as_of: bigint | null;
  range: Range;
  view: View;
  /** Scenarios, as a link holds them (lib/scenarios.ts); null: none. */
  what: string | null;
  /** What the drawer explains; null: it is closed. */
  why: WhyLink | null;
}

export const home: Place = {
  source: null, account: null, plan: null, tab: 'usage', as_of: null, range: 'period', view: 'chart', what: null, why: null,
};

export function read_place(fragment: string): Place {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''));
  const as_of = fields.get('as_of') ?? '';
  return {
    source: read_source(fields.get('source')),
    account: fields.get('account') || null,
    plan: fields.get('plan') || null,
    tab: one_of(tabs, fields.get('tab')) ?? home.tab,
    as_of: /^[1-9]\d{0,18}$/.test(as_of) ? BigInt(as_of) : null,
    range: one_of(ranges, fields.get('range')) ?? home.range,
    view: one_of(views, fields.get('view')) ?? home.view,
    what: fields.get('what') || null,
    why: read_why(fields.get('why')),
  };
}

/** The fragment of a place, defaults left out: short links, and one link per place. */
export function write_place(place: Place): string {
  const fields = new URLSearchParams();
  if (place.source !== null) fields.set('source', place.source);
  if (place.account !== null) fields.set('account', place.account);
  if (place.plan !== null) fields.set('plan', place.plan);
  if (place.tab !== home.tab) fields.set('tab', place.tab);
  if (place.range !== home.range) fields.set('range', place.range);
  if (place.view !== home.view) fields.set('view', place.view);
  if (place.what !== null) fields.set('what', place.what);
  if (place.why !== null) fields.set('why', write_why(place.why));
  if (place.as_of !== null) fields.set('as_of', place.as_of.toString());
  const text = fields.toString();
  return text ? `#${text}` : '';
}

function read_source(given: string | null): string | null {
  if (given === 'demo' || given === 'log' || given === 'usage') return given;
  return given === null ? null : service_base(given);
}

/** An address as the base of a service's own: http or https, without query, ending in a slash; null: it is none. */
export function service_base(given: string): string | null {
  // Browsers differ on blanks in a host.
  if (/\s/.test(given)) return null;
  try {
    const url = new URL(given.includes('://') ? given : `https://${given}`);
    if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') return null;
    return new URL('./', `${url.origin}${url.pathname.replace(/\/?$/, '/')}`).href;
  } catch {
    return null;
  }
}

function one_of<T extends string>(choices: readonly T[], given: string | null): T | undefined {
  return choices.find((choice) => choice === given);
}
