// SPDX-License-Identifier: Apache-2.0
// The documents that the ledger answers with, put together of a read model's rows alone.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <boost/json.hpp>
#include <string>

namespace creditfold::test {

// What `creditfold balance --json` says of an account, as of the moment the model was made.
[[nodiscard]] boost::json::value balance_in(SQLite::Database& database, const std::string& account);
// What `creditfold invoices --format json` says, its parts with what the model keeps of them.
[[nodiscard]] boost::json::value invoices_in(SQLite::Database& database, const std::string& account);
// The events as `creditfold export --format jsonl` writes them. `partition`: where the log's lines say one.
[[nodiscard]] boost::json::array events_in(SQLite::Database& database, const std::string& partition);

}  // namespace creditfold::test
