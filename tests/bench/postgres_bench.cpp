// SPDX-License-Identifier: Apache-2.0
// The same charges into PostgreSQL: postgres_bench insert|copy EVENTS ACCOUNTS SOCKET_DIR. One row an event, a primary key
// and a unique index, binary through libpq, one transaction for a thousand.
//
// `insert` is the ledger one writes by hand: one prepared INSERT of five arrays, keys as text of any form, and a key that
// is there already leaves out its own row and no other (ON CONFLICT). `copy` is the fastest way in that keeps both unique:
// COPY, which a single key of before undoes whole, and keys of PostgreSQL's own uuid type, half as long. Built only where
// libpq-dev is and when it is asked for; nothing of the product needs it.
#include <libpq-fe.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#include "events/codec.hpp"
#include "tests/bench/append_run.hpp"

namespace creditfold::test {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

// Big-endian numbers and length-prefixed fields, as PostgreSQL's binary forms have them.
class Wire {
 public:
  void clear() { bytes_.clear(); }
  void raw(std::string_view bytes) { bytes_ += bytes; }
  void put(std::uint64_t value, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) bytes_ += static_cast<char>(value >> shift & 0xff);
  }
  void field(std::string_view value) {
    put(value.size(), 4);
    bytes_ += value;
  }
  void field(std::span<const std::uint8_t> value) {
    field(std::string_view(reinterpret_cast<const char*>(value.data()), value.size()));
  }
  void number(std::int64_t value) {
    put(8, 4);
    put(static_cast<std::uint64_t>(value), 8);
  }
  void uuid(const std::string& value) {
    put(16, 4);
    unsigned digits = 1;  // a one above two hex digits says that they are full
    for (const char c : value) {
      if (c == '-') continue;
      digits = digits << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
      if (digits < 0x100) continue;
      put(digits, 1);
      digits = 1;
    }
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class Postgres : public AppendSide {
 public:
  Postgres(const std::filesystem::path& directory, std::string_view key_type)
      : connection_(PQconnectdb(("host=" + directory.string() + " user=bench dbname=postgres").c_str()), &PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) fail();
    (void)ask("DROP TABLE IF EXISTS events");
    (void)ask("CREATE TABLE events (account text NOT NULL, version bigint NOT NULL, key " + std::string(key_type) +
              " NOT NULL, digest bytea NOT NULL, body bytea NOT NULL, PRIMARY KEY (account, version), "
              "UNIQUE (account, key))");
    for (const char* setting : {"fsync", "synchronous_commit"}) {
      if (ask(std::string("SHOW ") + setting) != "on") throw std::runtime_error(std::string(setting) + " is not on");
    }
  }

  std::int64_t count() override { return std::stoll(ask("SELECT count(*) FROM events")); }
  // Without its write-ahead log, which is as long as the server likes.
  std::optional<std::int64_t> bytes() override { return std::stoll(ask("SELECT pg_total_relation_size('events')")); }

 protected:
  [[nodiscard]] PGconn* connection() const { return connection_.get(); }
  [[noreturn]] void fail() const { throw std::runtime_error(PQerrorMessage(connection_.get())); }
  std::string ask(const std::string& query) {
    const Result result(PQexec(connection_.get(), query.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK) return {};
    if (status != PGRES_TUPLES_OK) fail();
    return PQgetvalue(result.get(), 0, 0);
  }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

class Inserted final : public Postgres {
 public:
  explicit Inserted(const std::filesystem::path& directory) : Postgres(directory, "text") {
    const Result prepared(PQprepare(connection(), statement,
                                    "INSERT INTO events (account, version, key, digest, body) "
                                    "SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], "
                                    "$5::bytea[]) ON CONFLICT (account, key) DO NOTHING",
                                    0, nullptr),
                          &PQclear);
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) fail();
  }

  bool append(std::span<const Batch> group) override {
    for (std::size_t i = 0; i < columns_.size(); ++i) begin_array(columns_[i], element_types[i], group.size());
    for (const Batch& batch : group) {
      body_.clear();
      encode_event(batch.events[0], body_);
      columns_[0].field(batch.account.value);
      columns_[1].number(batch.events[0].version);
      columns_[2].field(batch.key.value);
      columns_[3].field(std::span(batch.command.bytes));
      columns_[4].field(std::span(body_));
    }
    std::array<const char*, 5> values{};
    std::array<int, 5> lengths{};
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      values[i] = columns_[i].bytes().data();
      lengths[i] = static_cast<int>(columns_[i].bytes().size());
    }
    constexpr std::array<int, 5> binary{1, 1, 1, 1, 1};
    const Result inserted(PQexecPrepared(connection(), statement, static_cast<int>(columns_.size()), values.data(),
                                         lengths.data(), binary.data(), 1),
                          &PQclear);
    if (PQresultStatus(inserted.get()) != PGRES_COMMAND_OK) fail();
    return std::stoull(PQcmdTuples(inserted.get())) == group.size();
  }

 private:
  // pg_type's numbers of text, bigint and bytea.
  static constexpr std::array<std::uint64_t, 5> element_types{25, 20, 25, 17, 17};
  static constexpr const char* statement = "append";

  // One dimension, no nulls, counted from 1.
  static void begin_array(Wire& column, std::uint64_t element_type, std::size_t size) {
    column.clear();
    column.put(1, 4);
    column.put(0, 4);
    column.put(element_type, 4);
    column.put(size, 4);
    column.put(1, 4);
  }

  std::array<Wire, 5> columns_;
  std::vector<std::uint8_t> body_;
};

class Copied final : public Postgres {
 public:
  explicit Copied(const std::filesystem::path& directory) : Postgres(directory, "uuid") {}

  bool append(std::span<const Batch> group) override {
    rows_.clear();
    rows_.raw(std::string_view("PGCOPY\n\377\r\n\0", 11));
    rows_.put(0, 8);  // no flags, no header extension
    for (const Batch& batch : group) {
      body_.clear();
      encode_event(batch.events[0], body_);
      rows_.put(5, 2);
      rows_.field(batch.account.value);
      rows_.number(batch.events[0].version);
      rows_.uuid(batch.key.value);
      rows_.field(std::span(batch.command.bytes));
      rows_.field(std::span(body_));
    }
    rows_.put(0xffff, 2);
    const Result begun(PQexec(connection(), "COPY events FROM STDIN (FORMAT binary)"), &PQclear);
    if (PQresultStatus(begun.get()) != PGRES_COPY_IN) fail();
    if (PQputCopyData(connection(), rows_.bytes().data(), static_cast<int>(rows_.bytes().size())) != 1 ||
        PQputCopyEnd(connection(), nullptr) != 1) {
      fail();
    }
    bool stored = true;
    for (;;) {
      const Result result(PQgetResult(connection()), &PQclear);
      if (!result) return stored;
      if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) continue;
      const char* const state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      if (!state || std::string_view(state) != "23505") fail();
      stored = false;  // unique_violation
    }
  }

 private:
  Wire rows_;
  std::vector<std::uint8_t> body_;
};

}  // namespace
}  // namespace creditfold::test

int main(int argc, char** argv) {
  using namespace creditfold::test;
  const std::string_view way = argc == 5 ? argv[1] : "";
  if (way != "insert" && way != "copy") {
    std::cerr << "postgres_bench insert|copy EVENTS ACCOUNTS SOCKET_DIR\n";
    return 2;
  }
  try {
    const AppendRun run = append_run(way == "insert" ? "postgres" : "postgres-copy", argv + 2);
    run_append(run, [&]() -> std::unique_ptr<AppendSide> {
      if (way == "insert") return std::make_unique<Inserted>(run.directory);
      return std::make_unique<Copied>(run.directory);
    });
  } catch (const std::exception& error) {
    std::cerr << "postgres_bench: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
