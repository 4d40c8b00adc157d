// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/members.hpp"

namespace creditfold::cli {

namespace json = boost::json;

std::string harmless(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : ' ');
    const bool c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;
    if (c1) ++i;  // U+0080 to U+009F are two bytes in UTF-8
    clean += c1 || byte < 0x20 || byte == 0x7F ? ' ' : text[i];
  }
  return clean;
}

std::string string_of(const json::value& value, std::string_view name) {
  const json::value* found = value.as_object().if_contains(name);
  if (found == nullptr || found->is_null()) return {};
  const json::string& text = found->as_string();
  return harmless({text.data(), text.size()});
}

std::int64_t integer_of(const json::value& value, std::string_view name) { return value.at(name).as_int64(); }

const json::array& list_of(const json::value& value, std::string_view name) { return value.at(name).as_array(); }

std::string listed(const json::value& value, std::string_view name) {
  std::string text;
  for (const json::value& word : list_of(value, name)) {
    text += (text.empty() ? "" : ", ") + std::string(word.as_string().data(), word.as_string().size());
  }
  return text;
}

}  // namespace creditfold::cli
