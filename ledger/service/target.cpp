// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/target.hpp"

#include <algorithm>
#include <charconv>

#include "ledger/markings.hpp"

namespace creditfold::service {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

BadRequest at_byte(std::size_t offset, std::string what) {
  return {"target, byte " + std::to_string(offset), std::move(what)};
}

// RFC 3986, section 2.1; "+" is a plus. `offset` is where `text` begins in the target.
Expected<std::string, BadRequest> decode(std::string_view text, std::size_t offset) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Unexpected{at_byte(offset + i, "\"%\" is followed by two hexadecimal digits.")};
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!is_utf8(decoded)) return Unexpected{at_byte(offset, "What is percent-encoded here is not UTF-8.")};
  return decoded;
}

std::optional<BadRequest> parse_path(std::string_view path, std::size_t offset, Target& target) {
  std::size_t start = 1;  // after the "/"
  for (;;) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    auto segment = decode(path.substr(start, end - start), offset + start);
    if (!segment) return segment.error();
    target.segments.push_back(std::move(*segment));
    if (end == path.size()) return std::nullopt;
    start = end + 1;
  }
}

std::optional<BadRequest> parse_query(std::string_view query, std::size_t offset, Target& target) {
  std::size_t start = 0;
  while (start < query.size()) {
    const std::size_t end = std::min(query.find('&', start), query.size());
    const std::string_view pair = query.substr(start, end - start);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return at_byte(offset + start, "A query parameter is written name=value.");
    }
    auto name = decode(pair.substr(0, equals), offset + start);
    if (!name) return name.error();
    auto value = decode(pair.substr(equals + 1), offset + start + equals + 1);
    if (!value) return value.error();
    target.query.emplace_back(std::move(*name), std::move(*value));
    start = end + 1;
  }
  return std::nullopt;
}

// Where the path begins: at once, or after the scheme and authority of an absolute form.
std::size_t path_offset(std::string_view target) {
  const std::size_t scheme = target.starts_with("http://") ? 7 : target.starts_with("https://") ? 8 : 0;
  return scheme == 0 ? 0 : std::min(target.find_first_of("/?", scheme), target.size());
}

// What can be decoded is; the rest stays as it is.
std::string decoded_as_far_as_possible(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace

BadRequest bad_parameter(std::string_view name, std::string what) {
  return {"query parameter " + std::string(name), std::move(what)};
}

bool carries_marking(std::string_view target) {
  if (has_marking(decoded_as_far_as_possible(target))) return true;
  // A part alone may be one that it is not among the others: "/v1/accounts/SECRET".
  for (std::size_t start = 0; start < target.size();) {
    const std::size_t end = std::min(target.find_first_of("/?&=", start), target.size());
    if (has_marking(decoded_as_far_as_possible(target.substr(start, end - start)))) return true;
    start = end + 1;
  }
  return false;
}

std::string Target::path() const {
  std::string text;
  for (const std::string& segment : segments) text += '/' + segment;
  return text;
}

std::optional<std::string_view> Target::parameter(std::string_view name) const {
  for (const auto& [known, value] : query) {
    if (known == name) return value;
  }
  return std::nullopt;
}

Expected<Target, BadRequest> parse_target(std::string_view text) {
  const std::size_t offset = path_offset(text);
  const std::string_view rest = text.substr(offset);
  if (!rest.starts_with('/')) return Unexpected{at_byte(offset, "The target begins with \"/\".")};
  if (const std::size_t fragment = rest.find('#'); fragment != std::string_view::npos) {
    return Unexpected{at_byte(offset + fragment, "A target has no fragment.")};
  }
  const std::size_t question = std::min(rest.find('?'), rest.size());
  Target target;
  if (auto bad = parse_path(rest.substr(0, question), offset, target)) return Unexpected{std::move(*bad)};
  if (question < rest.size()) {
    auto bad = parse_query(rest.substr(question + 1), offset + question + 1, target);
    if (bad) return Unexpected{std::move(*bad)};
  }
  return target;
}

std::optional<BadRequest> check_parameters(const Target& target, std::span<const std::string_view> known) {
  for (auto parameter = target.query.begin(); parameter != target.query.end(); ++parameter) {
    const std::string& name = parameter->first;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return bad_parameter(name, "This address has no such parameter.");
    }
    const auto same = [&](const auto& other) { return other.first == name; };
    if (std::any_of(target.query.begin(), parameter, same)) return bad_parameter(name, "It is given twice.");
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_seq(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('-')) return std::nullopt;
  return value;
}

Expected<std::optional<std::int64_t>, BadRequest> seq_parameter(const Target& target, std::string_view name) {
  const auto text = target.parameter(name);
  if (!text) return std::optional<std::int64_t>{};
  const auto value = parse_seq(*text);
  if (!value) return Unexpected{bad_parameter(name, "It is a position: a whole number from 0.")};
  return value;
}

Expected<std::optional<Instant>, BadRequest> time_parameter(const Target& target, std::string_view name) {
  const auto text = target.parameter(name);
  if (!text) return std::optional<Instant>{};
  const auto value = parse_instant(*text);
  if (!value) return Unexpected{bad_parameter(name, "It is a moment in UTC, such as 2026-01-31T09:30:00Z.")};
  return value;
}

}  // namespace creditfold::service
