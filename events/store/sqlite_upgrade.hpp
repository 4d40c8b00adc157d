// SPDX-License-Identifier: Apache-2.0
// From the database's formats before this one to today's. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>

namespace creditfold {

// Events and batches were rows of their own.
inline constexpr std::int64_t sqlite_format_2 = 2;
// The row of the tree was written with every transaction. What reads today's reads it as it is.
inline constexpr std::int64_t sqlite_format_3 = 3;
[[nodiscard]] constexpr bool is_older_format(std::int64_t format) {
  return format == sqlite_format_2 || format == sqlite_format_3;
}

// All of it or nothing. Streams that came from elsewhere stay where they are. REQUIRES: `format` is older.
void upgrade(SQLite::Database& database, const std::filesystem::path& file, std::int64_t format);

}  // namespace creditfold
