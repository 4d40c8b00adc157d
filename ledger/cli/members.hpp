// SPDX-License-Identifier: Apache-2.0
// Members of the ledger's own documents, for what people read: what is asked for is there, or may be left out.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace creditfold::cli {

// Free text of a log may hold anything; a terminal is not to obey it: control characters (C0, DEL, C1) become spaces.
[[nodiscard]] std::string harmless(std::string_view text);

// The text as `harmless` makes it; empty where it is left out or null.
[[nodiscard]] std::string string_of(const boost::json::value& value, std::string_view name);
[[nodiscard]] std::int64_t integer_of(const boost::json::value& value, std::string_view name);
[[nodiscard]] const boost::json::array& list_of(const boost::json::value& value, std::string_view name);
// Its texts, with commas between them. They are words and ids of the ledger.
[[nodiscard]] std::string listed(const boost::json::value& value, std::string_view name);

}  // namespace creditfold::cli
