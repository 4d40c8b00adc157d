// SPDX-License-Identifier: Apache-2.0
// CloudEvents 1.0 in JSON, structured or in batches (https://cloudevents.io), whose data is a use of a model in the
// shape of IMPORT.md. An event is named by its source and id, so that it is charged once from however many files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ledger/cli/usage_file.hpp"

namespace creditfold::cli {

inline constexpr std::string_view cloud_event_type = "io.creditfold.usage.v1";

[[nodiscard]] std::unique_ptr<UsageFile> open_cloud_events(const std::string& file, const AccountId& account,
                                                           std::string_view content);

}  // namespace creditfold::cli
