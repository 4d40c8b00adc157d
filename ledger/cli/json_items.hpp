// SPDX-License-Identifier: Apache-2.0
// A file of JSON objects in whichever way programs write several: one document, a list of them, or one a line (JSON
// Lines). Of lines, one that is broken spoils itself only.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "ledger/cli/usage_file.hpp"

namespace creditfold::cli {

// Documents of one piece are parsed whole; larger files are written one object a line.
inline constexpr std::size_t json_document_bytes_max = 256U << 20;
// Telemetry nests attributes in lists in objects.
inline constexpr std::size_t json_item_depth_max = 64;

struct JsonItem {
  std::string place;        // "line 7", or "element 3" of a list
  std::int64_t number = 0;  // of the line or element, from 1
  boost::json::value value;
};

class JsonItems {
 public:
  // `what` names the form in complaints: "cloudevents". Throws UsageError when the content is neither JSON nor lines of
  // it.
  JsonItems(std::string file, std::string what, std::string_view content);

  [[nodiscard]] std::optional<std::variant<JsonItem, BadRow>> next();
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  [[nodiscard]] std::optional<std::variant<JsonItem, BadRow>> next_line();
  void open_document(const std::string& file, const std::string& what);

  std::string_view content_;
  std::size_t at_ = 0;
  std::int64_t number_ = 0;
  bool lines_ = false;
  boost::json::array elements_;  // of a document: its elements, or itself
  bool list_ = false;
};


// Field access that tells what is wrong instead of throwing.
[[nodiscard]] const boost::json::value* field_of(const boost::json::value& value, std::string_view name);
[[nodiscard]] std::optional<std::string> string_field(const boost::json::value& value, std::string_view name);
// A whole number from 0, written as a number or as a string of digits (as OTLP writes 64-bit integers).
[[nodiscard]] std::optional<std::int64_t> whole_number(const boost::json::value& value);

}  // namespace creditfold::cli
