// SPDX-License-Identifier: Apache-2.0
// The service that holds a data directory, spoken to over HTTP (POST /v1/commands), so that a command line beside a
// running service does what it would do alone.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ledger/cli/answerer.hpp"

namespace creditfold::cli {

// `url`: "http://HOST:PORT". `token`: sent along when there is one. Connects with the first group. Faults: unavailable
// when the service cannot be reached, gives no answer in time or cannot store; what was sent then may have been
// accepted, and may be sent again (H19).
[[nodiscard]] std::unique_ptr<Answerer> open_remote(const std::string& url,
                                                    std::optional<std::string> token = std::nullopt);

}  // namespace creditfold::cli
