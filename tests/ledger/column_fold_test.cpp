// SPDX-License-Identifier: Apache-2.0
// A fold over columns gives what the fold event by event gives, bit for bit: over random logs, cut into segments of any
// length, natively and as WebAssembly.
#include <catch2/catch.hpp>

#include <map>

#include "events/segment.hpp"
#include "events/store/memory.hpp"
#include "ledger/column_fold.hpp"
#include "ledger/engine.hpp"
#include "ledger/statement.hpp"
#include "ledger/terms.hpp"
#include "tests/events/samples.hpp"
#include "tests/ledger/stream.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;

namespace {

// A log's batches as a store packs them: accounts as numbers, in the order of their first batch.
class Packed {
 public:
  struct Run {
    std::vector<std::uint8_t> bytes;
    std::int64_t first_seq = 0;
  };

  // `gone`: an account of which the segments keep nothing but places.
  Packed(const Log& log, test::Random& random, std::size_t batches_max, const AccountId& gone = AccountId("-")) {
    SegmentWriter writer;
    std::vector<std::unique_ptr<StoredBatch>> kept;
    std::size_t left = 1 + random.index(batches_max);
    std::int64_t first_seq = 1;
    std::int64_t seq = 0;
    const auto finish = [&] {
      if (kept.empty()) return;
      runs_.push_back({writer.finish(), first_seq});
      kept.clear();
      first_seq = seq + 1;
      left = 1 + random.index(batches_max);
    };
    std::map<AccountId, std::int64_t> versions;
    log.read_batches([&](const AccountId& account, StoredBatch&& stored) {
      const auto number = numbers_.emplace(account, static_cast<std::uint32_t>(numbers_.size()) + 1).first->second;
      if (number > names_.size()) names_.push_back(account);
      const auto& batch = *kept.emplace_back(std::make_unique<StoredBatch>(std::move(stored)));
      std::int64_t& version = versions[account];
      const PackedBatch packed{number, 0, version + 1, static_cast<std::int64_t>(batch.events.size()), account == gone};
      version += packed.events;
      seq += packed.events;
      if (packed.gone) {
        writer.add_gone(packed);
      } else {
        writer.add(packed, batch.key, batch.command, batch.events);
      }
      if (--left == 0) finish();
      return true;
    });
    finish();
  }
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  [[nodiscard]] AccountId name(std::uint32_t number) const { return names_[number - 1]; }

 private:
  std::vector<Run> runs_;
  std::map<AccountId, std::uint32_t> numbers_;
  std::vector<AccountId> names_;
};

void decide_stream(Log& log, std::uint64_t seed, const test::StreamShape& shape) {
  Engine engine(log, test::table_catalog());
  for (const std::string& command : test::command_stream(seed, shape)) {
    const std::string_view text(command);
    (void)engine.process({&text, 1}, test::stream_clock);
  }
}

// What a busy vendor's accounts mostly do: a plan or two, charges as time goes on, some of them late, goodwill, closes; now
// and then something that an account in few records cannot hold, or not for long.
void decide_plain(Log& log, std::uint64_t seed, unsigned odd_percent) {
  constexpr std::int64_t day = 86'400'000'000;
  test::Random random(seed);
  Engine engine(log, test::table_catalog());
  int key = 0;
  const auto send = [&](std::size_t account, std::int64_t at, const std::string& rest) {
    const std::string command = R"({"account":"a)" + std::to_string(account) + R"(","key":"k)" + std::to_string(++key) +
                                R"(","at":")" + to_text(Instant{at}) + "\"," + rest + "}";
    const std::string_view text(command);
    (void)engine.process({&text, 1}, test::stream_clock);
  };
  const std::size_t accounts = 1 + random.index(5);
  const bool alike = random.chance(50);  // all start at the same moment, and are granted the same
  std::int64_t now = parse_instant("2026-01-31T00:00:00Z")->micros;
  for (std::size_t account = 0; account < accounts; ++account) {
    send(account, now, R"("command":"OpenAccount","environment":"commercial","region":"us")");
    for (const char* plan : {"plus", "over"}) {
      if (*plan == 'o' && random.chance(50)) continue;
      const std::int64_t starts = now - (alike ? 3 : static_cast<std::int64_t>(random.below(40))) * day;
      send(account, now, R"("command":"StartTerm","product":"ai_studio","plan":")" + std::string(plan) +
                             R"(","cadence":"monthly","starts_at":")" + to_text(Instant{starts}) + R"(","ends_at":")" +
                             to_text(Instant{starts + 400 * day}) + "\"");
    }
  }
  for (int i = 0; i < 500; ++i) {
    const std::size_t account = random.index(accounts);
    now += static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(day)));
    const std::string plan = random.chance(70) ? "plus" : "over";
    if (random.chance(odd_percent)) {
      const auto kind = random.below(4);
      if (kind == 0) send(account, now, R"("command":"SetAccess","allowed":true)");
      if (kind == 1) send(account, now, R"("command":"PurchaseCredits","plan":"plus","credits":"20","periods":{"first":9,"last":10})");
      if (kind > 1) {
        const std::string id = "\"h" + std::to_string(key) + "\"";
        const std::string use = R"(,"workflow":"w","model":"unit","query":1,"input":2,"output":3)";
        send(account, now, R"("command":"AuthorizeUsage","expires_at":"2028-01-01T00:00:00Z","authorization":)" + id + use);
        if (kind > 2) send(account, now, R"("command":"RecordUsage","usage":"u","settles":)" + id + use);
        if (kind == 2) send(account, now, R"("command":"ReleaseAuthorization","authorization":)" + id);
      }
    } else if (random.chance(4)) {
      send(account, now, R"("command":"ClosePeriods")");
    } else if (random.chance(4)) {
      send(account, now, R"("command":"GrantCredits","plan":")" + plan + R"(","credits":")" +
                             std::to_string(1 + random.below(30)) + R"(","kind":")" +
                             (random.chance(50) ? "promotion" : "correction") + R"(","reason":"goodwill","period":)" +
                             std::to_string(1 + random.below(14)));
    } else {
      const std::int64_t back = random.chance(10) ? static_cast<std::int64_t>(random.below(50)) * day : 0;
      send(account, now - back, R"("command":"RecordUsage","usage":"u)" + std::to_string(i) + R"(","plan":")" + plan +
                                    R"(","workflow":"w)" + std::to_string(random.below(3)) + R"(","model":")" +
                                    (random.chance(50) ? "unit" : "third") + R"(","query":0,"input":)" +
                                    std::to_string(random.below(12)) + R"(,"output":)" + std::to_string(random.below(4)));
    }
  }
}

Book fold_rows(const Log& log, std::int64_t to) {
  Book book;
  log.read(0, to, [&](Event&& event) {
    REQUIRE(book.apply(event));
    return true;
  });
  return book;
}

Book fold_columns(ColumnFold& fold, const Packed& packed) {
  for (std::size_t i = 0; i < packed.runs().size(); ++i) {
    const Packed::Run& run = packed.runs()[i];
    if (i + 1 < packed.runs().size()) fold.expect(packed.runs()[i + 1].bytes);
    const auto folded = fold.fold(run.bytes, run.first_seq);
    if (!folded) FAIL("event " << folded.error().seq << ": " << folded.error().what);
  }
  REQUIRE(fold.settle());
  return fold.book([&](std::uint32_t number) { return packed.name(number); });
}

std::string statements(const Book& book) {
  std::string text;
  for (const auto& [account, state] : book.accounts()) text += balance_json(state, state.latest_at) + '\n';
  return text;
}

// What the reports say, from a Book: the figures a fold over columns has without making states.
struct Reports {
  Credits consumed, uncovered, expired, drawn;
  std::int64_t periods = 0;
  std::int64_t lots = 0;

  void add(const Period& period) {
    consumed += period.consumed;
    uncovered += period.uncovered;
    expired += period.expired;
    ++periods;
    for (const Lot& lot : period.lots) drawn += lot.drawn;
    lots += static_cast<std::int64_t>(period.lots.size());
  }
  friend bool operator==(const Reports& a, const Reports& b) {
    return a.consumed == b.consumed && a.uncovered == b.uncovered && a.expired == b.expired && a.drawn == b.drawn &&
           a.periods == b.periods && a.lots == b.lots;
  }
};

}  // namespace

TEST_CASE("A fold over columns ends in the states of the fold event by event") {
  std::size_t compact = 0;
  std::size_t spilled = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    CAPTURE(seed);
    MemoryLog log;
    if (seed % 2 == 0) {
      decide_plain(log, seed, seed % 4 == 0 ? 0 : 3);
    } else {
      decide_stream(log, seed, {.accounts = 1 + static_cast<int>(seed % 7), .commands = 400});
    }
    test::Random random(seed);
    const Packed packed(log, random, seed % 3 == 0 ? 4 : 200);
    ColumnFold fold(ColumnFold::Usage::by_account);
    const Book columns = fold_columns(fold, packed);
    const Book rows = fold_rows(log, -1);
    REQUIRE(fold.events() == rows.events());
    REQUIRE(statements(columns) == statements(rows));
    REQUIRE(fingerprint(columns) == fingerprint(rows));
    for (const auto& [account, state] : columns.accounts()) REQUIRE(broken_invariant(state).empty());
    spilled += fold.accounts().spilled();
    compact += rows.accounts().size() - fold.accounts().spilled();
  }
  CHECK(spilled > 100);
  CHECK(compact > 60);
}

TEST_CASE("A fold over columns ends so after every segment, and goes on from there") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    MemoryLog log;
    decide_plain(log, seed, seed % 2 == 0 ? 0 : 2);
    test::Random random(seed);
    const Packed packed(log, random, 12);
    ColumnFold fold(ColumnFold::Usage::by_account);
    Book rows;
    for (const Packed::Run& run : packed.runs()) {
      REQUIRE(fold.fold(run.bytes, run.first_seq));
      log.read(rows.seq(), fold.events(), [&](Event&& event) { return rows.apply(event).has_value(); });
      REQUIRE(fold.settle());
      REQUIRE(fingerprint(fold.book([&](std::uint32_t number) { return packed.name(number); })) == fingerprint(rows));
    }
    REQUIRE(rows.events() == log.head());
  }
}

TEST_CASE("A fold over columns takes a segment for what it is behind one whose columns had other forms, or were empty") {
  MemoryLog log;
  Engine engine(log, test::table_catalog());
  const auto send = [&](const std::string& key, const std::string& account, const std::string& rest) {
    const std::string command = R"({"account":")" + account + R"(","key":")" + key +
                                R"(","at":"2026-01-05T00:00:00Z",)" + rest + "}";
    const std::string_view text(command);
    const Answer answer = engine.process({&text, 1}, test::stream_clock).at(0);
    INFO(to_json(answer));
    REQUIRE_FALSE(answer.refused);
  };
  const std::string open = R"("command":"OpenAccount","environment":"commercial","region":"us")";
  send("o", "a", open);
  send("t", "a", R"("command":"StartTerm","product":"ai_studio","plan":"plus","cadence":"monthly",)"
                 R"("starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z")");
  send("s", "a", R"("command":"StartTerm","product":"enterprise","seats":5,)"
                 R"("starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z")");
  for (int i = 0; i < 20; ++i) {
    send("k" + std::to_string(10'000'000 + i), "a",
         R"("command":"RecordUsage","usage":"u)" + std::to_string(i) + R"(","workflow":"w)" + std::to_string(i % 3) +
             R"(","model":"unit","query":0,"input":9,"output":1)");
  }
  for (int i = 0; i < 20; ++i) send("o" + std::to_string(i), "b" + std::to_string(i), open);
  for (int i = 0; i < 20; ++i) {
    send("m" + std::to_string(7 * i), "a",
         R"("command":"ChangeSeats","product":"enterprise","seats":)" + std::to_string(6 + i));
  }
  const Book rows = fold_rows(log, -1);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    test::Random random(seed);
    const Packed packed(log, random, 25);
    ColumnFold fold(ColumnFold::Usage::by_account);
    const Book columns = fold_columns(fold, packed);
    REQUIRE(statements(columns) == statements(rows));
    REQUIRE(fingerprint(columns) == fingerprint(rows));
  }
}

TEST_CASE("Both reports and all lots of a fold over columns are those of the states") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    MemoryLog log;
    decide_plain(log, seed, seed % 2 == 0 ? 0 : 3);
    test::Random random(seed);
    const Packed packed(log, random, 200);
    ColumnFold fold(ColumnFold::Usage::totals);
    for (const Packed::Run& run : packed.runs()) REQUIRE(fold.fold(run.bytes, run.first_seq));
    REQUIRE(fold.settle());
    std::map<AccountId, Reports> columns;
    fold.visit_periods([&](const PeriodView& view) { columns[packed.name(view.account)].add(view.period); });
    std::map<AccountId, Reports> rows;
    std::map<UsageKey, UsageTotals> usage;
    const Book book = fold_rows(log, -1);
    for (const auto& [account, state] : book.accounts()) {
      for (const auto& [plan, pool] : state.pools) {
        for (const Term& term : pool.terms) {
          for (const Period& period : term.periods) rows[account].add(period);
        }
      }
      for (const auto& [key, totals] : state.usage) UsageTable::sum(usage[key], totals);
    }
    REQUIRE(columns == rows);
    REQUIRE(fold.usage().cells() == usage.size());
    for (std::uint32_t cell = 0; cell < fold.usage().cells(); ++cell) {
      const UsageTotals& ours = fold.usage().totals()[cell];
      const UsageTotals& theirs = usage.at(fold.usage().key(cell));
      REQUIRE(ours.charges == theirs.charges);
      REQUIRE(ours.query == theirs.query);
      REQUIRE(ours.input == theirs.input);
      REQUIRE(ours.output == theirs.output);
      REQUIRE(ours.credits == theirs.credits);
    }
  }
}

TEST_CASE("Usage summed four figures at once comes to what is summed one by one, however often it is emptied") {
  if (!UsageLanes::are_there()) return;
  constexpr std::uint32_t workflows = 3;
  constexpr std::uint32_t models = 2;
  test::Random random(5);
  std::vector<std::vector<std::uint32_t>> rows(workflows, std::vector<std::uint32_t>(models));
  const std::vector<std::uint32_t> model_number{1, 0};
  std::vector<const std::uint32_t*> cells;
  for (const auto& row : rows) cells.push_back(row.data());
  std::vector<UsageTotals> totals(workflows * models);
  std::vector<UsageTotals> expected(workflows * models);
  UsageLanes lanes;
  int emptied = 0;
  std::uint32_t known = 0;  // cells
  for (int segment = 0; segment < 200; ++segment) {
    const std::size_t charges = 1 + random.index(300);
    // Now and then so large that a few segments fill the room there is.
    const std::uint64_t query_max = random.chance(50) ? 0xFFFF'FFFF : 1'000;
    std::vector<std::uint32_t> workflow, model, query, input, output;
    std::vector<std::int64_t> credits;
    for (std::size_t i = 0; i < charges; ++i) {
      workflow.push_back(static_cast<std::uint32_t>(random.below(workflows)));
      model.push_back(static_cast<std::uint32_t>(random.below(models)));
      query.push_back(static_cast<std::uint32_t>(random.below(query_max + 1)));
      input.push_back(static_cast<std::uint32_t>(random.below(0x1'0000'0000)));
      output.push_back(static_cast<std::uint32_t>(random.below(0x1'0000'0000)));
      credits.push_back(static_cast<std::int64_t>(random.below(std::uint64_t{1} << 40)));
    }
    if (!lanes.has_room(charges, query_max)) {
      lanes.empty_into(totals);
      ++emptied;
    }
    REQUIRE(lanes.has_room(charges, query_max));
    lanes.use_room(charges, query_max);
    const UsageLanes::Charges columns{workflow.data(), model.data(), query.data(), input.data(),
                                      output.data(), credits.data(), cells.data(), model_number.data()};
    for (std::size_t at = 0; at < charges; ++at) {
      const std::size_t begin = at;
      at = lanes.add(columns, at, charges, totals.size());
      REQUIRE((at - begin) % 4 == 0);
      for (std::size_t i = begin; i < at; ++i) {
        const std::uint32_t cell = rows[workflow[i]][model_number[model[i]]];
        REQUIRE(cell > 0);
        UsageTable::sum(expected[cell - 1], {1, Volume{query[i]}, Volume{input[i]}, Volume{output[i]}, Credits{credits[i]}});
      }
      if (at == charges) break;
      std::uint32_t& cell = rows[workflow[at]][model_number[model[at]]];
      if (cell == 0) cell = ++known;  // the next ones are taken
    }
  }
  lanes.empty_into(totals);
  lanes.empty_into(totals);  // nothing is left
  CHECK(emptied > 1);
  CHECK(known == workflows * models);
  for (std::size_t i = 0; i < totals.size(); ++i) {
    CHECK(totals[i].charges == expected[i].charges);
    CHECK(totals[i].charges > 100);
    CHECK(totals[i].query == expected[i].query);
    CHECK(totals[i].input == expected[i].input);
    CHECK(totals[i].output == expected[i].output);
    CHECK(totals[i].credits == expected[i].credits);
  }
}

TEST_CASE("Batches of an account that is gone are passed over by a fold over columns") {
  MemoryLog log;
  decide_plain(log, 8, 0);
  test::Random random(8);
  const AccountId gone("a0");
  const Packed packed(log, random, 50, gone);
  ColumnFold fold(ColumnFold::Usage::by_account);
  const Book columns = fold_columns(fold, packed);
  Book rows = fold_rows(log, -1);
  REQUIRE(rows.accounts().size() > 1);
  rows.remove(gone);
  CHECK(fingerprint(columns) == fingerprint(rows));
  CHECK(fold.events() == rows.events());
}

TEST_CASE("A fold over columns stops at an event that cannot follow, and names account and position") {
  const auto one = [](std::int64_t version, Instant at, Payload payload) {
    Event event;
    event.account = AccountId("a");
    event.version = version;
    event.at = event.recorded_at = at;
    event.key = IdempotencyKey("k");
    event.payload = std::move(payload);
    return event;
  };
  const Instant at{1'767'225'600'000'000};
  CreditsConsumed charge;
  charge.usage = UsageId("u");
  charge.plan = PlanId("plus");
  charge.workflow = WorkflowId("w");
  charge.model = ModelId("m");
  charge.rate_card = RateCardId("card");
  const std::vector<Event> events{one(1, at, AccountOpened{.environment = Environment::commercial, .region = RegionId("us")}),
                                  one(2, at, charge)};
  SegmentWriter writer;
  const IdempotencyKey key("k");  // borrowed until the segment is finished
  writer.add({1, 0, 1, 2, false}, key, CommandDigest{}, events);
  const std::vector<std::uint8_t> bytes = writer.finish();
  ColumnFold fold(ColumnFold::Usage::totals);
  const auto folded = fold.fold(bytes, 7);
  REQUIRE(!folded);
  CHECK(folded.error().seq == 8);
  CHECK(folded.error().account == 1);
  CHECK(folded.error().what == "a charge to a plan the account never had");
}

// Of two accounts with the same terms: what is right for the first is known by its bytes when the second has it.
TEST_CASE("What is known to be right for one account is still refused where it cannot follow in another") {
  constexpr Instant starts{1'767'225'600'000'000};
  constexpr std::int64_t allotment = 600'000'000;
  const auto bound = [&](int period) { return add_months(starts, period); };
  TermStarted start;
  start.product = ProductId(terms::studio_product);
  start.starts_at = starts;
  start.ends_at = bound(12);
  start.ai_studio = PlanTerms{.plan = PlanId("plus"),
                              .cadence = Cadence::monthly,
                              .allotment = Credits{allotment},
                              .increment = Credits{},
                              .on_exhaustion = OnExhaustion::unlimited,
                              .stop_at_percent = 100,
                              .rate_card = RateCardId("card")};
  const auto lot = [&](int period, int number, LotKind kind) {
    CreditsGranted grant;
    grant.plan = PlanId("plus");
    grant.lot = LotId("plus/1/" + std::to_string(period) + "/" + std::to_string(number));
    grant.kind = kind;
    grant.credits = Credits{allotment};
    grant.starts_at = bound(period - 1);
    grant.expires_at = bound(period);
    return Payload(grant);
  };
  const auto granted = [&](int period) { return lot(period, 1, LotKind::allotment); };
  const auto closed = [&](int period, std::int64_t uncovered = 0) {
    return Payload(PeriodClosed{.plan = PlanId("plus"),
                                .term = 1,
                                .period = period,
                                .starts_at = bound(period - 1),
                                .ends_at = bound(period),
                                .granted = Credits{allotment},
                                .consumed = Credits{},
                                .expired = Credits{allotment},
                                .uncovered = Credits{uncovered},
                                .overage = std::nullopt,
                                .billing_name = std::nullopt});
  };
  using Payloads = std::vector<Payload>;
  const Payloads opened{AccountOpened{.environment = Environment::commercial, .region = RegionId("us")}, start};
  const Payloads shown{granted(1), granted(2), granted(3), closed(1), closed(2), closed(3)};

  struct Case {
    const char* what;  // as the fold event by event refuses it; "": it does not
    Payloads payloads;
    std::int64_t version_skipped = 0;
  };
  const std::vector<Case> cases{
      {"", shown},
      {"", {granted(1), closed(1, 7), granted(2), closed(2, 1'000'000)}},
      {"", {granted(1), lot(2, 1, LotKind::promotion), lot(2, 2, LotKind::allotment), closed(1), closed(2)}},
      {"a lot's number does not follow the last of its period", {granted(1), granted(1)}},
      {"an allotment out of order", {granted(2)}},
      {"an allotment out of order", {granted(1), granted(3)}},
      {"a lot's number does not follow the last of its period", {granted(1), lot(2, 1, LotKind::promotion), granted(2)}},
      {"a close out of order", {closed(1)}},
      {"a close out of order", {granted(1), closed(2)}},
      {"a close out of order", {granted(1), granted(2), closed(2)}},
      {"a close out of order", {granted(1), closed(1), closed(1)}},
      {"the account's version does not follow the one before", {granted(1), closed(1)}, 4},
      {"the account's version does not follow the one before", {granted(1)}, 3},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what, &each - cases.data());
    std::vector<std::vector<Event>> accounts;
    for (const Payloads& payloads : {shown, each.payloads}) {
      std::vector<Event>& events = accounts.emplace_back();
      for (const Payloads& part : {opened, payloads}) {
        for (const Payload& payload : part) {
          Event& event = events.emplace_back();
          event.account = AccountId(accounts.size() == 1 ? "a" : "b");
          event.version = static_cast<std::int64_t>(events.size());
          if (accounts.size() == 2 && each.version_skipped != 0 && event.version >= each.version_skipped) ++event.version;
          event.at = event.recorded_at = starts;
          event.key = IdempotencyKey("k" + std::to_string(events.size()));
          event.payload = payload;
        }
      }
    }
    SegmentWriter writer;
    Book rows;
    std::int64_t seq = 0;
    std::string wrong;
    for (std::uint32_t account = 1; account <= 2; ++account) {
      for (Event& event : accounts[account - 1]) {
        event.seq = ++seq;
        writer.add({account, 0, event.version, 1, false}, event.key, CommandDigest{}, {&event, 1});
        const auto applied = wrong.empty() ? rows.apply(event) : Expected<Done, FoldFault>(Done{});
        if (!applied) wrong = to_text(applied.error());
      }
    }
    ColumnFold fold(ColumnFold::Usage::by_account);
    const std::vector<std::uint8_t> bytes = writer.finish();
    const auto folded = fold.fold(bytes, 1);
    CAPTURE(wrong);
    REQUIRE(folded.has_value() == wrong.empty());
    REQUIRE(wrong.empty() == std::string_view(each.what).empty());
    if (!folded) {
      CHECK(folded.error().account == 2);
      CHECK(folded.error().what == each.what);
      CHECK(wrong.find(each.what) != std::string::npos);
      continue;
    }
    REQUIRE(fold.settle());
    const auto name = [](std::uint32_t number) { return AccountId(number == 1 ? "a" : "b"); };
    CHECK(fingerprint(fold.book(name)) == fingerprint(rows));
  }
}

TEST_CASE("A fold over columns takes any bytes without harm") {
  MemoryLog log;
  decide_plain(log, 3, 2);
  test::Random random(3);
  const Packed packed(log, random, 100);
  std::size_t refused = 0;
  for (int i = 0; i < 400; ++i) {
    ColumnFold fold(ColumnFold::Usage::by_account);
    for (const Packed::Run& run : packed.runs()) {
      std::vector<std::uint8_t> bytes = run.bytes;
      bytes[random.index(bytes.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
      if (random.chance(10)) bytes.resize(random.index(bytes.size()));
      if (fold.fold(bytes, run.first_seq)) continue;
      ++refused;
      break;
    }
  }
  CHECK(refused > 200);
}
