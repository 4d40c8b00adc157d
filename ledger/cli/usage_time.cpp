// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/usage_time.hpp"

#include <string>

#include "events/ascii.hpp"

namespace creditfold::cli {
namespace {

constexpr std::int64_t micros_per_minute = 60LL * 1'000'000;
constexpr std::size_t second_bytes = 19;  // of YYYY-MM-DDTHH:MM:SS
constexpr std::size_t kept_digits = 6, digits_max = 9;

// "Z", "+05:45": minutes to take off.
std::optional<std::int64_t> offset_minutes(std::string_view zone) {
  if (zone == "Z" || zone == "z") return 0;
  const bool form = zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && ascii::is_digit(zone[1]) &&
                    ascii::is_digit(zone[2]) && zone[3] == ':' && ascii::is_digit(zone[4]) && ascii::is_digit(zone[5]);
  if (!form) return std::nullopt;
  const std::int64_t hours = (zone[1] - '0') * 10 + (zone[2] - '0');
  const std::int64_t minutes = (zone[4] - '0') * 10 + (zone[5] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

std::optional<Instant> parse_offset_time(std::string_view text) {
  if (text.size() <= second_bytes) return std::nullopt;
  std::string rfc3339(text.substr(0, second_bytes));
  if (rfc3339[10] == 't' || rfc3339[10] == ' ') rfc3339[10] = 'T';
  std::string_view rest = text.substr(second_bytes);
  if (rest.front() == '.') {
    std::size_t digits = 0;
    while (1 + digits < rest.size() && ascii::is_digit(rest[1 + digits])) ++digits;
    if (digits == 0 || digits > digits_max) return std::nullopt;
    rfc3339 += rest.substr(0, 1 + std::min(digits, kept_digits));
    rest.remove_prefix(1 + digits);
  }
  const auto minutes = offset_minutes(rest);
  const auto local = parse_instant(rfc3339 + 'Z');
  if (!minutes || !local) return std::nullopt;
  const Instant at{local->micros - *minutes * micros_per_minute};
  if (at < instant_min || instant_max < at) return std::nullopt;
  return at;
}

std::optional<Instant> from_unix_nanos(std::int64_t nanos) {
  constexpr std::int64_t nanos_per_micro = 1'000;
  if (nanos <= 0) return std::nullopt;  // OTLP writes 0 for a time nobody took
  return Instant{nanos / nanos_per_micro};
}

}  // namespace creditfold::cli
