// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/log_line.hpp"

#include <atomic>
#include <cstdio>

#include "events/vocabulary.hpp"
#include "ledger/json.hpp"
#include "ledger/markings.hpp"
#include "ledger/service/clock.hpp"

namespace creditfold::service {
namespace {

std::atomic<bool> debug_wanted{false};

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::debug:
      return "debug";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "error";
}

// A request may name anything; a log line is UTF-8 all the same.
std::string in_quotes(std::string_view text) {
  if (has_marking(text)) return json_quote(withheld);
  return is_utf8(text) ? json_quote(text) : json_quote("(not UTF-8)");
}

}  // namespace

void set_debug_lines(bool wanted) { debug_wanted.store(wanted, std::memory_order_relaxed); }

bool debug_lines() { return debug_wanted.load(std::memory_order_relaxed); }

void log_line(Severity severity, std::string_view message, const std::vector<LogField>& fields) {
  if (severity == Severity::debug && !debug_lines()) return;
  std::string line = R"({"time":")" + to_text(machine_clock()) + R"(","severity":")";
  line += name_of(severity);
  line += R"(","message":)" + in_quotes(message);
  for (const LogField& field : fields) {
    line += ',' + in_quotes(field.name) + ':' + (field.bare ? field.value : in_quotes(field.value));
  }
  line += "}\n";
  std::fwrite(line.data(), 1, line.size(), stderr);  // one call: lines of several threads do not mix
}

}  // namespace creditfold::service
