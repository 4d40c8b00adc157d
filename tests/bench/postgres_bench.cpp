// SPDX-License-Identifier: Apache-2.0
// The same charges into a ledger by hand in PostgreSQL: postgres_bench EVENTS ACCOUNTS SOCKET_DIR. One row an event, a
// primary key and a unique index, and COPY in binary form through libpq, one transaction each: the fastest way in that
// keeps both unique. Keys are its own uuid type, which takes half of what our text of any form would. Built only where
// libpq-dev is and when it is asked for; nothing of the product needs it.
#include <libpq-fe.h>

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

// COPY's binary form: big-endian lengths before each field, a signature before and a -1 after all rows.
class CopyBuffer {
 public:
  void begin() {
    bytes_.assign("PGCOPY\n\377\r\n\0", 11);
    put(std::uint64_t{0}, 8);  // no flags, no header extension
  }
  void row(const Batch& batch, std::span<const std::uint8_t> body) {
    put(5, 2);
    text(batch.account.value);
    put(8, 4);
    put(static_cast<std::uint64_t>(batch.events[0].version), 8);
    put(16, 4);
    uuid(batch.key.value);
    field(batch.command.bytes);
    field(body);
  }
  void end() { put(0xffff, 2); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void put(std::uint64_t value, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) bytes_ += static_cast<char>(value >> shift & 0xff);
  }
  void text(const std::string& value) {
    put(value.size(), 4);
    bytes_ += value;
  }
  void field(std::span<const std::uint8_t> value) {
    put(value.size(), 4);
    bytes_.append(reinterpret_cast<const char*>(value.data()), value.size());
  }
  void uuid(const std::string& value) {
    unsigned digits = 1;  // a one above two hex digits says that they are full
    for (const char c : value) {
      if (c == '-') continue;
      digits = digits << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
      if (digits < 0x100) continue;
      bytes_ += static_cast<char>(digits & 0xff);
      digits = 1;
    }
  }

  std::string bytes_;
};

class Postgres final : public AppendSide {
 public:
  explicit Postgres(const std::filesystem::path& directory)
      : connection_(PQconnectdb(("host=" + directory.string() + " user=bench dbname=postgres").c_str()), &PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
    (void)ask("DROP TABLE IF EXISTS events");
    (void)ask(
        "CREATE TABLE events (account text NOT NULL, version bigint NOT NULL, key uuid NOT NULL, "
        "digest bytea NOT NULL, body bytea NOT NULL, PRIMARY KEY (account, version), UNIQUE (account, key))");
    for (const char* setting : {"fsync", "synchronous_commit"}) {
      if (ask(std::string("SHOW ") + setting) != "on") throw std::runtime_error(std::string(setting) + " is not on");
    }
  }

  bool append(std::span<const Batch> group) override {
    PGconn* const connection = connection_.get();
    copy_.begin();
    for (const Batch& batch : group) {
      body_.clear();
      encode_event(batch.events[0], body_);
      copy_.row(batch, body_);
    }
    copy_.end();
    const Result begun(PQexec(connection, "COPY events FROM STDIN (FORMAT binary)"), &PQclear);
    if (PQresultStatus(begun.get()) != PGRES_COPY_IN) throw std::runtime_error(PQerrorMessage(connection));
    if (PQputCopyData(connection, copy_.bytes().data(), static_cast<int>(copy_.bytes().size())) != 1 ||
        PQputCopyEnd(connection, nullptr) != 1) {
      throw std::runtime_error(PQerrorMessage(connection));
    }
    bool stored = true;
    for (;;) {
      const Result result(PQgetResult(connection), &PQclear);
      if (!result) return stored;
      if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) continue;
      const char* const state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      if (!state || std::string_view(state) != "23505") throw std::runtime_error(PQerrorMessage(connection));
      stored = false;  // unique_violation
    }
  }
  std::int64_t count() override { return std::stoll(ask("SELECT count(*) FROM events")); }
  // Without its write-ahead log, which is as long as the server likes.
  std::optional<std::int64_t> bytes() override { return std::stoll(ask("SELECT pg_total_relation_size('events')")); }

 private:
  std::string ask(const std::string& query) {
    const Result result(PQexec(connection_.get(), query.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK) return {};
    if (status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
    return PQgetvalue(result.get(), 0, 0);
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  CopyBuffer copy_;
  std::vector<std::uint8_t> body_;
};

}  // namespace
}  // namespace creditfold::test

int main(int argc, char** argv) {
  using namespace creditfold::test;
  if (argc != 4) {
    std::cerr << "postgres_bench EVENTS ACCOUNTS SOCKET_DIR\n";
    return 2;
  }
  try {
    const AppendRun run = append_run("postgres", argv + 1);
    run_append(run, [&run] { return std::make_unique<Postgres>(run.directory); });
  } catch (const std::exception& error) {
    std::cerr << "postgres_bench: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
