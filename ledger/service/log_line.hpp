// SPDX-License-Identifier: Apache-2.0
// What the service has to say about itself: one JSON object a line on standard error, never on standard output, and
// never with the content of a command.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace creditfold::service {

enum class Severity { debug, warning, error };

struct LogField {
  std::string_view name;
  std::string value;  // a JSON string, unless `bare`
  bool bare = false;  // a number or a literal
};

// GOV-3: what stands in place of a text that carries a classification marking.
inline constexpr std::string_view withheld = "(withheld: it carries a classification marking)";

// Debug lines are dropped unless they were asked for. Safe from any thread.
void set_debug_lines(bool wanted);
[[nodiscard]] bool debug_lines();
void log_line(Severity severity, std::string_view message, const std::vector<LogField>& fields = {});

}  // namespace creditfold::service
