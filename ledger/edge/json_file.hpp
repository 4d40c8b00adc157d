// SPDX-License-Identifier: Apache-2.0
// A file of this program's own that is one JSON object: read whole, with the place of whatever does not belong there.
#pragma once

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "events/expected.hpp"
#include "ledger/json_reader.hpp"
#include "ledger/json_text.hpp"

namespace creditfold::edge {

// The value, or why there is none.
[[nodiscard]] inline Expected<boost::json::value, std::string> parse_json_file(std::string_view text) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  if (error) return Unexpected{"is not JSON: " + error.message()};
  if (const auto twice = find_duplicate_key(text)) return Unexpected{*twice + " stands twice"};
  return value;
}

// The list of that name; a fault when there is none.
[[nodiscard]] inline const boost::json::array* list_in(ObjectReader& in, const char* name) {
  const boost::json::value* value = in.find(name);
  const boost::json::array* list = value ? value->if_array() : nullptr;
  if (list == nullptr) in.fail(name, "is not a list");
  return list;
}

// Calls `read` with a reader for each element of the list of that name, until something has a fault.
template <class Read>
void read_each(const boost::json::array* list, const char* name, std::optional<ReadFault>& fault, Read&& read) {
  for (std::size_t i = 0; list != nullptr && i < list->size() && !fault; ++i) {
    ObjectReader element((*list)[i], std::string("/") + name + "/" + std::to_string(i), fault);
    read(element);
  }
}

}  // namespace creditfold::edge
