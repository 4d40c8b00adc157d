// SPDX-License-Identifier: Apache-2.0
// creditfold clauses, creditfold version: what the program knows of itself.
#include <algorithm>

#include "events/cflog_format.hpp"
#include "ledger/clauses.hpp"
#include "ledger/cli/build.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::cli {
namespace {

std::string clauses_text() {
  std::string text;
  std::string_view title;
  constexpr std::size_t id_width = 8;
  for (const Clause& clause : clauses()) {
    if (clause.title != title) text.append(title.empty() ? "" : "\n").append(clause.title).append("\n");
    title = clause.title;
    std::string id(clause.id);
    id.resize(std::max(id.size() + 2, id_width), ' ');
    text.append("  ").append(id).append(clause.sentence).append("\n");
  }
  text.pop_back();
  return text;
}

std::string version_json() {
  JsonWriter out;
  out.open('{')
      .field("name", "creditfold")
      .field("version", build_version)
      .field("format", std::int64_t{cflog::format})
      .field("commit", build_commit)
      .close('}');
  return out.take();
}

std::string version_text() {
  std::string text = "creditfold ";
  text += build_version;
  text += ", log format " + std::to_string(cflog::format);
  if (!build_commit.empty()) text.append(", commit ").append(build_commit);
  return text;
}

}  // namespace

ExitStatus run(const ClausesOptions& options) { return print(options.json ? clauses_json() : clauses_text()); }

ExitStatus run(const VersionOptions& options) { return print(options.json ? version_json() : version_text()); }

}  // namespace creditfold::cli
