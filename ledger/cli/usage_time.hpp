// SPDX-License-Identifier: Apache-2.0
// Moments as other systems write them: RFC 3339 with any offset and up to nanoseconds, and nanoseconds since 1970. Cut
// to microseconds; nothing for what is no moment of the years 1 to 9999.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "events/vocabulary.hpp"

namespace creditfold::cli {

[[nodiscard]] std::optional<Instant> parse_offset_time(std::string_view text);
[[nodiscard]] std::optional<Instant> from_unix_nanos(std::int64_t nanos);

}  // namespace creditfold::cli
