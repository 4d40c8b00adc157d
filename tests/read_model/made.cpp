// SPDX-License-Identifier: Apache-2.0
#include "tests/read_model/made.hpp"

#include <fstream>

#include "ledger/engine.hpp"
#include "tests/ledger/table.hpp"

namespace creditfold::test {

void process_stream(MemoryPartition& log, std::uint64_t seed, const StreamShape& shape) {
  Engine engine(log, table_catalog());
  for (const std::string& command : command_stream(seed, shape)) {
    const std::string_view text(command);
    static_cast<void>(engine.process({&text, 1}, stream_clock));
  }
}

std::vector<std::string> rows_of(SQLite::Database& database, const std::string& sql) {
  std::vector<std::string> rows;
  SQLite::Statement query(database, sql);
  while (query.executeStep()) {
    std::string row;
    for (int i = 0; i < query.getColumnCount(); ++i) row += (i == 0 ? "" : "|") + query.getColumn(i).getString();
    rows.push_back(std::move(row));
  }
  return rows;
}

Made::Made(const Partition& log, Instant now, const std::optional<AccountId>& account) {
  const std::filesystem::path file = directory_.path() / "model";
  std::ofstream(file).close();
  const read_model::Asked asked{.account = account, .now = now, .program = "1.2.3"};
  if (!read_model::write_read_model(log, table_catalog(), asked, file)) throw std::runtime_error("no such account");
  database_ = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READONLY);
}

}  // namespace creditfold::test
