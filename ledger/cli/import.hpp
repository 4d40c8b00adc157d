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
#include "ledger/cli/commands.hpp"
#include "ledger/cli/lines.hpp"
#include "ledger/cli/usage_file.hpp"

namespace creditfold::cli {

// A file's uses as commands. What the file does not say of a use is the options', or the file's name.
class UsageCommands {
 public:
  UsageCommands(const ImportOptions& options, std::int64_t shift_micros)
      : options_(options), shift_micros_(shift_micros) {}

  // Or why there is none: shifted out of the years that can be written, no model, no workflow.
  [[nodiscard]] Expected<Line, std::string> command(const UsageRow& row) const;

 private:
  const ImportOptions& options_;
  std::int64_t shift_micros_;
};

// --workflow, or the file's name. Throws UsageError when there is neither.
[[nodiscard]] WorkflowId workflow_of(const ImportOptions& options);
// The model of a use that names none: --model, or what the public traces are of.
[[nodiscard]] std::optional<ModelId> model_of(const ImportOptions& options);

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
  std::int64_t other = 0;  // rightly in the file, but no use of a model; not among the rows
  std::string first_other;  // why the first of them is none, where the file says
  std::map<std::string, Refused> refused;  // by code

  // One of CONTRACT.md's; answers the code of a refusal.
  std::optional<std::string> take(std::string_view answer);
  void refuse(const std::string& code, const std::string& message);
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
