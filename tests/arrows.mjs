// SPDX-License-Identifier: Apache-2.0
// Checks the arrows of ARCHITECTURE.md over every #include, that the pure parts stay pure, the JSON documents, and that a
// local name stands in one file of a target. The rules are tried on planted breaches first, so that this check cannot
// pass by not looking.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { document_breaches } from './documents.mjs';
import { files_below } from './files_below.mjs';
import { local_name_breaches } from './local_names.mjs';

const root = process.argv[2] ?? '.';

// Which rooms a room may include from. Longest room first: a file belongs to the first that matches its path.
const arrows = [
  ['events/chain/', ['events/']],
  ['events/store/', ['events/', 'events/chain/']],
  ['events/', ['events/']],
  ['ledger/edge/', ['ledger/edge/', 'ledger/', 'events/', 'events/chain/', 'events/store/']],
  ['ledger/read_model/', ['ledger/read_model/', 'ledger/', 'events/', 'events/chain/', 'events/store/']],
  ['ledger/keyring/', ['ledger/keyring/', 'ledger/', 'events/']],
  ['ledger/directory/', ['ledger/directory/', 'ledger/', 'events/', 'events/store/']],
  ['ledger/regions/', ['ledger/regions/', 'ledger/', 'events/', 'events/store/']],
  [
    'ledger/service/',
    [
      'ledger/service/', 'ledger/regions/', 'ledger/directory/', 'ledger/edge/', 'ledger/keyring/', 'ledger/', 'events/',
      'events/chain/', 'events/store/',
    ],
  ],
  [
    'ledger/cli/',
    [
      'ledger/cli/', 'ledger/service/service.hpp', 'ledger/regions/', 'ledger/directory/', 'ledger/edge/', 'ledger/keyring/',
      'ledger/read_model/', 'ledger/', 'events/', 'events/chain/', 'events/store/',
    ],
  ],
  ['ledger/', ['ledger/', 'events/']],
  ['wasm/', ['wasm/', 'ledger/', 'events/', 'events/store/memory.hpp']],
  [
    'tests/',
    [
      'tests/', 'wasm/', 'ledger/', 'ledger/regions/', 'ledger/directory/', 'ledger/edge/', 'ledger/keyring/',
      'ledger/read_model/', 'ledger/service/', 'ledger/cli/', 'events/', 'events/chain/', 'events/store/',
    ],
  ],
];
const rooms = arrows.map(([room]) => room);
// Headers the pure parts must not take: clocks, threads, files, locale, randomness, streams.
const impure = /^(chrono_clock|thread|mutex|atomic|fstream|iostream|sstream|filesystem|random|locale|ctime|time\.h|future|sys\/|unistd\.h|SQLiteCpp|sqlite3|boost\/(asio|beast)|sodium|openssl|curl)/;
const pure_room = (file) =>
  /^(events|ledger|wasm)\//.test(file) && !/^(events\/(chain|store)|ledger\/(edge|keyring|directory|read_model|regions|service|cli))\//.test(file);
// The memory store is shared between threads by the service's tests; its mutex is the one exception among pure files.
const impure_words = /\b(float|double|std::rand|system_clock|steady_clock|high_resolution_clock|getenv|setlocale|std::time)\b/;

function breaches(file, text) {
  const found = [];
  const room = rooms.find((prefix) => file.startsWith(prefix));
  if (!room) return found;
  const allowed = arrows.find(([prefix]) => prefix === room)[1];
  text.split('\n').forEach((line, index) => {
    const at = `${file}:${index + 1}`;
    const own = /^\s*#include "([^"]+)"/.exec(line);
    if (own) {
      const target = rooms.find((prefix) => own[1].startsWith(prefix));
      if (!target) found.push(`${at}: includes "${own[1]}", which lies in no room`);
      else if (target !== room && !allowed.includes(target) && !allowed.includes(own[1])) {
        found.push(`${at}: ${room} must not include ${own[1]}`);
      }
    }
    if (!pure_room(file)) return;
    const system = /^\s*#include <([^>]+)>/.exec(line);
    if (system && impure.test(system[1])) found.push(`${at}: a pure part includes <${system[1]}>`);
    const code = line.replace(/\/\/.*/, '').replace(/"(?:[^"\\]|\\.)*"/g, '""');
    const word = impure_words.exec(code);
    if (word) found.push(`${at}: a pure part says ${word[0]}`);
  });
  return found;
}

const planted = [
  ['events/x.hpp', '#include "ledger/state.hpp"'],
  ['ledger/x.hpp', '#include "ledger/service/service.hpp"'],
  ['ledger/x.hpp', '#include "events/store/sqlite.hpp"'],
  ['ledger/x.hpp', '#include "ledger/regions/routes.hpp"'],
  ['ledger/regions/x.cpp', '#include "ledger/service/service.hpp"'],
  ['ledger/x.hpp', '#include "ledger/keyring/keyring.hpp"'],
  ['ledger/keyring/x.hpp', '#include "ledger/service/service.hpp"'],
  ['ledger/x.cpp', '#include <sodium.h>'],
  ['wasm/x.cpp', '#include "events/store/sqlite.hpp"'],
  ['events/chain/x.cpp', '#include "events/store/sqlite.hpp"'],
  ['events/x.hpp', '#include "events/chain/merkle.hpp"'],
  ['events/x.cpp', '#include <openssl/evp.h>'],
  ['ledger/service/x.cpp', '#include "ledger/cli/options.hpp"'],
  ['ledger/x.cpp', '#include "ledger/edge/tokens.hpp"'],
  ['ledger/edge/x.cpp', '#include "ledger/service/reply.hpp"'],
  ['ledger/x.cpp', '#include "ledger/read_model/read_model.hpp"'],
  ['ledger/x.cpp', '#include "tests/table.hpp"'],
  ['ledger/x.cpp', '#include <thread>'],
  ['ledger/x.cpp', 'double rate = 0;'],
  ['events/x.cpp', 'auto now = std::chrono::system_clock::now();'],
];
let passed = 0;
let failed = 0;
for (const [file, text] of planted) {
  if (breaches(file, text).length === 1) passed += 1;
  else {
    failed += 1;
    console.error(`a planted breach was not seen: ${file}: ${text}`);
  }
}

let files = 0;
for (const folder of ['events', 'ledger', 'wasm', 'tests']) {
  for (const path of files_below(join(root, folder), /\.(hpp|cpp)$/)) {
    files += 1;
    const found = breaches(relative(root, path), readFileSync(path, 'utf8'));
    for (const breach of found) console.error(breach);
    if (found.length === 0) passed += 1;
    else failed += 1;
  }
}
if (files < 40) {
  failed += 1;
  console.error(`only ${files} source files were found below ${root}`);
}
for (const found of [...document_breaches(root), ...local_name_breaches(root)]) {
  for (const breach of found) console.error(breach);
  if (found.length === 0) passed += 1;
  else failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
