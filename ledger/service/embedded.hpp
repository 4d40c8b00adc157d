// SPDX-License-Identifier: Apache-2.0
// The API's description and the JSON Schemas, carried in the program. The files themselves are openapi.json and
// ledger/schemas/; the definitions are generated from them when the build is configured.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace creditfold::service {

[[nodiscard]] std::string_view openapi_json();
// Without ".schema.json".
[[nodiscard]] std::vector<std::string_view> schema_names();
[[nodiscard]] std::optional<std::string_view> schema_json(std::string_view name);

}  // namespace creditfold::service
