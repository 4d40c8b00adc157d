// SPDX-License-Identifier: Apache-2.0
// Random logs as tables: every figure is the one the ledger itself answers with, and every figure is explained by rows.
#include <catch2/catch.hpp>

#include "ledger/engine.hpp"
#include "ledger/invoices.hpp"
#include "ledger/json.hpp"
#include "ledger/statement.hpp"
#include "tests/ledger/table.hpp"
#include "tests/read_model/asked.hpp"
#include "tests/read_model/made.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

namespace json = boost::json;

Book book_of(const Log& log) {
  Book book;
  log.read(0, -1, [&](Event&& event) { return book.apply(event).has_value(); });
  return book;
}

std::vector<DetailedLine> lines_of(const Log& log, const AccountState& state) {
  InvoiceWatch watch;
  static_cast<void>(view_as_of(log, state.account, {}, stream_clock, std::ref(watch)));
  return watch.lines(state);
}

// Without the factors that the model leaves to its table `terms` and to arithmetic.
json::value invoices_of(const Log& log, const AccountState& state) {
  json::value document = json::parse(invoices_json(state, stream_clock, lines_of(log, state)));
  json::array lines = document.at("lines").as_array();
  for (json::value& line : lines) {
    for (json::value& part : line.as_object()["parts"].as_array()) {
      for (const char* name : {"name", "unit_price", "increment", "term_starts_at", "term_ends_at"}) {
        part.as_object().erase(name);
      }
    }
  }
  return lines;
}

json::array lines_of(const Log& log) {
  json::array lines;
  log.read(0, -1, [&](Event&& event) {
    lines.push_back(json::parse(to_json(event)));
    return true;
  });
  return lines;
}

const std::vector<std::string> none;

void check_sums(Made& made) {
  CHECK(made.rows("PRAGMA foreign_key_check") == none);
  CHECK(made.rows("PRAGMA integrity_check") == std::vector<std::string>{"ok"});
  // A charge is what lots paid and what they did not; a lot what it paid, holds, lost and has.
  CHECK(made.rows("SELECT seq FROM charges c WHERE covered_micro <> "
                  "(SELECT coalesce(sum(credits_micro), 0) FROM draws WHERE charge = c.seq)") == none);
  CHECK(made.rows("SELECT lot FROM lots l WHERE void = 0 AND consumed_micro <> "
                  "(SELECT coalesce(sum(credits_micro), 0) FROM draws d WHERE d.lot = l.seq)") == none);
  CHECK(made.rows(
            "SELECT lot FROM lots l WHERE void = 0 AND held_micro <> (SELECT coalesce(sum(h.credits_micro), 0) "
            "FROM holds h JOIN authorizations a ON a.seq = h.authorization WHERE h.lot = l.seq AND a.ended IS NULL)") ==
        none);
  CHECK(
      made.rows(
          "SELECT lot FROM lots l WHERE remaining_micro <> "
          "(SELECT coalesce(sum(credits_micro), 0) FROM lot_moves m WHERE m.account = l.account AND m.lot = l.lot)") ==
      none);
  CHECK(made.rows(
            "SELECT account, plan, term, period FROM periods EXCEPT SELECT account, plan, term, period FROM periods p "
            "WHERE (granted_micro, consumed_micro, held_micro, expired_micro) = "
            "(SELECT coalesce(sum(granted_micro), 0), coalesce(sum(consumed_micro), 0), coalesce(sum(held_micro), 0), "
            "coalesce(sum(expired_micro), 0) FROM lots l WHERE (l.account, l.plan, l.term, l.period) = "
            "(p.account, p.plan, p.term, p.period) AND void = 0)") == none);
  CHECK(made.rows(
            "SELECT account, plan, term, period FROM periods EXCEPT SELECT account, plan, term, period FROM periods p "
            "WHERE (consumed_micro, uncovered_micro) = (SELECT coalesce(sum(covered_micro), 0), "
            "coalesce(sum(uncovered_micro), 0) FROM charges c WHERE (c.account, c.plan, c.term, c.period) = "
            "(p.account, p.plan, p.term, p.period))") == none);
  CHECK(made.rows("SELECT account, line FROM invoice_lines EXCEPT SELECT account, line FROM invoice_lines l WHERE "
                  "amount_minor = "
                  "(SELECT sum(amount_minor) FROM invoice_parts p WHERE p.account = l.account AND p.line = l.line)") ==
        none);
}

}  // namespace

TEST_CASE(
    "Random logs as tables: balances, invoices and events are those the ledger answers with, and the rows add up") {
  const std::uint64_t seed = GENERATE(range(1, 13));
  CAPTURE(seed);
  MemoryPartition log(seed % 2 == 0 ? RegionId("eu") : RegionId(std::string(home_region)));
  process_stream(log, seed, {.accounts = 4, .commands = 500});
  const Book book = book_of(log);
  // Seen late, and in the middle of what happened.
  for (const Instant now : {stream_clock, book.accounts().begin()->second.latest_at, Instant{1'770'000'000'000'000}}) {
    Made made(log, now);
    CAPTURE(to_text(now));
    CHECK(made.rows("SELECT count(*) FROM accounts") ==
          std::vector<std::string>{std::to_string(book.accounts().size())});
    for (const auto& [account, state] : book.accounts()) {
      CAPTURE(account.value);
      CHECK(balance_in(made.database(), account.value) == json::parse(balance_json(state, now)));
    }
    if (now != stream_clock) continue;
    for (const auto& [account, state] : book.accounts()) {
      CHECK(invoices_in(made.database(), account.value) == invoices_of(log, state));
    }
    CHECK(events_in(made.database(), partition_of(log.region()).value) == lines_of(log));
    CHECK(made.rows("SELECT position, fingerprint, region, only, program, schema FROM meta") ==
          std::vector<std::string>{std::to_string(log.head()) + "|" + to_hex(fingerprint(book)) + "|" +
                                   log.region().value + "||1.2.3|1"});
    check_sums(made);
  }
}

TEST_CASE("Random streams reach what the tables are for") {
  std::vector<std::string> seen(8, "0");
  const std::vector<std::string> asked{"SELECT count(*) FROM draws GROUP BY charge HAVING count(*) > 1",
                                       "SELECT 1 FROM authorizations WHERE ended = 'settled'",
                                       "SELECT 1 FROM authorizations WHERE ended = 'expired'",
                                       "SELECT 1 FROM holds",
                                       "SELECT 1 FROM invoice_parts WHERE part > 1",
                                       "SELECT 1 FROM charges WHERE late",
                                       "SELECT 1 FROM charges WHERE flags <> '[]'",
                                       "SELECT 1 FROM uncovered_usage"};
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    MemoryPartition log;
    process_stream(log, seed, {.accounts = 4, .commands = 500});
    Made made(log);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (!made.rows(asked[i] + " LIMIT 1").empty()) seen[i] = "1";
    }
  }
  for (std::size_t i = 0; i < asked.size(); ++i) {
    INFO(asked[i]);
    CHECK(seen[i] == "1");
  }
}

TEST_CASE("H8: a lot whose period was cut off is void in its table, and counts nowhere") {
  MemoryPartition log;
  Engine engine(log, table_catalog());
  const std::string who = R"("account":"acme","at":"2026-01-02T00:00:00Z","key":")";
  for (
      const std::string& command :
      {R"({"command":"OpenAccount",)" + who + R"(1","environment":"commercial","region":"us"})",
       R"({"command":"StartTerm",)" + who +
           R"(2","product":"ai_studio","plan":"plus","cadence":"monthly","starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"})",
       R"({"command":"GrantCredits",)" + who +
           R"(3","plan":"plus","credits":"7","kind":"promotion","period":6,"reason":"early"})",
       R"({"command":"EndTerm",)" + who +
           R"(4","product":"ai_studio","plan":"plus","ends_at":"2026-04-01T00:00:00Z"})"}) {
    const std::string_view text(command);
    REQUIRE_FALSE(engine.process({&text, 1}, stream_clock).at(0).refused);
  }
  Made made(log);
  CHECK(made.rows("SELECT lot, granted_text, remaining_text, void FROM lots ORDER BY seq") ==
        std::vector<std::string>{"plus/1/1/1|100|100|0", "plus/1/6/1|7|0|1"});
  CHECK(made.rows("SELECT lot FROM expiring_lots") == std::vector<std::string>{"plus/1/1/1"});
  CHECK(balance_in(made.database(), "acme") ==
        json::parse(balance_json(*book_of(log).find(AccountId("acme")), stream_clock)));
  check_sums(made);
}

TEST_CASE("One account's read model is its part of the whole log's") {
  MemoryPartition log;
  process_stream(log, 3, {.accounts = 4, .commands = 400});
  Made whole(log);
  const std::string account = whole.rows("SELECT min(account) FROM accounts").at(0);
  Made part(log, stream_clock, AccountId(account));
  CHECK(part.rows("SELECT account FROM accounts") == std::vector<std::string>{account});
  CHECK(balance_in(part.database(), account) == balance_in(whole.database(), account));
  for (const char* table : {"charges", "lots", "authorizations", "other_events", "invoice_parts", "periods"}) {
    CAPTURE(table);
    CHECK(part.rows(std::string("SELECT * FROM ") + table + " ORDER BY 2, 1") ==
          whole.rows(std::string("SELECT * FROM ") + table + " WHERE account = '" + account + "' ORDER BY 2, 1"));
  }
  CHECK(part.rows("SELECT charge, lot FROM draws ORDER BY 1, 2") ==
        whole.rows("SELECT charge, d.lot FROM draws d JOIN charges c ON c.seq = charge WHERE account = '" + account +
                   "' ORDER BY 1, 2"));
  CHECK(part.rows("SELECT position, root, only FROM meta") ==
        std::vector<std::string>{whole.rows("SELECT position, root FROM meta").at(0) + "|" + account});
  CHECK_THROWS_WITH(Made(log, stream_clock, AccountId("nobody")), "no such account");
}

TEST_CASE("An empty log is a read model too") {
  const MemoryPartition log;
  Made made(log);
  CHECK(made.rows("SELECT position FROM meta") == std::vector<std::string>{"0"});
  for (const std::string& name : made.rows("SELECT name FROM sqlite_schema WHERE type = 'view'")) {
    CAPTURE(name);
    CHECK(made.rows("SELECT * FROM " + name) == none);
  }
}

TEST_CASE("Volumes whose sum leaves 64 bits have no sum, and no floating point takes its place") {
  MemoryPartition log;
  Engine engine(log, table_catalog());
  const std::string who = R"("account":"acme","at":"2026-01-02T00:00:00Z","key":")";
  for (const std::string& command :
       {R"({"command":"OpenAccount",)" + who + R"(1","environment":"commercial","region":"us"})",
        R"({"command":"StartTerm",)" + who + R"(2","product":"ai_studio","plan":"plus","cadence":"monthly",)" +
            R"("starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"})",
        R"({"command":"RecordUsage",)" + who + R"(3","usage":"u","workflow":"w","model":"dust",)" +
            R"("query":9223372036854775807,"input":9223372036854775807,"output":1})",
        R"({"command":"RecordUsage",)" + who + R"(4","usage":"v","workflow":"w","model":"dust",)" +
            R"("query":0,"input":0,"output":9223372036854775806})"}) {
    const std::string_view text(command);
    REQUIRE_FALSE(engine.process({&text, 1}, stream_clock).at(0).refused);
  }
  Made made(log);
  CHECK(made.rows("SELECT query, output, tokens, typeof(tokens) FROM charges WHERE usage = 'u'") ==
        std::vector<std::string>{"9223372036854775807|1||null"});
  CHECK(made.rows("SELECT tokens, typeof(tokens) FROM charges WHERE usage = 'v'") ==
        std::vector<std::string>{"9223372036854775806|integer"});
  CHECK(made.rows("SELECT charges, query FROM usage_totals") == std::vector<std::string>{"2|9223372036854775807"});
  check_sums(made);
}

TEST_CASE("Every word of the tables is an integer or a text: no floating point anywhere") {
  MemoryPartition log;
  process_stream(log, 5, {.accounts = 4, .commands = 500});
  Made made(log);
  for (const std::string& name :
       made.rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'")) {
    CAPTURE(name);
    SQLite::Statement query(made.database(), "SELECT * FROM " + name);
    while (query.executeStep()) {
      for (int i = 0; i < query.getColumnCount(); ++i) CHECK_FALSE(query.getColumn(i).isFloat());
    }
  }
}
