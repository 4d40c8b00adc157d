// SPDX-License-Identifier: Apache-2.0
// Files of one target may be compiled as one (CMAKE_UNITY_BUILD). Then what two of them name alike in their anonymous
// namespaces is one name: two functions of one signature do not compile, and of two signatures the call goes, unseen,
// to the one that fits better. So a local name stands in one file of a target. Tried on planted breaches first.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

import { files_below } from './files_below.mjs';

// What a line that is not indented says first, without what stands in angle brackets: a type, an alias, a constant, a
// function or a variable.
const forms = [
  /^(?:template )?(?:struct|class|enum class|enum) (\w+)(?: final)?(?: :[^;]*)? \{/,
  /^(?:__extension__ )?using (\w+) =/,
  /^(?:inline )?(?:constexpr|const|thread_local)\s[^=({;]*?(\w+)(?:\[[^\]]*\])?(?: =|\{|\(|;)/,
  new RegExp(
    '^(?!return|using|static_assert|TEST_CASE|SECTION|namespace|#|//|struct|class|enum|extern|' +
      'SELECT|INSERT|DELETE|CREATE|UPDATE)' +
      '(?:[\\w:,&*\\[\\]]+ )+[&*]*(\\w+)(?:\\[[^\\]]*\\])?(?:\\(| =|\\{|;)',
  ),
];

function without_brackets(line) {
  for (let shorter = line; ; line = shorter) {
    shorter = line.replace(/<[^<>]*>/g, '');
    if (shorter === line) return line;
  }
}

// The names in a file's anonymous namespaces; those in a namespace around them that is not the project's are its own.
export function local_names(text) {
  const names = new Set();
  let inside = false;
  let around = '';
  for (const line of text.split('\n')) {
    const named = /^(\}  \/\/ )?namespace ([\w:]+)(?: \{)?$/.exec(line);
    if (named && !/^creditfold\b/.test(named[2])) around = named[1] ? '' : `${named[2]}::`;
    else if (/^namespace \{/.test(line)) inside = true;
    else if (/^\}  \/\/ namespace$/.test(line)) inside = false;
    else if (inside) {
      const plain = without_brackets(line);
      const name = forms.map((form) => form.exec(plain)?.[1]).find((found) => found !== undefined);
      if (name !== undefined) names.add(around + name);
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
  const twice = [...where].filter(([, paths]) => paths.length > 1);
  return twice.map(([name, paths]) => `${name} is a local name of ${paths.join(' and ')}`);
}

const local = (line) => `namespace {\n${line}\n}  // namespace\n`;
const planted = [
  [local('int sum(int a) {'), local('int sum(std::string_view text) {')],
  [local('struct Found {'), local('class Found final : public Base {')],
  [local('constexpr std::size_t most = 3;'), local('const std::vector<int> most{1};')],
  [local('constexpr char context[size_of_it + 1] = "c";'), local('constexpr std::string_view context =')],
  [local('using Words = std::vector<int>;'), local('struct Words {')],
  [local('std::optional<Event> opening_of(const Log& log) {'), local('Event opening_of() {')],
  [local('std::function<void(Event&, Fact<int>&)> with(int a) {'), local('std::string with(std::string a) {')],
  [local('bool wanted = false;'), local('std::atomic<bool> wanted{false};')],
];
const in_order = [
  [local('int sum(int a) {'), 'int sum(int a) {\n'],
  [local('int sum(int a) {'), `namespace apart {\n${local('int sum(int a) {')}}  // namespace apart\n`],
];

// [target, its files] of each add_library and add_executable of a CMakeLists.txt. `lists`: variables that name files.
function targets_of(root, cmake, lists) {
  const text = readFileSync(cmake, 'utf8');
  return [...text.matchAll(/add_(?:library|executable)\((\w+)([^)]*)\)/g)].map(([, target, words]) => {
    const listed = words
      .replace(/\$\{(\w+)\}/g, (whole, variable) => lists.get(variable)?.join(' ') ?? whole)
      .split(/\s+/);
    const files = listed.filter((word) => word.endsWith('.cpp') && !/\$\{(?!PROJECT_SOURCE_DIR)/.test(word));
    return [target, files.map((file) => {
      const anchored = file.replace('${PROJECT_SOURCE_DIR}', root);
      return normalize(anchored === file ? join(dirname(cmake), file) : anchored);
    })];
  });
}

// The variables of tests/ledger/sources.cmake, whose files lie beside it.
function source_lists(root) {
  const text = readFileSync(join(root, 'tests/ledger/sources.cmake'), 'utf8');
  return new Map([...text.matchAll(/set\((\w+)([^)]*)\)/g)].map(([, name, words]) => [
    name, words.split(/\s+/).filter((word) => word.endsWith('.cpp')).map((file) => `ledger/${file}`)]));
}

// A list of breaches for each target; first those of the check itself.
export function local_name_breaches(root) {
  const breached = ([one, other]) => breaches_of([['a.cpp', one], ['b.cpp', other]]).length;
  const blind = planted.filter((pair) => breached(pair) !== 1).map(([one]) => `a planted breach was not seen: ${one}`);
  const wrong = in_order
    .filter((pair) => breached(pair) !== 0)
    .map(([, other]) => `no breach was taken for one: ${other}`);
  const lists = source_lists(root);
  const targets = ['events', 'ledger', 'wasm', 'tests'].flatMap((folder) =>
    [...files_below(join(root, folder), /^CMakeLists\.txt$/)].flatMap((cmake) => targets_of(root, cmake, lists)));
  const counted = targets.reduce((sum, [, files]) => sum + files.length, 0);
  const few = counted < 300 ? [`only ${counted} files of targets were found`] : [];
  return [
    [...blind, ...wrong, ...few],
    ...targets.map(([, files]) => breaches_of(files.map((path) => [relative(root, path), readFileSync(path, 'utf8')]))),
  ];
}
