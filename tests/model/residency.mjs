// SPDX-License-Identifier: Apache-2.0
// Where an account's data lives: the add-on that is sold for a region, migrations, and the positions facts have in the log
// of the region they lie in now.

// The region the facts say, in the order they were recorded.
export function region_of(facts) {
  return facts.reduce((region, fact) => {
    if (fact.type === 'AccountOpened') return fact.region;
    return fact.type === 'RegionMigrated' && fact.from === region ? fact.to : region;
  }, undefined);
}

// Whether the account has a product that is sold by region at that moment (H1), and for which one.
function bought(facts, product, at) {
  const last = facts.findLast((f) => ['ProductAdded', 'ProductRemoved'].includes(f.type) && f.product === product && f.at <= at);
  return last?.type === 'ProductAdded' ? last : undefined;
}

export function add_regional(draft, { product, region, at }) {
  if (!draft.catalog.regional(product).regions.includes(region)) draft.refuse('unknown_region');
  if (bought(draft.facts, product, at)) draft.refuse('term_overlap');
  draft.add('ProductAdded', { product, region });
}

export function remove_regional(draft, { product, at }) {
  if (!bought(draft.facts, product, at)) draft.refuse('outside_term');
  draft.add('ProductRemoved', { product, effective_at: at });
}

export function migrate_region(draft, { region, scope, at }) {
  if (scope !== 'organization') draft.refuse('partial_migration');
  const found = draft.catalog.region(region);
  if (!found) draft.refuse('unknown_region');
  const gov = draft.facts[0].environment === 'gov';
  if (gov && !found.gov) draft.refuse('not_authorized_in_gov');
  const from = region_of(draft.facts);
  if (region === from) return;
  if (bought(draft.facts, 'data_residency', at)?.region !== region) draft.refuse('product_required');
  draft.add('RegionMigrated', { from, to: region, events: draft.known.length });
}

// Each region's log counts for itself; what moved stands behind everything that was there.
export class Positions {
  #heads = new Map();

  place(facts, region) {
    let head = this.#heads.get(region) ?? 0;
    for (const fact of facts) {
      fact.seq = ++head;
      fact.partition = region === 'us' ? undefined : region;
    }
    this.#heads.set(region, head);
  }
}
