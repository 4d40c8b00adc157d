// SPDX-License-Identifier: Apache-2.0
// Folds that cannot go on: an event no decide made is a fault with its place, never a state nobody can explain.
#include <catch2/catch.hpp>
#include <functional>

#include "ledger/evolve.hpp"
#include "ledger/log_document.hpp"
#include "ledger/replay.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using creditfold::test::moment;

namespace {

struct FoldStory {
  test::Table table;
  std::vector<Event> events;
  FoldStory() {
    table.rows(R"(
      2026-01-01  start plus monthly 2026-01-01..2026-04-01          -> ok
      2026-01-02  buy plus 20 in 1                                   -> ok
      2026-01-03  authorize h 10 until 2026-03-01                    -> ok
      2026-01-04  use 30                                             -> ok
      2026-01-05  release h                                          -> ok
      2026-02-01  close                                              -> ok
      2026-02-02  end plus on 2026-03-01                             -> ok
      2026-02-02  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
      2026-02-02  seats enterprise 12                                -> ok
    )");
    events = table.events();
  }
  // What the fold says when its facts of a kind are changed so; "" when it says nothing.
  template <class Fact>
  std::string fault(const std::function<void(Event&, Fact&)>& change) const {
    Book book;
    for (Event event : events) {
      auto* fact = std::get_if<Fact>(&event.payload);
      if (fact != nullptr) change(event, *fact);
      const auto applied = book.apply(event);
      if (!applied) {
        CHECK(applied.error().seq == event.seq);
        CHECK(applied.error().version == event.version);
        CHECK(to_text(applied.error()).find("event " + std::to_string(event.seq)) == 0);
        return applied.error().what;
      }
    }
    return "";
  }
};

template <class Fact>
std::function<void(Event&, Fact&)> with(std::function<void(Fact&)> change) {
  return [change = std::move(change)](Event&, Fact& fact) { change(fact); };
}

}  // namespace

TEST_CASE("Fold: what decide made folds") {
  const FoldStory story;
  CHECK(story.fault<CreditsGranted>([](Event&, CreditsGranted&) {}) == "");
}

TEST_CASE("Fold: versions and positions follow one another, and an account begins with AccountOpened") {
  const FoldStory story;
  for (const std::int64_t off : {-1, 1, 100}) {
    Book book;
    REQUIRE(book.apply(story.events[0]).has_value());
    Event next = story.events[1];
    next.version += off;
    CHECK_FALSE(book.apply(next).has_value());
  }
  Book book;
  Event late = story.events[0];
  late.version = 2;
  CHECK_FALSE(book.apply(late).has_value());
  Book twice;
  REQUIRE(twice.apply(story.events[0]).has_value());
  CHECK_FALSE(twice.apply(story.events[0]).has_value());
  Book other;
  Event not_opened = story.events[1];
  not_opened.version = 1;
  CHECK_FALSE(other.apply(not_opened).has_value());
}

TEST_CASE("Fold: terms that end before they start, overlap or skip a number are faults") {
  const FoldStory story;
  CHECK_FALSE(story.fault<TermStarted>(with<TermStarted>([](auto& f) { f.ends_at = f.starts_at; })).empty());
  CHECK_FALSE(story.fault<TermStarted>(with<TermStarted>([](auto& f) { f.term = 2; })).empty());
  CHECK_FALSE(story
                  .fault<TermStarted>(with<TermStarted>([](auto& f) {
                    if (f.ai_studio) f.ai_studio->allotment.micro = -1;
                  }))
                  .empty());
  CHECK_FALSE(story.fault<TermEnded>(with<TermEnded>([](auto& f) { f.ends_at = moment("2026-02-15"); })).empty());
  CHECK_FALSE(story.fault<TermEnded>(with<TermEnded>([](auto& f) { f.ends_at = moment("2026-02-01"); })).empty());
  CHECK_FALSE(story.fault<TermEnded>(with<TermEnded>([](auto& f) { f.ends_at = moment("2027-02-01"); })).empty());
  CHECK_FALSE(story.fault<TermEnded>(with<TermEnded>([](auto& f) { f.term = 2; })).empty());
}

TEST_CASE("Fold: lots outside their period, out of number or of no credits are faults") {
  const FoldStory story;
  const auto broken = [&](std::function<void(CreditsGranted&)> change) {
    return !story.fault<CreditsGranted>(with<CreditsGranted>(std::move(change))).empty();
  };
  CHECK(broken([](auto& f) { f.lot = LotId("plus/1/1"); }));
  CHECK(broken([](auto& f) { f.lot = LotId("plus/1/1/01"); }));
  CHECK(broken([](auto& f) { f.lot = LotId("plus/1/1/0"); }));
  CHECK(broken([](auto& f) { f.lot = LotId("plus/1/1/9"); }));
  CHECK(broken([](auto& f) { f.lot = LotId("plus/1/1/99999999999"); }));
  CHECK(broken([](auto& f) { f.lot = LotId("even/1/1/1"); }));
  CHECK(broken([](auto& f) { f.lot = LotId("plus/2/1/1"); }));
  CHECK(broken([](auto& f) { f.lot = LotId("plus/1/9/1"); }));
  CHECK(broken([](auto& f) { f.plan = PlanId("even"); }));
  CHECK(broken([](auto& f) { f.credits.micro = 0; }));
  CHECK(broken([](auto& f) { f.credits.micro = -1; }));
  CHECK(broken([](auto& f) { f.starts_at.micros += 1; }));
  CHECK(broken([](auto& f) { f.expires_at.micros += 1; }));
  CHECK(broken([](auto& f) { f.kind = LotKind::allotment; }));
  CHECK(broken([](auto& f) { f.kind = LotKind::promotion; }));
}

TEST_CASE("Fold: charges, holds, releases and closes that nothing stands under are faults") {
  const FoldStory story;
  CHECK_FALSE(story.fault<CreditsConsumed>(with<CreditsConsumed>([](auto& f) { f.plan = PlanId("even"); })).empty());
  CHECK_FALSE(story.fault<CreditsConsumed>(with<CreditsConsumed>([](auto& f) { f.credits.micro = -1; })).empty());
  CHECK_FALSE(story.fault<CreditsConsumed>([](Event& e, CreditsConsumed&) { e.at = moment("2025-01-01"); }).empty());
  CHECK_FALSE(story.fault<CreditsConsumed>([](Event& e, CreditsConsumed&) { e.at = moment("2026-02-01"); }).empty());
  CHECK_FALSE(story.fault<CreditsHeld>(with<CreditsHeld>([](auto& f) { f.credits.micro = -1; })).empty());
  CHECK_FALSE(story.fault<CreditsHeld>(with<CreditsHeld>([](auto& f) { f.plan = PlanId("even"); })).empty());
  CHECK_FALSE(
      story.fault<HoldReleased>(with<HoldReleased>([](auto& f) { f.authorization = AuthorizationId("i"); })).empty());
  CHECK_FALSE(story.fault<PeriodClosed>(with<PeriodClosed>([](auto& f) { f.period = 2; })).empty());
  CHECK_FALSE(story.fault<PeriodClosed>(with<PeriodClosed>([](auto& f) { f.term = 2; })).empty());
  CHECK_FALSE(story.fault<PeriodClosed>(with<PeriodClosed>([](auto& f) { f.plan = PlanId("even"); })).empty());
  CHECK_FALSE(story.fault<SeatsChanged>(with<SeatsChanged>([](auto& f) { f.from += 1; })).empty());
  CHECK_FALSE(story.fault<SeatsChanged>(with<SeatsChanged>([](auto& f) { f.to = -1; })).empty());
  CHECK_FALSE(
      story.fault<SeatsChanged>(with<SeatsChanged>([](auto& f) { f.effective_at = moment("2028-01-01"); })).empty());
}

TEST_CASE("Fold: sums that leave 64 bits are a fault, not a wrap") {
  const FoldStory story;
  CHECK_FALSE(story.fault<CreditsGranted>(with<CreditsGranted>([](auto& f) { f.credits.micro = INT64_MAX; })).empty());
  CHECK_FALSE(story.fault<SeatsChanged>(with<SeatsChanged>([](auto& f) { f.to = INT64_MAX; })).empty());
}

TEST_CASE("Fold: what a close recorded is held against what the fold finds") {
  const FoldStory story;
  AccountState before;
  for (const Event& event : story.events) {
    const auto* fact = std::get_if<PeriodClosed>(&event.payload);
    if (fact != nullptr) {
      CHECK(broken_close(before, *fact) == "");
      for (const auto member :
           {&PeriodClosed::granted, &PeriodClosed::consumed, &PeriodClosed::expired, &PeriodClosed::uncovered}) {
        PeriodClosed wrong = *fact;
        (wrong.*member).micro += 1;
        CHECK_FALSE(broken_close(before, wrong).empty());
      }
      PeriodClosed wrong = *fact;
      wrong.starts_at.micros += 1;
      CHECK_FALSE(broken_close(before, wrong).empty());
      wrong = *fact;
      wrong.ends_at.micros += 1;
      CHECK_FALSE(broken_close(before, wrong).empty());
      wrong = *fact;
      wrong.period = 3;
      CHECK_FALSE(broken_close(before, wrong).empty());
    }
    evolve(before, event);
  }
}

TEST_CASE("Fold: a close that opens its period, which has no allotment, must record nothing in it") {
  test::Table table;
  table.rows("2026-01-01  start max monthly 2026-02-01..2026-05-01  -> ok");
  const AccountState before = table.state();
  table.rows("2026-03-01  close  -> ok");
  const std::vector<Event> events = table.events();
  const auto& close = std::get<PeriodClosed>(events.back().payload);
  CHECK(broken_close(before, close) == "");
  PeriodClosed wrong = close;
  wrong.consumed.micro = 1;
  CHECK_FALSE(broken_close(before, wrong).empty());
  wrong = close;
  wrong.period = 4;  // the term has three
  CHECK_FALSE(broken_close(before, wrong).empty());
  wrong = close;
  wrong.plan = PlanId("plus");
  CHECK_FALSE(broken_close(before, wrong).empty());
}

TEST_CASE("Fold: broken_invariant finds what does not add up") {
  const FoldStory story;
  AccountState state;
  for (std::size_t i = 0; i < 6; ++i) evolve(state, story.events[i]);
  REQUIRE(broken_invariant(state) == "");
  const auto broken = [&](std::function<void(AccountState&, Period&)> change) {
    AccountState changed = state;
    change(changed, changed.pools.begin()->second.terms[0].periods[0]);
    return !broken_invariant(changed).empty();
  };
  CHECK(broken([](auto&, Period& p) { p.granted.micro += 1; }));
  CHECK(broken([](auto&, Period& p) { p.consumed.micro += 1; }));
  CHECK(broken([](auto&, Period& p) { p.held.micro += 1; }));
  CHECK(broken([](auto&, Period& p) { p.expired.micro += 1; }));
  CHECK(broken([](auto&, Period& p) { p.uncovered.micro = -1; }));
  CHECK(broken([](auto&, Period& p) { p.lots[0].drawn.micro = -1; }));
  CHECK(broken([](auto&, Period& p) { p.lots[0].held.micro = p.lots[0].granted.micro + 1; }));
  CHECK(broken([](auto&, Period& p) { p.lots[1].number = 1; }));
  CHECK(broken([](auto& s, Period&) { s.holds.clear(); }));
  CHECK(broken([](auto& s, Period&) { s.holds.begin()->second.period = 2; }));
  CHECK(broken([](auto& s, Period&) { s.holds.begin()->second.cost.micro = 1; }));
  CHECK(broken([](auto& s, Period&) { s.pools.begin()->second.terms[0].opened = 9; }));
  CHECK(broken([](auto& s, Period&) { s.pools.begin()->second.terms[0].closed = 2; }));
  CHECK(broken([](auto& s, Period&) { s.pools.begin()->second.terms.push_back(s.pools.begin()->second.terms[0]); }));
}

TEST_CASE("Log document: JSON Lines are read strictly, with line and place of the first fault") {
  const FoldStory story;
  std::string text;
  for (const Event& event : story.events) text += to_json(event) + "\n";
  const auto read = [](std::string_view lines, std::vector<Event>& events) {
    return read_log_document(std::span(reinterpret_cast<const std::uint8_t*>(lines.data()), lines.size()),
                             [&](const AccountId&, StoredBatch&& batch) {
                               for (Event& event : batch.events) events.push_back(std::move(event));
                               return true;
                             });
  };
  std::vector<Event> events;
  const auto seq = read("\n" + text + "\n\n", events);
  REQUIRE(seq.has_value());
  CHECK(*seq == story.events.back().seq);
  CHECK(events == story.events);
  const auto fault = [&](const std::string& lines) {
    std::vector<Event> ignored;
    const auto result = read(lines, ignored);
    REQUIRE_FALSE(result.has_value());
    return to_text(result.error());
  };
  CHECK(fault(text + "{}").find("line " + std::to_string(story.events.size() + 1) + ", /type") == 0);
  CHECK(fault(text + text).find("line " + std::to_string(story.events.size() + 1) + ", /seq") == 0);
  CHECK(fault(text.substr(0, text.size() - 10)).find("line " + std::to_string(story.events.size())) == 0);
  CHECK(fault("hello").find("byte 0") == 0);
  std::vector<Event> none;
  CHECK(read("", none).has_value());
  CHECK(none.empty());
}
