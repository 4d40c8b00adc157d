// SPDX-License-Identifier: Apache-2.0
// A moment looked at after others is what it is when it is looked at first.
#include <catch2/catch.hpp>

#include "events/store/memory.hpp"
#include "ledger/engine.hpp"
#include "ledger/past_states.hpp"
#include "tests/acme.hpp"
#include "tests/events/samples.hpp"

using namespace creditfold;
using creditfold::test::acme;
using creditfold::test::Random;

namespace {

const Instant march = *parse_instant("2026-03-01T00:00:00Z");

std::string command(std::string_view name, std::string_view account, const std::string& key, Instant at,
                    const std::string& rest) {
  return R"({"command":")" + std::string(name) + R"(","account":")" + std::string(account) + R"(","key":")" + key +
         R"(","at":")" + to_text(at) + "\"," + rest + "}";
}

// Two accounts; the first has been charged `charges` times, a minute apart, some of them late.
void fill(Engine& engine, int first, int charges) {
  std::vector<std::string> texts;
  if (first == 0) {
    for (const char* account : {"acme", "other"}) {
      texts.push_back(command("OpenAccount", account, "open", march, R"("environment":"commercial","region":"us")"));
      texts.push_back(command("StartTerm", account, "term", march,
                              R"("product":"ai_studio","plan":"max","cadence":"monthly",)"
                              R"("starts_at":"2026-03-01T00:00:00Z","ends_at":"2027-03-01T00:00:00Z")"));
    }
  }
  for (int i = first; i < first + charges; ++i) {
    const Instant at{march.micros + (i + 10 - (i % 7 == 0 ? 5 : 0)) * std::int64_t{60'000'000}};
    const std::string key = "u" + std::to_string(i);
    texts.push_back(
        command("RecordUsage", i % 100 == 0 ? "other" : "acme", key, at,
                R"("usage":")" + key +
                    R"(","workflow":"triage","model":"gpt-4o","query":0,"input":1000,"output":10,"plan":"max")"));
  }
  for (std::size_t begin = 0; begin < texts.size(); begin += commands_per_group_max) {
    const std::size_t end = std::min(texts.size(), begin + commands_per_group_max);
    const std::vector<std::string_view> group(texts.begin() + static_cast<std::ptrdiff_t>(begin),
                                              texts.begin() + static_cast<std::ptrdiff_t>(end));
    for (const Answer& answer : engine.process(group, *parse_instant("2026-04-01T00:00:00Z")))
      REQUIRE_FALSE(answer.refused);
  }
}

void require_same(PastStates& past, const MemoryLog& log, std::int64_t seq) {
  CAPTURE(seq);
  const auto view = past.view(log, acme, seq);
  const auto expected = view_as_of(log, acme, AsOf{.at = std::nullopt, .seq = seq}, instant_max);
  REQUIRE(view.has_value() == expected.has_value());
  if (!view) return;
  REQUIRE(fingerprint(view->state) == fingerprint(expected->state));
  REQUIRE(view->moment == expected->moment);
}

}  // namespace

TEST_CASE(
    "A state of the past is the same from the nearest one kept as from the beginning, also after the log has grown") {
  MemoryLog log;
  Engine engine(log, default_catalog());
  fill(engine, 0, 2 * static_cast<int>(events_between_states) + 500);
  PastStates past;
  Random random(1);
  const auto some = [&] { return static_cast<std::int64_t>(random.index(static_cast<std::size_t>(log.head()) + 10)); };
  for (int i = 0; i < 5; ++i) require_same(past, log, some());
  for (const std::int64_t seq : {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}, log.head(), log.head() + 1})
    require_same(past, log, seq);
  for (int i = 0; i < 5; ++i) require_same(past, log, some());
  fill(engine, 2 * static_cast<int>(events_between_states) + 500, static_cast<int>(events_between_states));
  for (int i = 0; i < 5; ++i) require_same(past, log, some());
  require_same(past, log, log.head());
  CHECK_FALSE(past.view(log, AccountId("nobody"), log.head()));
}
