// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/json_items.hpp"

#include <algorithm>
#include <charconv>

#include "ledger/cli/byte_order_mark.hpp"

namespace creditfold::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view blanks = " \t\r\n";

std::optional<json::value> parse(std::string_view text, json::error_code& error) {
  json::parse_options options;
  options.max_depth = json_item_depth_max;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return std::nullopt;
  return value;
}

std::string_view line_at(std::string_view content, std::size_t at) {
  return content.substr(at, std::min(content.find('\n', at), content.size()) - at);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(blanks) == std::string_view::npos; }

// One object a line: the first line that is not blank is one by itself, or the second is where the first is broken.
bool is_lines(std::string_view content) {
  int looked_at = 0;
  for (std::size_t at = 0; at < content.size() && looked_at < 2;) {
    const std::string_view line = line_at(content, at);
    at += line.size() + 1;
    if (is_blank(line)) continue;
    ++looked_at;
    json::error_code error;
    const auto value = parse(line, error);
    if (value && value->is_object()) return true;
  }
  return false;
}

}  // namespace

JsonItems::JsonItems(std::string file, std::string what, std::string_view content) : content_(content) {
  if (content_.starts_with(byte_order_mark)) content_.remove_prefix(byte_order_mark.size());
  lines_ = is_blank(content_) || is_lines(content_);
  if (!lines_) open_document(file, what);
}

void JsonItems::open_document(const std::string& file, const std::string& what) {
  if (content_.size() > json_document_bytes_max) {
    throw UsageError(file + " is one document of more than 256 MiB; write one object a line");
  }
  json::error_code error;
  auto value = parse(content_, error);
  if (!value)
    throw UsageError(file + " is no " + what + ": it is neither JSON nor JSON Lines (" + error.message() + ")");
  list_ = value->is_array();
  if (list_) {
    elements_ = std::move(value->get_array());
  } else {
    elements_.push_back(std::move(*value));
  }
}

std::optional<std::variant<JsonItem, BadRow>> JsonItems::next() {
  if (lines_) return next_line();
  if (static_cast<std::size_t>(number_) >= elements_.size()) return std::nullopt;
  JsonItem item;
  item.value = std::move(elements_[static_cast<std::size_t>(number_)]);
  item.number = ++number_;
  item.place = list_ ? "element " + std::to_string(item.number) : "the document";
  at_ = content_.size() * static_cast<std::size_t>(number_) / elements_.size();
  return std::variant<JsonItem, BadRow>(std::move(item));
}

std::optional<std::variant<JsonItem, BadRow>> JsonItems::next_line() {
  while (at_ < content_.size()) {
    const std::string_view line = line_at(content_, at_);
    at_ += line.size() + 1;
    ++number_;
    if (is_blank(line)) continue;
    const std::string place = "line " + std::to_string(number_);
    json::error_code error;
    auto value = parse(line, error);
    if (!value) return std::variant<JsonItem, BadRow>(BadRow{place, "is not JSON: " + error.message()});
    return std::variant<JsonItem, BadRow>(JsonItem{place, number_, std::move(*value)});
  }
  return std::nullopt;
}

const json::value* field_of(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  const json::value* found = object ? object->if_contains(json::string_view(name.data(), name.size())) : nullptr;
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::string> string_field(const json::value& value, std::string_view name) {
  const json::value* found = field_of(value, name);
  const json::string* text = found ? found->if_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  return std::string(text->data(), text->size());
}

std::optional<std::int64_t> whole_number(const json::value& value) {
  if (const std::int64_t* number = value.if_int64()) return *number >= 0 ? std::optional(*number) : std::nullopt;
  const json::string* text = value.if_string();
  if (text == nullptr || text->empty()) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || rest != end || number < 0) return std::nullopt;
  return number;
}

}  // namespace creditfold::cli
