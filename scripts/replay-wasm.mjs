// SPDX-License-Identifier: Apache-2.0
// Folds a log document in the WebAssembly module and prints its replay JSON. Called by scripts/replay-wasm.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [loader, module_file, log_file, ...options] = process.argv.slice(2);
let as_of = null;
if (options.length > 0) {
  if (options.length !== 2 || options[0] !== '--as-of' || !/^\d+$/.test(options[1])) {
    console.error('usage: scripts/replay-wasm LOG [--as-of SEQ]');
    process.exit(2);
  }
  as_of = BigInt(options[1]);
}
const { load_module } = await import(pathToFileURL(loader).href);
const wasm = new Response(readFileSync(module_file), { headers: { 'content-type': 'application/wasm' } });
const ledger = (await load_module(Promise.resolve(wasm))).open();
try {
  ledger.load(readFileSync(log_file));
  process.stdout.write(ledger.replay(as_of));
  process.stdout.write('\n');
} catch (error) {
  console.error(`creditfold: ${log_file}: ${error.fault?.place ? `${error.fault.place}: ` : ''}${error.message}`);
  process.exit(3);
}
