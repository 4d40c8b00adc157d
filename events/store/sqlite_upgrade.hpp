// SPDX-License-Identifier: Apache-2.0
// From earlier formats of the database to today's. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>

namespace creditfold {

// One ledger a data directory, and no streams that come and go.
inline constexpr std::int64_t sqlite_format_1 = 1;
// No tree over the events.
inline constexpr std::int64_t sqlite_format_2 = 2;

// All of it or nothing. Events stay where they are: their bytes and checks are the same. Throws Fault damaged when an
// event is missing.
void upgrade(SQLite::Database& database, const std::filesystem::path& file, std::int64_t format);

}  // namespace creditfold
