// SPDX-License-Identifier: Apache-2.0
// From the database's format before this one to today's. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>

namespace creditfold {

// Events and batches were rows of their own.
inline constexpr std::int64_t sqlite_format_2 = 2;

// All of it or nothing. Streams that came from elsewhere stay where they are.
void upgrade_from_2(SQLite::Database& database, const std::filesystem::path& file);

}  // namespace creditfold
