// SPDX-License-Identifier: Apache-2.0
// The pools of a forecast against the ledger itself: the use of a future, sent as commands, gives the same balances.
#include <catch2/catch.hpp>

#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"
#include "ledger/json.hpp"
#include "ledger/terms.hpp"
#include "tests/ledger/forecast_story.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

// A state that commands are decided on, as the ledger decides them.
class Real {
 public:
  Real(const AccountState& state, const Catalog& catalog) : state_(state), catalog_(catalog) {}

  void send(const Command& command) {
    const auto decided = decide(&state_, command, catalog_, *command.at);
    if (!decided) return;  // a refusal in the scenario is one here too
    for (const Event& event : *decided) evolve(state_, event);
  }
  // `young` costs a micro-credit a token, so any amount can be used.
  void use(Instant at, const PlanId& plan, std::int64_t micro) {
    RecordUsage use;
    use.usage = UsageId("f" + std::to_string(++number_));
    use.workflow = WorkflowId("future");
    use.model = ModelId("young");
    use.input = Volume{micro};
    use.plan = plan;
    send({.account = state_.account, .key = IdempotencyKey("f"), .at = at, .body = use});
  }
  void close(Instant at) {
    send({.account = state_.account, .key = IdempotencyKey("c"), .at = at, .body = ClosePeriods{}});
  }
  [[nodiscard]] const AccountState& state() const { return state_; }

 private:
  AccountState state_;
  const Catalog& catalog_;
  int number_ = 0;
};

// Sends a future's use to the ledger, with the scenario's commands between, and holds every period against it.
void check_future(const forecast::Simulated& simulated, std::int32_t future) {
  const forecast::Course& course = simulated.course;
  Real real(simulated.branch.state, simulated.catalog);
  std::vector<Command> commands;
  for (const auto& supposed : simulated.supposition.commands)
    commands.push_back(parse_command(supposed.command)->command);
  std::size_t sent = 0;
  std::int64_t demand = 0;
  for (const forecast::Slice& slice : course.slices) {
    while (sent < commands.size() && *commands[sent].at <= slice.starts_at) real.send(commands[sent++]);
    std::map<std::uint32_t, std::int64_t> used;
    for (const forecast::Flow& flow : slice.flows)
      used[flow.slot] += forecast::times(flow.credits, simulated.futures.on(future, slice.day)[flow.series]);
    for (const auto& [slot, credits] : used) {
      demand += credits;
      if (slot != forecast::no_slot) real.use(slice.starts_at, course.plans[course.slots[slot].plan], credits);
    }
  }
  const auto at = static_cast<std::size_t>(future);
  std::int64_t told = simulated.outcome.unplaced[at];
  for (int closed = 0; closed < 2; ++closed) {
    for (std::size_t i = 0; i < course.slots.size(); ++i) {
      const forecast::Slot& slot = course.slots[i];
      const forecast::SlotOutcome& outcome = simulated.outcome.slots[i];
      INFO("future " << future << ", " << course.plans[slot.plan].value << '/' << slot.term << '/' << slot.period);
      const Term* term = terms::find_term(real.state(), course.plans[slot.plan], slot.term);
      REQUIRE(term != nullptr);
      const Period* period = terms::find_period(*term, slot.period);
      if (period == nullptr) {  // nothing was ever in it, and nothing used
        REQUIRE(outcome.consumed[at] == 0);
        continue;
      }
      CHECK(period->granted.micro == slot.granted);
      CHECK(period->consumed.micro == slot.consumed + outcome.consumed[at]);
      CHECK(period->uncovered.micro == slot.uncovered + outcome.uncovered[at]);
      const bool ended = slot.ends_at <= simulated.until();
      if (closed == 1 && ended) CHECK(period->expired.micro == outcome.remaining[at]);
      if (closed == 0) CHECK(period->remaining().micro + period->held.micro == outcome.remaining[at]);
      if (closed == 0) told += outcome.consumed[at] + outcome.uncovered[at];
    }
    real.close(simulated.until());
  }
  CHECK(told == demand);
}

void check_futures(const Table& table, std::string_view json) {
  const forecast::Scenario scenario = scenario_of(json);
  const forecast::Branch branch = branch_of(table, scenario);
  const auto simulated = forecast::simulate(branch, table.engine().catalog(), scenario);
  if (!simulated) FAIL(simulated.error().place << ' ' << simulated.error().what);
  for (std::int32_t future = 0; future < 12; ++future) check_future(*simulated, future);
}

struct WithTwoMonths : Table {
  explicit WithTwoMonths(std::string_view plans) {
    rows(plans);
    use_daily(*this, moment("2026-01-05"), 61, [](int day) { return 1 + (day * 7919 % 5) + (day % 7 < 5 ? 2 : 0); });
    use_daily(
        *this, moment("2026-01-20"), 46, [](int day) { return day * 104729 % 4; }, "report");
  }
};

}  // namespace

TEST_CASE("H11, AIS-4d: a future's use sent to the ledger gives the balances the forecast gives") {
  SECTION("a monthly plan that runs out") {
    check_futures(WithTwoMonths("2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok"),
                  R"({"days":75,"futures":100})");
  }
  SECTION("a quarterly plan that stops at 130 percent, begun in the middle of a day") {
    check_futures(WithTwoMonths("2026-01-01T09:30  start pro quarterly 2026-01-01T09:30..2027-01-01T09:30  -> ok"),
                  R"({"days":120,"futures":100,"levers":{"growth_percent_per_month":80}})");
  }
  SECTION("overage, with packs for this period, for the next, and bought later") {
    check_futures(WithTwoMonths("2026-01-01  start over monthly 2026-01-01..2027-01-01  -> ok"),
                  R"({"days":60,"futures":100,"levers":{"packs":[{"packs":3},{"packs":2,"periods":{"first":4,"last":5}},
                 {"packs":4,"at":"2026-04-11T13:45:00Z","periods":{"first":4,"last":4}}]}})");
  }
  SECTION("a change of plan at the end of the period, and a pack the terms forbid") {
    check_futures(WithTwoMonths("2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok"),
                  R"({"days":80,"futures":100,"levers":{"plan":{"plan":"over","cadence":"monthly"},
                 "packs":[{"plan":"over","packs":1}]}})");
  }
  SECTION("a term that ends in the horizon and is renewed, and one that is not") {
    check_futures(WithTwoMonths("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok"),
                  R"({"days":70,"futures":100})");
    check_futures(WithTwoMonths("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok"),
                  R"({"days":70,"futures":100,"renew":false})");
  }
  SECTION("a live authorization holds credits until it expires") {
    WithTwoMonths table("2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok");
    table.rows(R"(
      2026-03-07  authorize h1 20 until 2026-03-09T06:00  -> ok
      2026-03-07  authorize h2 10 until 2026-05-20        -> ok
    )");
    check_futures(table, R"({"days":40,"futures":100})");
  }
  SECTION("two plans side by side, one of them named by its workflow") {
    Table table;
    table.rows(R"(
      2026-01-01  start basic monthly 2026-01-01..2027-01-01  -> ok
      2026-01-01  start plus monthly 2026-01-15..2027-01-15   -> ok
    )");
    use_daily(table, moment("2026-01-15"), 50, [](int day) { return 2 + day % 3; });
    table.rows("2026-03-05  use 4 plan basic workflow small  -> ok");
    check_futures(table, R"({"days":50,"futures":100})");
  }
}

TEST_CASE("In every future credits are conserved, bands are in order, and what is told is what was used") {
  const WithTwoMonths table("2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok");
  for (int seed = 0; seed < 4; ++seed) {
    const auto scenario = scenario_of(R"({"days":45,"futures":200,"seed":)" + std::to_string(seed) + "}");
    const auto branch = branch_of(table, scenario);
    const auto simulated = forecast::simulate(branch, table.engine().catalog(), scenario);
    REQUIRE(simulated.has_value());
    const forecast::Outcome& outcome = simulated->outcome;
    for (std::size_t f = 0; f < 200; ++f) {
      std::int64_t used = 0;
      for (std::size_t i = 0; i < simulated->course.slots.size(); ++i) {
        const forecast::Slot& slot = simulated->course.slots[i];
        REQUIRE(slot.granted == slot.consumed + outcome.slots[i].consumed[f] + outcome.slots[i].remaining[f]);  // H12
        REQUIRE(outcome.slots[i].remaining[f] >= 0);
        REQUIRE((outcome.slots[i].uncovered[f] == 0) == (outcome.slots[i].runs_out[f] == instant_max.micros));
        used += outcome.slots[i].consumed[f] + outcome.slots[i].uncovered[f];
      }
      std::int64_t by_series = 0;
      for (const auto& series : outcome.series) by_series += series[f];
      std::int64_t by_day = 0;
      for (std::int32_t moment = 0; moment <= 45; ++moment) by_day += outcome.demand.at(moment)[f];
      REQUIRE(used == by_series);
      REQUIRE(used == by_day);
      REQUIRE(outcome.plans[0].consumed.at(45)[f] + outcome.plans[0].uncovered.at(45)[f] == used);
    }
  }
}

TEST_CASE("Use runs out at the hour its workflows are busy, not evenly over the day") {
  Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok");
  for (int day = 0; day < 70; ++day)
    use_at(table, Instant{moment("2026-01-01").micros + day * story_day + 18 * 3'600'000'000LL}, 7);
  const auto scenario = scenario_of(R"({"at":"2026-03-12T00:00:00Z","days":19,"futures":100})");
  const auto branch = branch_of(table, scenario);
  const auto simulated = forecast::simulate(branch, table.engine().catalog(), scenario);
  REQUIRE(simulated.has_value());
  // 11 x 7 used, 23 left: they end on the fourth day, at a little past 18 o'clock, when everything is used.
  for (const std::int64_t at : simulated->outcome.slots[0].runs_out) {
    CHECK(at >= moment("2026-03-15T17:00").micros);
    CHECK(at <= moment("2026-03-15T20:00").micros);
  }
}
