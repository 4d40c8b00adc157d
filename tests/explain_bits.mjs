// SPDX-License-Identifier: Apache-2.0
// The explanations of the WebAssembly module are the bytes that `creditfold explain --json` prints: for lots, periods,
// charges, invoice lines, uses and refusals of a log, now and as of a position. Called by same_bits.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Up to `count` of a list, spread over it. */
const some = (list, count) => list.filter((_, i) => list.length <= count || i % Math.ceil(list.length / count) === 0);

/** The questions worth asking of an account, as words of the command line and as the module takes them. */
function questions(ledger, account) {
  const { plans, usage, invoice_lines } = ledger.balance(account, null);
  const charges = [];
  const events = ledger.events(account, 1, 10_000);
  for (const event of events) if (event.type === 'CreditsConsumed') charges.push(event.usage);
  const ask = (about, which, words = [`--${about}`, which]) => ({ about, which, words });
  return [
    ...some(plans.flatMap(({ lots }) => lots), 5).map(({ lot }) => ask('lot', lot)),
    ...some(plans.flatMap(({ plan, term, periods }) => periods.map(({ period }) => `${plan}/${term}/${period}`)), 3)
      .map((which) => ask('period', which)),
    ...some(charges, 8).map((which) => ask('usage', which)),
    ...some(invoice_lines.map((_, i) => String(i + 1)), 6).map((which) => ask('line', which)),
    ...some(usage, 2).map(({ workflow, model }) =>
      ask('use', JSON.stringify({ workflow, model }), ['--workflow', workflow, '--model', model])),
  ];
}

/**
 * Compares the module with the native program over a data directory. `run(words, input)` runs creditfold and gives its
 * output; `refusals` are answers of this ledger as JSON. Returns how many explanations were compared and the first that differs.
 */
export async function compare_explanations({ loader, module_file, catalog_file, data, log, refusals, run }) {
  const { load_module } = await import(pathToFileURL(loader).href);
  const wasm = new Response(readFileSync(module_file), { headers: { 'content-type': 'application/wasm' } });
  const ledger = (await load_module(Promise.resolve(wasm))).open(readFileSync(catalog_file));
  ledger.load(readFileSync(log));
  const text = new TextDecoder();
  const differing = [];
  const kinds = {};
  for (const { account, last_seq } of ledger.accounts()) {
    const asked = questions(ledger, account);
    for (const refusal of refusals) asked.push({ about: 'refusal', which: refusal, words: ['--refusal', '-'] });
    for (const [i, { about, which, words }] of asked.entries()) {
      const as_of = i % 3 === 2 ? BigInt(last_seq) - BigInt(i % 7) : null;
      let ours;
      try {
        ours = text.decode(ledger.explain_bytes(account, { about, which }, as_of));
      } catch (error) {
        ours = error.message;  // not there yet at that position
      }
      const at = as_of === null ? [] : ['--as-of', String(as_of)];
      const theirs = run(['explain', '--json', '--data', data, '--catalog', catalog_file, '--account', account, ...words, ...at],
        about === 'refusal' ? which : undefined);
      kinds[about] = (kinds[about] ?? 0) + 1;
      if (ours !== theirs) differing.push(`${account} ${words.join(' ')} ${at.join(' ')}: ${ours.slice(0, 300)} / ${theirs.slice(0, 300)}`);
    }
  }
  ledger.close();
  return { kinds, differing };
}

/** Where the built loader of the page's seam lies. */
export const loader_of = (wasm) => join(wasm, 'loader/ledger.mjs');
