// SPDX-License-Identifier: Apache-2.0
// A key's report, a check of one, and the classes of data, as JSON says them, for people.
#pragma once

#include <string>
#include <string_view>

namespace creditfold::cli {

[[nodiscard]] std::string keys_text(std::string_view report_json);
[[nodiscard]] std::string key_check_text(std::string_view check_json);
[[nodiscard]] std::string data_classes_text();

}  // namespace creditfold::cli
