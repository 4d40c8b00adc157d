// SPDX-License-Identifier: Apache-2.0
// Parts of the command line that are easier asked directly: figures, tables, rows, moments of traces.
#include <catch2/catch.hpp>

#include "ledger/cli/azure_llm.hpp"
#include "ledger/cli/csv.hpp"
#include "ledger/cli/table.hpp"

using namespace creditfold;
using namespace creditfold::cli;

TEST_CASE("cli: figures have their thousands apart") {
  CHECK(grouped(std::string_view("0")) == "0");
  CHECK(grouped(std::string_view("999")) == "999");
  CHECK(grouped(std::string_view("1000")) == "1,000");
  CHECK(grouped(std::string_view("-1234567.000125")) == "-1,234,567.000125");
  CHECK(grouped(std::int64_t{-100}) == "-100");
  CHECK(counted(1, "event") == "1 event");
  CHECK(counted(2'000, "event") == "2,000 events");
}

TEST_CASE("cli: moments are as short as they can be said") {
  CHECK(short_time("2026-01-31T00:00:00Z") == "2026-01-31");
  CHECK(short_time("2026-01-31T12:30:00Z") == "2026-01-31 12:30");
  CHECK(short_time("2026-01-31T12:30:01.5Z") == "2026-01-31 12:30:01.5");
  CHECK(duration_text(850) == "0.8 ms");
  CHECK(duration_text(1'240'000) == "1.24 s");
  CHECK(duration_text(125'000'000) == "2 min 5 s");
}

TEST_CASE("cli: a table has its points under each other and no blanks at the ends of lines") {
  Table table({{"Name"}, {"Credits", Align::decimal}, {"Note"}});
  table.row({"größe", "1,000", ""});
  table.row({"b", "0.25", "x"});
  table.total({"Total", "1,000.25", ""});
  CHECK(table.text() ==
        "Name    Credits  Note\n"
        "─────  ────────  ────\n"
        "größe  1,000\n"
        "b          0.25  x\n"
        "─────  ────────  ────\n"
        "Total  1,000.25\n");
}

TEST_CASE("cli: rows of comma-separated values, one bad line not more than one") {
  CsvReader reader(
      "\xEF\xBB\xBF"
      "a,\"b \"\"c\"\", d\",\r\n\n  \n\"open,1\n,\n\"x\"y,2\nlast");
  const auto row = [&] { return reader.next().value(); };
  CHECK(row().fields == std::vector<std::string>{"a", "b \"c\", d", ""});
  const CsvRow open = row();
  CHECK(open.line == 4);
  CHECK(open.fault == "a quote is not closed");
  CHECK(row().fields == std::vector<std::string>{"", ""});
  CHECK(row().fault == "text follows a closing quote");
  CHECK(row().fields == std::vector<std::string>{"last"});
  CHECK_FALSE(reader.next().has_value());
}

TEST_CASE("cli: moments of traces are cut to microseconds, and others are no moments") {
  CHECK(to_text(parse_trace_time("2023-11-16 18:15:46.6805900").value()) == "2023-11-16T18:15:46.68059Z");
  CHECK(to_text(parse_trace_time("2023-11-16 18:15:46.9999999").value()) == "2023-11-16T18:15:46.999999Z");
  CHECK(to_text(parse_trace_time("2024-05-10T00:00:00.009930+00:00").value()) == "2024-05-10T00:00:00.00993Z");
  CHECK(to_text(parse_trace_time("2023-11-16 18:15:46").value()) == "2023-11-16T18:15:46Z");
  for (const char* text :
       {"", "2023-11-16", "2023-11-16 18:15", "2023-11-16 18:15:46.", "2023-11-16 18:15:46.1234567890",
        "2023-02-30 00:00:00", "2023-11-16 24:00:00", "2023-11-16x18:15:46", "2023-11-16 18:15:46+02:00",
        "2023-11-16 18:15:46.12x", "16/11/2023 18:15:46 PM"}) {
    INFO(text);
    CHECK_FALSE(parse_trace_time(text).has_value());
  }
}
