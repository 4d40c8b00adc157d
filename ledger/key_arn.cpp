// SPDX-License-Identifier: Apache-2.0
#include "ledger/key_arn.hpp"

#include <algorithm>

#include "events/ascii.hpp"

namespace creditfold {
namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// "us-gov-west-1", "aws-cn": words of lower-case letters and digits between single hyphens.
bool is_hyphenated(std::string_view text) {
  if (text.empty() || text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; }) &&
         text.find("--") == std::string_view::npos;
}

// What stands after "key/" or "alias/": AWS writes letters, digits, hyphens, and in an alias slashes and underscores.
bool is_resource_name(std::string_view name, std::string_view others) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [others](char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || others.find(c) != std::string_view::npos;
  });
}

std::string_view take_part(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  const std::string_view part = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  return part;
}

}  // namespace

std::optional<KeyArnParts> parse_key_arn(std::string_view arn) {
  constexpr std::size_t account_digits = 12;
  constexpr std::string_view key = "key/";
  constexpr std::string_view alias = "alias/";
  std::string_view rest = arn;
  if (take_part(rest) != "arn") return std::nullopt;
  KeyArnParts parts;
  parts.partition = take_part(rest);
  const bool amazon = parts.partition == "aws" || parts.partition.substr(0, 4) == "aws-";
  if (!amazon || !is_hyphenated(parts.partition) || take_part(rest) != "kms") return std::nullopt;
  parts.region = take_part(rest);
  parts.account = take_part(rest);
  parts.resource = rest;
  if (!is_hyphenated(parts.region)) return std::nullopt;
  const bool digits = std::all_of(parts.account.begin(), parts.account.end(), ascii::is_digit);
  if (parts.account.size() != account_digits || !digits) return std::nullopt;
  const bool named = (rest.substr(0, key.size()) == key && is_resource_name(rest.substr(key.size()), "-")) ||
                     (rest.substr(0, alias.size()) == alias && is_resource_name(rest.substr(alias.size()), "-_/"));
  if (!named) return std::nullopt;
  return parts;
}

}  // namespace creditfold
