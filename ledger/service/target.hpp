// SPDX-License-Identifier: Apache-2.0
// What a request asks for, taken apart: decoded path segments and query parameters. Pure text; strict, and every error
// names its place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/expected.hpp"
#include "events/vocabulary.hpp"

namespace creditfold::service {

// What is wrong with a request, and where: "target, byte 12", "query parameter after", "header Last-Event-ID".
struct BadRequest {
  std::string place;
  std::string what;
};

struct Target {
  std::vector<std::string> segments;  // decoded; "/" has one empty segment
  std::vector<std::pair<std::string, std::string>> query;

  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

// Takes the origin form (/path?query) and the absolute form (http://host/path?query).
[[nodiscard]] Expected<Target, BadRequest> parse_target(std::string_view target);
// GOV-3: whether a target, whatever its form, carries a classification marking once its percent-encoding is undone.
[[nodiscard]] bool carries_marking(std::string_view target);
// A parameter that is not known here, or given twice. nullopt: all are well.
[[nodiscard]] std::optional<BadRequest> check_parameters(const Target& target, std::span<const std::string_view> known);

// A position: digits only, 0 or more. nullopt when the parameter is left out.
[[nodiscard]] Expected<std::optional<std::int64_t>, BadRequest> seq_parameter(const Target& target,
                                                                              std::string_view name);
// What is wrong with a query parameter.
[[nodiscard]] BadRequest bad_parameter(std::string_view name, std::string what);
[[nodiscard]] Expected<std::optional<Instant>, BadRequest> time_parameter(const Target& target, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> parse_seq(std::string_view text);

}  // namespace creditfold::service
