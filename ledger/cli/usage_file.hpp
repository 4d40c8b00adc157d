// SPDX-License-Identifier: Apache-2.0
// A file of usage that another system measured, whatever its form: one use of a model after the other, and lines that
// are none. Which form means what is in IMPORT.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "events/vocabulary.hpp"
#include "ledger/cli/commands.hpp"

namespace creditfold::cli {

// A use of a model as the file says it. What the file does not say comes from the options.
struct UsageRow {
  std::string place;  // "line 7", for people
  std::int64_t number = 0;
  std::string key;  // names this use for ever, also in another file
  Instant at;
  std::optional<WorkflowId> workflow;
  std::optional<ModelId> model;
  Volume query;
  Volume input;
  Volume output;
  std::optional<PlanId> plan;
  std::optional<ActorId> actor;
  std::optional<AuthorizationId> settles;
  std::optional<std::string> classification;
  std::optional<std::string> memo;
  std::optional<bool> ai_generated;
};
struct BadRow {
  std::string place;
  std::string why;
};
// GOV-3: some text of it carries a classification marking. Nothing of it is read further, sent or told.
struct MarkedRow {
  std::string place;
};
// Not a use of a model, and rightly in the file: another event, a span of something else.
struct OtherRow {
  std::string why;  // where the file says what else it is; a clause
};

using UsageItem = std::variant<UsageRow, BadRow, MarkedRow, OtherRow>;

class UsageFile {
 public:
  virtual ~UsageFile() = default;
  [[nodiscard]] virtual std::optional<UsageItem> next() = 0;
  [[nodiscard]] virtual std::size_t offset() const = 0;  // bytes read, of the whole file
  // What every key of the file begins with.
  [[nodiscard]] virtual std::string key_prefix() const = 0;
  // Something to say about the whole file before it is taken; empty: nothing.
  [[nodiscard]] virtual std::string remark() const { return {}; }
};

// `content` must outlive the file. Throws UsageError when the format is not known or the content is of another form.
[[nodiscard]] std::unique_ptr<UsageFile> open_usage_file(const ImportOptions& options, std::string_view content);

}  // namespace creditfold::cli
