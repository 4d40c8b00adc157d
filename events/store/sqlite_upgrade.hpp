// SPDX-License-Identifier: Apache-2.0
// From the first format of the database to today's. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>

namespace creditfold {

// One ledger a data directory, and no streams that come and go.
inline constexpr std::int64_t sqlite_format_1 = 1;

// All of it or nothing. Events stay where they are: their bytes and checks are the same.
void upgrade_from_1(SQLite::Database& database);

}  // namespace creditfold
