// SPDX-License-Identifier: Apache-2.0
// Files of one target may be compiled as one (CMAKE_UNITY_BUILD). Then what two of them name alike in their anonymous
// namespaces is one name: two functions of one signature do not compile, and of two signatures the call goes, unseen, to
// the one that fits better. So a name stands in one file of a target. This check is tried on planted breaches first.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

// The folders whose files are one target's.
const targets = [
  ['events'],
  ['events/chain'],
  ['events/store'],
  ['ledger', 'ledger/forecast'],
  ['ledger/edge'],
  ['ledger/keyring'],
  ['ledger/directory'],
  ['ledger/regions'],
  ['ledger/read_model'],
  ['ledger/service'],
  ['ledger/cli'],
  ['tests/events', 'tests/ledger'],
  ['tests/chain', 'tests/store'],
  ['tests/edge'],
  ['tests/keyring'],
  ['tests/read_model'],
  ['tests/service'],
  ['tests/cli'],
];

// What a line that is not indented says first: a type, a constant or a function.
const forms = [
  /^(?:struct|class|enum class|enum) (\w+)(?: final)?(?: :[^;]*)? \{/,
  /^(?:using) (\w+) =/,
  /^(?:inline )?(?:constexpr|const|thread_local)\s[^=({]*?(\w+)(?:\[\w*\])?(?: = |\{|\()/,
  /^(?!return|using|static_assert|TEST_CASE|SECTION|namespace|#|\/\/)(?:[\w:<>,&*\[\]]+ )+[&*]*(\w+)\(/,
];

// The names in a file's anonymous namespaces.
export function local_names(text) {
  const names = new Set();
  let inside = false;
  for (const line of text.split('\n')) {
    if (/^namespace \{/.test(line)) inside = true;
    else if (/^\}  \/\/ namespace$/.test(line)) inside = false;
    else if (inside) {
      for (const form of forms) {
        const name = form.exec(line)?.[1];
        if (name !== undefined) {
          names.add(name);
          break;
        }
      }
    }
  }
  return names;
}

// `files`: [path, text] of one target.
function breaches_of(files) {
  const where = new Map();
  for (const [path, text] of files) {
    for (const name of local_names(text)) where.set(name, [...(where.get(name) ?? []), path]);
  }
  return [...where].filter(([, paths]) => paths.length > 1).map(([name, paths]) => `${name} is a local name of ${paths.join(' and ')}`);
}

const local = (line) => `namespace {\n${line}\n}  // namespace\n`;
const planted = [
  [local('int sum(int a) {'), local('int sum(std::string_view text) {')],
  [local('struct Found {'), local('class Found final : public Base {')],
  [local('constexpr std::size_t most = 3;'), local('const std::vector<int> most{1};')],
  [local('using Words = std::vector<int>;'), local('struct Words {')],
  [local('std::optional<Event> opening_of(const Log& log) {'), local('Event opening_of() {')],
];

// A list of breaches for each target; first those of the check itself.
export function local_name_breaches(root) {
  const blind = planted.filter(([one, other]) => breaches_of([['a.cpp', one], ['b.cpp', other]]).length !== 1);
  const clean = breaches_of([['a.cpp', local('int sum(int a) {')], ['b.cpp', 'int sum(int a) {\n']]);
  return [
    [...blind.map(([one]) => `a planted breach was not seen: ${one}`), ...clean],
    ...targets.map((folders) => {
      const files = folders.flatMap((folder) =>
        readdirSync(join(root, folder)).filter((name) => name.endsWith('.cpp')).map((name) => join(root, folder, name)));
      if (files.length === 0) return [`${folders}: there is no file`];
      return breaches_of(files.map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
    }),
  ];
}
