// SPDX-License-Identifier: Apache-2.0
// Random commands of data residency: the add-on bought and given back, migrations that have it and such that do not.

import { region_of } from './residency.mjs';

const REGIONS = ['us', 'eu', 'us-gov'];

export function regions(s, account) {
  const r = s.random;
  const at = s.at(account);
  const here = region_of(s.facts(account));
  const product = 'data_residency';
  const has = s.facts(account).findLast((f) => f.product === product);
  const aim = has?.type === 'ProductAdded' && r.percent(70) ? has.region : r.pick([...REGIONS, 'moon']);
  return r.weighted([
    [4, () => s.send(account, 'AddProduct', at, { product, region: r.pick([...REGIONS, ...REGIONS, 'moon', undefined]) })],
    [has?.region === here ? 4 : 1, () => s.send(account, 'RemoveProduct', at, { product })],
    [6, () => s.send(account, 'MigrateRegion', at, { region: aim, scope: r.percent(90) ? 'organization' : r.pick(['team', '', 'user']) })],
    [1, () => s.send(account, 'AddProduct', at, { product: 'enterprise', region: 'eu' })],
  ])();
}
