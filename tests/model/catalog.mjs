// SPDX-License-Identifier: Apache-2.0
// The catalog as the model reads it: plain lookups in the parsed file. Holds no rule and changes nothing.

import { parse_credits, parse_time } from './values.mjs';

export class Catalog {
  constructor(json) { this.json = typeof json === 'string' ? JSON.parse(json) : json; }

  plan(id) {
    const plan = own(this.json.plans, id);
    return plan && {
      rank: plan.rank,
      allotments: Object.fromEntries(Object.entries(plan.allotment).map(([c, credits]) => [c, parse_credits(credits)])),
      increment: parse_credits(plan.increment),
      on_exhaustion: plan.on_exhaustion,
      stop_at_percent: BigInt(plan.stop_at_percent ?? 100),
      rate_card: plan.rate_card,
      name: plan.name ?? undefined,
      increment_price: money(plan.increment_price),
      overage_price: money(plan.overage_price),
    };
  }

  // AIS-1: a model is known when the rate card prices it.
  model(rate_card, id) {
    const model = own(own(this.json.rate_cards, rate_card)?.models, id);
    return model && {
      query: parse_credits(model.rates.query),
      input: parse_credits(model.rates.input),
      output: parse_credits(model.rates.output),
      partner_terms: model.partner_terms ?? null,
      beta: model.beta ?? false,
      gov: model.gov ?? false,
      withdrawn_at: model.withdrawn_at ? parse_time(model.withdrawn_at) : null,
    };
  }

  // Products that are sold by the seat; data residency is sold by region and is none of these.
  seat_product(id) {
    const product = own(this.json.products, id);
    if (!product || product.regions) return undefined;
    return {
      id,
      name: product.name ?? id,
      seat_price: money(product.seat_price),
      parity_with: product.parity_with,
      billed_with: product.billed_with,
      billed_as: product.billed_as,
    };
  }

  add_ons_of(parent) {
    return Object.keys(this.json.products ?? {})
      .map((id) => this.seat_product(id))
      .filter((product) => product?.parity_with === parent);
  }

  // A product that is sold by region.
  regional(id) {
    const product = own(this.json.products, id);
    return product?.regions ? product : undefined;
  }

  region(id) { return own(this.json.regions, id); }
}

// `constructor` and its like are names nobody put into the catalog.
function own(table, id) {
  return table && Object.hasOwn(table, id) ? table[id] : undefined;
}

function money(price) {
  return price ? { currency: price.currency, minor: BigInt(price.minor) } : null;
}
