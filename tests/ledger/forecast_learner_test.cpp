// SPDX-License-Identifier: Apache-2.0
// What a forecast takes of a log without keeping it: every moment learned in any order is the one learned from the
// beginning, in the bytes that others take too.
#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

#include "events/log.hpp"
#include "ledger/forecast/branch_bytes.hpp"
#include "ledger/forecast/learner.hpp"
#include "tests/ledger/forecast_story.hpp"

using namespace creditfold;
using namespace creditfold::test;
using forecast::Learner;

namespace {

constexpr std::int64_t minute = 60'000'000;

// An account's log, made as it is read: it begins under a plan, and is charged again and again by three workflows.
class MadeLog {
 public:
  explicit MadeLog(std::int64_t step = 7 * minute) : step_(step) {
    Table table;
    table.rows("2026-01-01  start over monthly 2026-01-01..2029-01-01  -> ok");
    use_at(table, monday, 3, "one");
    first_ = table.events();
  }
  [[nodiscard]] Event at(std::int64_t seq) const {
    if (seq <= static_cast<std::int64_t>(first_.size())) return first_[static_cast<std::size_t>(seq) - 1];
    Event next = first_.back();
    next.seq = next.version = seq;
    next.at = Instant{std::min(monday.micros + seq * step_, moment("2026-01-31").micros)};
    const std::string number = std::to_string(seq);
    next.key = IdempotencyKey("k" + number);
    auto& of = std::get<CreditsConsumed>(next.payload);
    of.workflow = WorkflowId("w" + std::to_string(seq % 3));
    of.usage = UsageId("u" + number);
    of.input.tokens = seq * 7919 % 1000;
    return next;
  }

 private:
  std::int64_t step_;
  std::vector<Event> first_;
};

std::string ten_days_of(const std::optional<forecast::Branch>& branch) {
  if (!branch) return "nothing is known";
  const auto answer = forecast::simulate_json(*branch, table_catalog(), scenario_of(R"({"days":10,"futures":100})"));
  return answer ? *answer : answer.error().what;
}

// What it took to get there, in events.
std::int64_t learn_to(Learner& learner, const MadeLog& log, std::int64_t to) {
  const std::int64_t from = learner.go_to(to);
  for (std::int64_t seq = from + 1; seq <= to; ++seq) learner.take(log.at(seq));
  return to - from;
}

std::string learned_from_scratch(const MadeLog& log, std::int64_t to) {
  Learner learner(acme, table_catalog());
  learn_to(learner, log, to);
  return ten_days_of(learner.branch());
}

}  // namespace

TEST_CASE("A moment learned after later ones is the moment learned from the beginning") {
  const MadeLog log;
  Learner learner(acme, table_catalog());
  CHECK(ten_days_of(learner.branch()) == "nothing is known");
  for (const std::int64_t to : {9'000, 4'095, 4'096, 4'097, 9'000, 3, 10'000, 5'000, 0, 1, 10'000}) {
    learn_to(learner, log, to);
    CHECK(ten_days_of(learner.branch()) == learned_from_scratch(log, to));
  }
  CHECK(learn_to(learner, log, 5'000) == 5'000 - 4'096);
  CHECK(learn_to(learner, log, 10'000) == 0);  // the furthest it was
}

TEST_CASE("However long a log is, few states are kept of it, and an earlier moment stays near") {
  constexpr std::int64_t many = 600'000;
  const MadeLog log(minute / 20);
  Learner learner(acme, table_catalog());
  CHECK(learn_to(learner, log, many) == many);
  std::int64_t furthest = 0;
  for (std::int64_t to = 1'000; to < many; to += 99'991) furthest = std::max(furthest, learn_to(learner, log, to));
  CHECK(furthest <= 4 * 4'096);
  CHECK(learn_to(learner, log, many) == 0);
  CHECK(ten_days_of(learner.branch()) == learned_from_scratch(log, many));
}

TEST_CASE("Other accounts' events are not looked at, and those later than the moment are not known") {
  const MadeLog log;
  Learner alone(acme, table_catalog(), moment("2026-01-06"));
  Learner among_others(acme, table_catalog(), moment("2026-01-06"));
  for (std::int64_t seq = 1; seq <= 300; ++seq) {
    const Event event = log.at(seq);
    alone.take(event);
    Event other = event;
    other.account = AccountId("other");
    among_others.take(other);
    among_others.take(event);
  }
  CHECK(ten_days_of(alone.branch()) == ten_days_of(among_others.branch()));
  REQUIRE(alone.branch().has_value());
  CHECK(alone.branch()->at == moment("2026-01-06"));
  Learner before(acme, table_catalog(), moment("0500-01-01"));
  learn_to(before, log, 300);
  CHECK_FALSE(before.branch().has_value());
}

TEST_CASE("An event that cannot follow is a fault with its position") {
  const MadeLog log;
  Learner learner(acme, table_catalog());
  learner.take(log.at(1));
  CHECK_THROWS_WITH(learner.take(log.at(3)), Catch::Contains("event 3 (account acme, version 3)"));
}

TEST_CASE("A branch as bytes and back makes the same forecast, and no damaged byte is taken for a good one") {
  const MadeLog log(3 * 60 * minute);
  Learner learner(acme, table_catalog());
  learn_to(learner, log, 400);
  const forecast::LearnedBranch branch{400, std::nullopt, *learner.branch()};
  const std::vector<std::uint8_t> bytes = forecast::encode_branch(branch);
  const auto back = forecast::decode_branch(bytes);
  REQUIRE(back.has_value());
  CHECK(back->to == 400);
  CHECK_FALSE(back->at.has_value());
  CHECK(ten_days_of(back->branch) == ten_days_of(branch.branch));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::vector<std::uint8_t> damaged = bytes;
    damaged[i] ^= 0x20;
    CHECK_FALSE(forecast::decode_branch(damaged).has_value());
    CHECK_FALSE(forecast::decode_branch(std::span(bytes).first(i)).has_value());
  }
  forecast::LearnedBranch below = branch;  // its digest is right
  below.branch.model.history.series.front().hours.back() = -1;
  CHECK_FALSE(forecast::decode_branch(forecast::encode_branch(below)).has_value());
  std::vector<std::uint8_t> longer = bytes;
  longer.push_back(0);
  CHECK_FALSE(forecast::decode_branch(longer).has_value());
}

TEST_CASE("An account without a charge makes a branch too") {
  const MadeLog log;
  Learner learner(acme, table_catalog());
  learn_to(learner, log, 2);
  const auto back = forecast::decode_branch(forecast::encode_branch({2, moment("2026-02-01"), *learner.branch()}));
  REQUIRE(back.has_value());
  CHECK(back->at == moment("2026-02-01"));
  CHECK(ten_days_of(back->branch) == learned_from_scratch(log, 2));
}

TEST_CASE("Charges are read as they were put, the first of them too") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 2;
  forecast::Charges charges;
  const auto charge_of = [&](std::int64_t n) {
    const std::int64_t sign = n % 2 == 0 ? 1 : -1;
    return forecast::Charge{
        .series = static_cast<std::uint32_t>(n * 2'654'435'761U),
        .at = Instant{sign * n * 1'000'000'007},
        .use = {.query = n, .input = n % 5 == 0 ? most : n * n, .output = 0, .credits = sign * n, .charges = 1}};
  };
  constexpr std::int64_t count = 20'000;
  for (std::int64_t n = 0; n < count; ++n) charges.push(charge_of(n));
  REQUIRE(charges.size() == count);
  for (const std::int64_t first : {std::int64_t{0}, std::int64_t{1}, std::int64_t{9'999}, count}) {
    std::int64_t read = 0;
    bool same = true;
    charges.read(static_cast<std::size_t>(first), [&](const forecast::Charge& charge) {
      const forecast::Charge put = charge_of(read++);
      same = same && charge.series == put.series && charge.at == put.at && charge.use.query == put.use.query &&
             charge.use.input == put.use.input && charge.use.output == put.use.output &&
             charge.use.credits == put.use.credits && charge.use.charges == 1;
    });
    CHECK(same);
    CHECK(read == first);
  }
}
