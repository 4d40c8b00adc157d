// SPDX-License-Identifier: Apache-2.0
// The parts of `creditfold import`: rows to commands, answers to counts, counts to words.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "events/log.hpp"
#include "events/vocabulary.hpp"
#include "ledger/cli/azure_llm.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/lines.hpp"

namespace creditfold::cli {

// One file's calls as commands. Key and usage id name the file by its content and the line, so that the same file again
// is the same commands again.
class UsageCommands {
 public:
  UsageCommands(const ImportOptions& options, std::string_view content, std::int64_t shift_micros);

  // nullopt: shifted out of the years that can be written.
  [[nodiscard]] std::optional<Line> command(const TraceCall& call) const;
  [[nodiscard]] const std::string& key_prefix() const { return key_prefix_; }  // "azure-llm:0123456789abcdef:"

 private:
  AccountId account_;
  WorkflowId workflow_;
  ModelId model_;
  std::string key_prefix_;
  std::int64_t shift_micros_;
};

[[nodiscard]] WorkflowId workflow_of(const ImportOptions& options);

struct Refused {
  std::int64_t rows = 0;
  std::string first_message;
};

// What became of the rows.
struct ImportCounts {
  std::int64_t rows = 0;  // that are not blank, the header left out
  std::int64_t charged = 0;
  std::int64_t replayed = 0;
  std::int64_t bad = 0;
  std::map<std::string, Refused> refused;  // by code

  void take(std::string_view answer);  // one of CONTRACT.md's
};

// What was charged by this import, as the fold finds it.
struct ImportCharges {
  Credits credits;
  Credits uncovered;
};
// Over the account's events after `after` whose keys begin with `key_prefix`.
[[nodiscard]] ImportCharges charges_of(const Log& log, const AccountId& account, std::string_view key_prefix,
                                       std::int64_t after);

struct ImportSummary {
  ImportCounts counts;
  ImportCharges charges;
  std::optional<Instant> starts_at;  // where the first call was put
  std::int64_t microseconds = 0;
};
[[nodiscard]] std::string summary_json(const ImportOptions& options, const ImportSummary& summary);
[[nodiscard]] std::string summary_text(const ImportOptions& options, const ImportSummary& summary);

}  // namespace creditfold::cli
