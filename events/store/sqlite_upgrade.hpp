// SPDX-License-Identifier: Apache-2.0
// From the database's formats before this one to today's. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>

namespace creditfold {

// All of it or nothing. Streams that came from elsewhere stay where they are. REQUIRES: `format` is older.
void upgrade(SQLite::Database& database, const std::filesystem::path& file, std::int64_t format);

}  // namespace creditfold
