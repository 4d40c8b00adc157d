// SPDX-License-Identifier: Apache-2.0
// How fast a log folds: a million legal events of a thousand accounts, decoded from their canonical bytes and folded
// into states, one thread, CPU time. The same source natively and as WebAssembly; scripts/bench puts the two beside
// each other. Prints one JSON line: {"events":…,"seconds":[…],"fingerprint":"…"}.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "events/codec.hpp"
#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"
#include "ledger/replay.hpp"
#include "tests/bench/cpu_clock.hpp"
#include "tests/events/samples.hpp"

namespace {

using namespace creditfold;

constexpr int accounts = 1'000;
constexpr int rounds = 5;
constexpr Instant opened_at{1'704'067'200'000'000};  // 2024-01-01T00:00:00Z
constexpr Instant now{1'767'225'600'000'000};        // 2026-01-01T00:00:00Z
constexpr std::int64_t year_micros = 366LL * 86'400 * 1'000'000;

struct Encoded {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint32_t> ends;
};

// Commands decided one after the other, so that the log is one that could have happened.
class Generator {
 public:
  explicit Generator(int events) : wanted_(static_cast<std::size_t>(events)), states_(accounts) {}

  Encoded run() {
    for (int i = 0; i < accounts; ++i) {
      send(i, opened_at, OpenAccount{.environment = Environment::commercial, .region = RegionId("us")});
      StartTerm term;
      term.product = ProductId("ai_studio");
      term.plan = PlanId("plus");
      term.cadence = Cadence::monthly;
      term.starts_at = opened_at;
      term.ends_at = Instant{opened_at.micros + year_micros};
      send(i, opened_at, term);
    }
    const std::int64_t step = year_micros / static_cast<std::int64_t>(wanted_ + 1);
    for (std::int64_t n = 1; log_.ends.size() < wanted_; ++n) {
      const Instant at{opened_at.micros + n * step};
      const int account = static_cast<int>(random_.below(accounts));
      if (random_.below(400) == 0) {
        send(account, at, ClosePeriods{});
      } else {
        send(account, at, charge(n));
      }
    }
    return std::move(log_);
  }

 private:
  RecordUsage charge(std::int64_t n) {
    static const char* const models[] = {"gpt-4o", "gpt-4o-mini", "claude-3-5-sonnet", "claude-3-5-haiku"};
    RecordUsage usage;
    usage.usage = UsageId("usage-" + std::to_string(n));
    usage.workflow = WorkflowId("workflow-" + std::to_string(random_.below(16)));
    usage.model = ModelId(models[random_.below(4)]);
    usage.input = Volume{static_cast<std::int64_t>(random_.below(4'000))};
    usage.output = Volume{static_cast<std::int64_t>(random_.below(400))};
    return usage;
  }
  void send(int account, Instant at, CommandBody body) {
    AccountState& state = states_[static_cast<std::size_t>(account)];
    const Command command{.account = AccountId("account-" + std::to_string(account)),
                          .key = IdempotencyKey("key-" + std::to_string(++keys_)),
                          .at = at,
                          .body = std::move(body)};
    const auto decided = decide(state.version == 0 ? nullptr : &state, command, default_catalog(), now);
    for (const Event& event : decided.value()) {  // every command of this log is legal
      evolve(state, event);
      encode_event(event, log_.bytes);
      log_.ends.push_back(static_cast<std::uint32_t>(log_.bytes.size()));
    }
  }

  std::size_t wanted_;
  std::vector<AccountState> states_;
  test::Random random_{1};
  std::int64_t keys_ = 0;
  Encoded log_;
};

Book fold(const Encoded& log) {
  Book book;
  std::size_t begin = 0;
  std::int64_t seq = 0;
  for (const std::uint32_t end : log.ends) {
    Event event = decode_event(std::span(log.bytes).subspan(begin, end - begin)).value();
    event.seq = ++seq;
    (void)book.apply(event).value();
    begin = end;
  }
  return book;
}

}  // namespace

int main(int argc, char** argv) {
  const int wanted = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  const Encoded log = Generator(wanted).run();
  std::string times;
  std::string result;
  for (int round = 0; round < rounds; ++round) {
    const double start = creditfold::test::cpu_seconds();
    const Book book = fold(log);
    char text[32];
    std::snprintf(text, sizeof text, "%s%.4f", times.empty() ? "" : ",", creditfold::test::cpu_seconds() - start);
    times += text;
    result = to_hex(fingerprint(book));
  }
  std::printf("{\"events\":%zu,\"bytes\":%zu,\"seconds\":[%s],\"fingerprint\":\"%s\"}\n", log.ends.size(),
              log.bytes.size(), times.c_str(), result.c_str());
  return 0;
}
