// SPDX-License-Identifier: Apache-2.0
// Snapshots and fingerprints: a book as bytes and back, and no damaged byte taken for a good one.
#include <catch2/catch.hpp>

#include "ledger/replay.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;

namespace {

// An account with something of everything a state holds, and a second one.
struct Full {
  test::Table table;
  Full() {
    table.rows(R"(
      2026-01-01  start plus monthly 2026-01-01..2026-04-01          -> ok
      2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
      2026-01-01  add ekm                                            -> ok
      2026-01-01  add data_residency region eu                       -> ok
      2026-01-02  seats enterprise 5                                 -> ok
      2026-01-02  buy plus 20 in 1..2                                -> ok
      2026-01-03  builders plus ann                                  -> ok
      2026-01-03  use 30 by ann                                      -> ok
      2026-01-03  authorize h 10 until 2026-03-01 by ann             -> ok
      2026-01-03  consent beta yes                                   -> ok
      2026-01-03  accept t                                           -> ok
      2026-01-03  access no                                          -> ok
      2026-01-03  rotate arn:aws:kms:us-east-1:111122223333:key/one  -> ok
      2026-01-01  open eu account other                              -> ok
    )");
  }
};

}  // namespace

TEST_CASE("Snapshot: a book comes back as it was, and goes on as if never stored") {
  const Full full;
  const test::Table& table = full.table;
  const Book& book = table.engine().book();
  const auto bytes = encode_snapshot(book);
  auto back = decode_snapshot(bytes);
  REQUIRE(back.has_value());
  CHECK(back->seq() == book.seq());
  CHECK(back->events() == book.events());
  CHECK(fingerprint(*back) == fingerprint(book));
  CHECK(encode_snapshot(*back) == bytes);
  CHECK(decode_snapshot(encode_snapshot(Book{})).has_value());
}

TEST_CASE("Snapshot: any prefix of the bytes is refused") {
  const auto bytes = encode_snapshot(Full().table.engine().book());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto back = decode_snapshot(std::span(bytes.data(), length));
    REQUIRE_FALSE(back.has_value());
    CHECK_FALSE(back.error().empty());
  }
  auto longer = bytes;
  longer.push_back(0);
  CHECK_FALSE(decode_snapshot(longer).has_value());
}

TEST_CASE("Snapshot: any flipped bit is refused, also in the position and the count") {
  auto bytes = encode_snapshot(Full().table.engine().book());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ (1 << bit));
      INFO("byte " << i << " of " << bytes.size() << ", bit " << bit);
      const auto back = decode_snapshot(bytes);
      CHECK_FALSE(back.has_value());
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ (1 << bit));
    }
  }
}

TEST_CASE("Snapshot: an engine goes on from it, and refuses one that is ahead of its log") {
  test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01 -> ok");
  const auto snapshot = encode_snapshot(table.engine().book());
  table.rows("2026-01-02  use 30 -> ok");
  MemoryLog copy;
  std::vector<Batch> group;
  table.log().read_batches([&](const AccountId& account, StoredBatch&& stored) {
    const auto version = stored.events.empty() ? 0 : stored.events.front().version - 1;
    group.push_back(Batch{account, version, stored.key, stored.command, std::move(stored.events)});
    return true;
  });
  REQUIRE(copy.append(group).has_value());
  const Engine engine(copy, test::table_catalog(), decode_snapshot(snapshot).value());
  CHECK(fingerprint(engine.book()) == fingerprint(table.engine().book()));
  CHECK(engine.book().events() == 4);
  MemoryLog empty;
  CHECK_THROWS_AS(Engine(empty, test::table_catalog(), decode_snapshot(snapshot).value()), Fault);
}

TEST_CASE("Fingerprint: it tells states apart by every figure, and books by every account") {
  const Full full;
  const test::Table& table = full.table;
  const AccountState& state = table.state();
  const Digest print = fingerprint(state);
  const auto differs = [&](auto&& change) {
    AccountState changed = state;
    change(changed);
    CHECK(fingerprint(changed) != print);
  };
  differs([](AccountState& s) { s.version += 1; });
  differs([](AccountState& s) { s.latest_at.micros += 1; });
  differs([](AccountState& s) { s.environment = Environment::gov; });
  differs([](AccountState& s) { s.region = RegionId("eu"); });
  differs([](AccountState& s) { s.access.change(s.latest_at, true); });
  differs([](AccountState& s) { s.pools.begin()->second.terms[0].periods[0].lots[0].drawn.micro += 1; });
  differs([](AccountState& s) { s.pools.begin()->second.terms[0].periods[0].uncovered.micro += 1; });
  differs([](AccountState& s) { s.pools.begin()->second.terms[0].opened += 1; });
  differs([](AccountState& s) { s.holds.begin()->second.lots[0].credits.micro += 1; });
  differs([](AccountState& s) { s.usage.begin()->second.charges += 1; });
  differs([](AccountState& s) { s.seats.begin()->second.removed = true; });
  differs([](AccountState& s) { s.products.clear(); });
  differs([](AccountState& s) { s.invoice_lines[0].amount.minor += 1; });
  differs([](AccountState& s) { s.consents.clear(); });
  differs([](AccountState& s) { s.terms.clear(); });
  differs([](AccountState& s) { s.key->key_arn.value += "x"; });
  differs([](AccountState& s) { s.key->wrapped_key.value.push_back(0); });
  differs([](AccountState& s) { s.key->revoked = true; });
  differs([](AccountState& s) { s.key.reset(); });
  Book book = table.engine().book();
  const Digest whole = fingerprint(book);
  AccountState other = *book.find(AccountId("other"));
  other.region = RegionId("us");
  book.adopt(other);
  CHECK(fingerprint(book) != whole);
}
