// SPDX-License-Identifier: Apache-2.0
// AI-1: one call gives everything of an account, in an archive that common tools read, with sums that hold, the same to
// the byte for the same log; and nothing of any other account.
#include <archive.h>
#include <archive_entry.h>
#include <sodium.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "events/cflog.hpp"
#include "events/store/memory_partition.hpp"
#include "ledger/clauses.hpp"
#include "ledger/edge/account_archive.hpp"
#include "ledger/engine.hpp"
#include "ledger/statement.hpp"

using namespace creditfold;
namespace json = boost::json;

namespace {

std::string archive_of(const Partition& log, const char* account) {
  std::string bytes;
  REQUIRE(edge::write_account_archive(log, AccountId(account), default_catalog(), default_catalog_json(),
                                      [&](std::string_view piece) { bytes += piece; }));
  return bytes;
}

// Read by the library's own reader.
std::map<std::string, std::string> files_of(const std::string& bytes) {
  std::map<std::string, std::string> files;
  archive* reader = archive_read_new();
  archive_read_support_format_tar(reader);
  REQUIRE(archive_read_open_memory(reader, bytes.data(), bytes.size()) == ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    REQUIRE(archive_read_data(reader, content.data(), content.size()) == static_cast<la_ssize_t>(content.size()));
    const std::string name = archive_entry_pathname(entry);
    CHECK(name.rfind("creditfold-export/", 0) == 0);
    files[name.substr(18)] = content;
  }
  CHECK(archive_format(reader) == ARCHIVE_FORMAT_TAR_USTAR);
  archive_read_free(reader);
  return files;
}

std::string sha256_of(const std::string& text) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  char hex[2 * sizeof hash + 1];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return hex;
}

std::string opening(const std::string& account) {
  return R"({"command":"OpenAccount","account":")" + account +
         R"(","key":"o","at":"2026-01-01T00:00:00Z","environment":"commercial","region":"us"})";
}
std::string term(const std::string& account) {
  return R"({"command":"StartTerm","account":")" + account +
         R"(","key":"t","at":"2026-01-01T00:00:00Z","product":"ai_studio","plan":"plus","cadence":"monthly","starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"})";
}
std::string usage(const std::string& account, const std::string& key) {
  return R"({"command":"RecordUsage","account":")" + account + R"(","key":")" + key +
         R"(","at":"2026-01-02T03:04:05.678901Z","usage":")" + key +
         R"(","workflow":"tri,age","model":"gpt-4o","query":1,"input":1000,"output":2})";
}
std::string seats(const std::string& account) {
  return R"({"command":"StartTerm","account":")" + account +
         R"(","key":"s","at":"2026-01-01T00:00:00Z","product":"enterprise","starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z","seats":2})";
}

void fill(MemoryPartition& log, const std::vector<std::string>& commands) {
  Engine engine(log, default_catalog());
  const std::vector<std::string_view> texts(commands.begin(), commands.end());
  for (const Answer& answer : engine.process(texts, *parse_instant("2026-02-01T00:00:00Z"))) {
    INFO(to_json(answer));
    REQUIRE_FALSE(answer.refused);
  }
}

}  // namespace

TEST_CASE("AI-1: the archive of an account holds everything of it, with sums that hold") {
  MemoryPartition log;
  fill(log, {opening("acme"), opening("zeta-secretive"), term("acme"), term("zeta-secretive"), seats("acme"),
             usage("acme", "u1"), usage("zeta-secretive", "u2"),
             R"({"command":"ClosePeriods","account":"acme","key":"c","at":"2026-01-03T00:00:00Z"})"});
  const std::string bytes = archive_of(log, "acme");
  const auto files = files_of(bytes);
  CHECK(bytes.find("zeta") == std::string::npos);
  for (const char* name : {"README.txt", "manifest.json", "SHA256SUMS", "events.jsonl", "log.cflog", "balance.json",
                           "invoices.csv", "charges.focus.csv", "consents.json", "catalog.json", "clauses.json"}) {
    INFO(name);
    REQUIRE(files.count(name) == 1);
    CHECK_FALSE(files.at(name).empty());
  }
  const json::value manifest = json::parse(files.at("manifest.json"));
  CHECK(manifest.at("ai_generated").as_bool());
  std::string sums;
  for (const json::value& file : manifest.at("files").as_array()) {
    const std::string name(file.at("name").as_string());
    CHECK(file.at("bytes").as_int64() == static_cast<std::int64_t>(files.at(name).size()));
    CHECK(file.at("sha256").as_string() == sha256_of(files.at(name)));
    sums += sha256_of(files.at(name)) + "  " + name + "\n";
  }
  CHECK(files.at("SHA256SUMS") == sums);
  CHECK(manifest.at("files").as_array().size() + 3 == files.size());
  CHECK(files.at("events.jsonl").find(R"("ai_generated":true)") != std::string::npos);
  CHECK(files.at("README.txt").find("/v1/directory/names/") !=
        std::string::npos);  // RES-2: what no archive of a region holds
}

TEST_CASE("AI-1: what the archive holds is what the other questions answer, and its log folds to it") {
  MemoryPartition log;
  fill(log, {opening("acme"), term("acme"), usage("acme", "u1")});
  const auto files = files_of(archive_of(log, "acme"));
  Book book;
  const std::string& cflog = files.at("log.cflog");
  CflogReader reader({reinterpret_cast<const std::uint8_t*>(cflog.data()), cflog.size()});
  Event event;
  for (auto item = reader.next(event); item && *item; item = reader.next(event)) {
    if (std::holds_alternative<Event*>(**item)) REQUIRE(book.apply(event).has_value());
  }
  REQUIRE(book.find(AccountId("acme")) != nullptr);
  const AccountState& state = *book.find(AccountId("acme"));
  CHECK(files.at("balance.json") == balance_json(state, state.latest_at) + "\n");
  CHECK(json::parse(files.at("manifest.json")).at("fingerprint").as_string() == to_hex(fingerprint(state)));
  CHECK(files.at("catalog.json") == default_catalog_json());
  CHECK(files.at("clauses.json") == clauses_json() + "\n");
}

TEST_CASE("AI-1: the same log gives the same archive to the byte, and an account nobody opened gives none") {
  MemoryPartition one;
  fill(one, {opening("acme"), term("acme"), usage("acme", "u1")});
  CHECK(archive_of(one, "acme") == archive_of(one, "acme"));
  bool written = false;
  CHECK_FALSE(edge::write_account_archive(one, AccountId("nobody"), default_catalog(), default_catalog_json(),
                                          [&](std::string_view) { written = true; }));
  CHECK_FALSE(written);
}

TEST_CASE("AI-1: a sink that fails ends the archive with its own failure") {
  MemoryPartition log;
  fill(log, {opening("acme"), term("acme"), usage("acme", "u1")});
  const auto failing = [](std::string_view) { throw Fault(Fault::Kind::full, "the disk said no"); };
  CHECK_THROWS_WITH(
      edge::write_account_archive(log, AccountId("acme"), default_catalog(), default_catalog_json(), failing),
      "the disk said no");
}

TEST_CASE(
    "AI-2: FOCUS rows of charges say that they are AI generated, credits in the columns for units, costs where known") {
  MemoryPartition log;
  fill(log, {opening("acme"), term("acme"), seats("acme"), usage("acme", "u1")});
  const std::string csv = files_of(archive_of(log, "acme")).at("charges.focus.csv");
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < csv.size();) {
    const std::size_t end = csv.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    lines.push_back(csv.substr(at, end - at));
    at = end + 2;
  }
  REQUIRE(lines.size() == 3);  // the header, the charge, the invoice line of the seats
  const auto cells = [](const std::string& line) {
    std::vector<std::string> found{""};
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (c == ',' && !quoted) found.emplace_back();
      else if (c != '"') found.back() += c;
    }
    return found;
  };
  const std::vector<std::string> header = cells(lines[0]);
  const auto cell = [&](std::size_t row, const std::string& name) {
    const auto at = std::find(header.begin(), header.end(), name);
    REQUIRE(at != header.end());
    return cells(lines[row]).at(static_cast<std::size_t>(at - header.begin()));
  };
  for (const char* mandatory :
       {"BilledCost",         "BillingAccountId", "BillingAccountName", "BillingCurrency",   "BillingPeriodEnd",
        "BillingPeriodStart", "ChargeCategory",   "ChargeClass",        "ChargeDescription", "ChargePeriodEnd",
        "ChargePeriodStart",  "ContractedCost",   "EffectiveCost",      "InvoiceIssuerName", "ListCost",
        "PricingQuantity",    "PricingUnit",      "ProviderName",       "PublisherName",     "ServiceCategory",
        "ServiceName"}) {
    INFO(mandatory);
    CHECK(std::count(header.begin(), header.end(), mandatory) == 1);
  }
  CHECK(cell(1, "x_AiGenerated") == "true");
  CHECK(cell(1, "ChargeCategory") == "Usage");
  CHECK(cell(1, "PricingQuantity") == "25.425");
  CHECK(cell(1, "PricingUnit") == "Credits");
  CHECK(cell(1, "PricingCurrency") == "CREDITS");
  CHECK(cell(1, "ConsumedQuantity") == "1003");
  CHECK(cell(1, "ConsumedUnit") == "Tokens");
  CHECK(cell(1, "ResourceId") == "tri,age");
  CHECK(cell(1, "ChargePeriodStart") == "2026-01-02T03:04:05Z");
  CHECK(cell(1, "BillingPeriodEnd") == "2026-02-01T00:00:00Z");
  CHECK(cell(1, "BilledCost") == "");  // a credit has no price of its own
  CHECK(cell(2, "ChargeCategory") == "Purchase");
  CHECK(cell(2, "BilledCost") == "600.00");
  CHECK(cell(2, "BillingCurrency") == "XXX");
  CHECK(cell(2, "x_AiGenerated") == "");
}
