// SPDX-License-Identifier: Apache-2.0
#include "ledger/markings.hpp"

#include <algorithm>
#include <array>

namespace creditfold {
namespace {

constexpr std::array<std::string_view, 3> banner_levels{"TOP SECRET//", "SECRET//", "CONFIDENTIAL//"};
constexpr std::array<std::string_view, 3> portion_levels{"(TS//", "(S//", "(C//"};

bool is_word(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool has_banner(std::string_view text, std::string_view level) {
  for (std::size_t at = text.find(level); at != std::string_view::npos; at = text.find(level, at + 1)) {
    if (at == 0 || !is_word(text[at - 1])) return true;
  }
  return false;
}

// "(S//NF)": capitals, slashes and blanks up to the closing bracket, at least one.
bool has_portion(std::string_view text, std::string_view level) {
  for (std::size_t at = text.find(level); at != std::string_view::npos; at = text.find(level, at + 1)) {
    const std::string_view rest = text.substr(at + level.size());
    const std::size_t end = rest.find(')');
    if (end == std::string_view::npos || end == 0) continue;
    const bool controls = std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(end),
                                      [](char c) { return (c >= 'A' && c <= 'Z') || c == '/' || c == ' '; });
    if (controls) return true;
  }
  return false;
}

}  // namespace

bool has_marking(std::string_view text) {
  return std::any_of(banner_levels.begin(), banner_levels.end(), [&](auto level) { return has_banner(text, level); }) ||
         std::any_of(portion_levels.begin(), portion_levels.end(), [&](auto level) { return has_portion(text, level); });
}

bool has_marking(const std::optional<Text>& text) { return text && has_marking(text->value); }

bool declares_classified(const std::optional<Text>& classification) {
  return classification && classification->value != "unclassified" && classification->value != "cui";
}

Refusal classified_refusal() {
  return {RefusalCode::classified, "GOV-3", "Only unclassified data and CUI may be processed; nothing was stored.", {}};
}

std::optional<Refusal> refuse_marked(const Text& text) {
  if (!has_marking(text.value)) return std::nullopt;
  return classified_refusal();
}

std::optional<Refusal> refuse_marked(const std::optional<Text>& text) {
  if (!has_marking(text)) return std::nullopt;
  return classified_refusal();
}

}  // namespace creditfold
