// SPDX-License-Identifier: Apache-2.0
// The log that replay_bench folds, for what it is compared with: replay_rows EVENTS ACCOUNTS DIR writes its events into
// DIR as a file of little-endian numbers a column and as rows.csv; names are numbers there, and the period is looked up
// already. replay_rows --sqlite EVENTS ACCOUNTS sums them with two GROUP BYs in SQLite itself, every aggregate read by
// an outer query, and prints one JSON line.
#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/bench/cpu_clock.hpp"
#include "tests/bench/replay_log.hpp"

namespace {

using creditfold::test::ReplayRow;

constexpr std::array columns{"account", "plan",  "period", "kind",   "workflow",
                             "model",   "query", "input",  "output", "credits"};

std::array<std::int64_t, columns.size()> figures_of(const ReplayRow& row) {
  return {row.account, row.plan,  row.period, row.kind,   row.workflow,
          row.model,   row.query, row.input,  row.output, row.credits};
}

class Files {
 public:
  explicit Files(const std::string& directory) : csv_(directory + "/rows.csv", std::ios::binary) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      files_[i].open(directory + "/" + columns[i], std::ios::binary);
    }
  }
  void add(const ReplayRow& row) {
    line_.clear();
    const auto figures = figures_of(row);
    for (std::size_t i = 0; i < figures.size(); ++i) {
      constexpr std::array<std::streamsize, columns.size()> bytes{4, 1, 1, 1, 1, 1, 4, 4, 4, 8};
      files_[i].write(reinterpret_cast<const char*>(&figures[i]), bytes[i]);
      char digits[24];
      line_.append(digits, std::to_chars(digits, digits + sizeof digits, figures[i]).ptr);
      line_ += i + 1 < figures.size() ? ',' : '\n';
    }
    csv_ << line_;
  }
  [[nodiscard]] bool good() {
    csv_.flush();
    return csv_.good();
  }

 private:
  std::ofstream csv_;
  std::array<std::ofstream, columns.size()> files_;
  std::string line_;
};

int sum_with_sqlite(std::int64_t events, std::uint32_t accounts) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(
      "CREATE TABLE events (account INT, plan INT, period INT, kind INT, workflow INT, model INT, query INT, input "
      "INT, "
      "output INT, credits INT)");
  SQLite::Statement insert(database, "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  database.exec("BEGIN");
  std::int64_t rows = 0;
  std::int64_t charges = 0;
  static_cast<void>(creditfold::test::make_replay_log(events, accounts, [&](const ReplayRow& row) {
    int place = 0;
    for (const std::int64_t figure : figures_of(row)) insert.bind(++place, figure);
    insert.exec();
    insert.reset();
    ++rows;
    charges += row.kind == 0 ? 1 : 0;
  }));
  database.exec("COMMIT");
  std::string times;
  for (int round = 0; round < 3; ++round) {
    const double start = creditfold::test::cpu_seconds();
    std::int64_t read = 0;
    for (const char* query :
         {"SELECT count(*), sum(n), sum(c) + sum(g) + sum(x) FROM (SELECT account, plan, period, count(*) AS n, "
          "sum(CASE WHEN kind = 0 THEN credits ELSE 0 END) AS c, sum(CASE WHEN kind = 1 THEN credits ELSE 0 END) AS g, "
          "sum(CASE WHEN kind = 2 THEN credits ELSE 0 END) AS x FROM events GROUP BY account, plan, period)",
          "SELECT count(*), sum(n), sum(q) + sum(i) + sum(o) + sum(c) FROM (SELECT workflow, model, count(*) AS n, "
          "sum(query) AS q, sum(input) AS i, sum(output) AS o, sum(credits) AS c FROM events WHERE kind = 0 GROUP BY "
          "workflow, model)"}) {
      SQLite::Statement statement(database, query);
      statement.executeStep();
      read += statement.getColumn(1).getInt64();
    }
    if (read != rows + charges) return 1;
    char text[32];
    std::snprintf(text, sizeof text, "%s%.4f", times.empty() ? "" : ",", creditfold::test::cpu_seconds() - start);
    times += text;
  }
  std::printf("{\"events\":%lld,\"seconds\":[%s]}\n", static_cast<long long>(rows), times.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "replay_rows EVENTS ACCOUNTS DIR | replay_rows --sqlite EVENTS ACCOUNTS\n";
    return 2;
  }
  if (std::string(argv[1]) == "--sqlite") {
    return sum_with_sqlite(std::atoll(argv[2]), static_cast<std::uint32_t>(std::atoll(argv[3])));
  }
  Files files(argv[3]);
  const auto log =
      creditfold::test::make_replay_log(std::atoll(argv[1]), static_cast<std::uint32_t>(std::atoll(argv[2])),
                                        [&](const ReplayRow& row) { files.add(row); });
  std::printf("{\"events\":%lld,\"charges\":%lld}\n", static_cast<long long>(log.events),
              static_cast<long long>(log.charges));
  return files.good() ? 0 : 1;
}
