// SPDX-License-Identifier: Apache-2.0
// The events of replay_rows summed by DuckDB: duckdb.mjs PACKAGES DIR ROUNDS. Its own table in a file of its own, one thread,
// two GROUP BYs, every aggregate read by an outer query so that none is left out. Processor time of the whole process.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, directory, rounds] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(packages, 'package.json')));
const { DuckDBInstance } = require('@duckdb/node-api');

const instance = await DuckDBInstance.create(join(directory, 'events.duckdb'));
const connection = await instance.connect();
await connection.run(`CREATE TABLE events AS SELECT * FROM read_csv('${join(directory, 'rows.csv')}', header = false, columns = {
  account: 'UINTEGER', plan: 'UTINYINT', period: 'UTINYINT', kind: 'UTINYINT', workflow: 'UTINYINT', model: 'UTINYINT',
  query: 'UINTEGER', input: 'UINTEGER', output: 'UINTEGER', credits: 'BIGINT'})`);
await connection.run('CHECKPOINT');
await connection.run('SET threads = 1');
const count = Number((await connection.runAndReadAll('SELECT count(*) FROM events')).getRows()[0][0]);

const queries = [
  `SELECT count(*), sum(n), sum(c), sum(g), sum(x) FROM
     (SELECT account, plan, period, count(*) AS n, sum(CASE WHEN kind = 0 THEN credits ELSE 0 END) AS c,
        sum(CASE WHEN kind = 1 THEN credits ELSE 0 END) AS g, sum(CASE WHEN kind = 2 THEN credits ELSE 0 END) AS x
      FROM events GROUP BY account, plan, period)`,
  `SELECT count(*), sum(n), sum(q), sum(i), sum(o), sum(c) FROM
     (SELECT workflow, model, count(*) AS n, sum(query) AS q, sum(input) AS i, sum(output) AS o, sum(credits) AS c
      FROM events WHERE kind = 0 GROUP BY workflow, model)`,
];
const seconds = [];
let groups = [];
for (let round = 0; round <= Number(rounds); round += 1) {
  const before = process.cpuUsage();
  const rows = [];
  for (const query of queries) rows.push((await connection.runAndReadAll(query)).getRows()[0].map(Number));
  const used = process.cpuUsage(before);
  if (rows[0][1] !== count) throw new Error('not every event was summed');
  groups = rows.map((row) => row[0]);
  if (round > 0) seconds.push((used.user + used.system) / 1e6);  // the first reads the file
}
console.log(JSON.stringify({ events: count, seconds, groups }));
