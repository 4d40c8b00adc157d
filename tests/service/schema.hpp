// SPDX-License-Identifier: Apache-2.0
// Whether a JSON document is what its served schema says: as much of JSON Schema 2020-12 as those schemas use for shapes.
// Patterns and formats are not looked at.
#pragma once

#include <string>
#include <string_view>

#include "tests/service/client.hpp"

namespace creditfold::test {

// Empty when the document fits the schema of this name ("explanation.schema.json"), else the first place that does not and
// why. Schemas are asked of the service, those they refer to as well.
[[nodiscard]] std::string misfit(Client& client, std::string_view schema, std::string_view document);

}  // namespace creditfold::test
