// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/charges.hpp"

#include <array>

namespace creditfold::test {
namespace {

constexpr std::int64_t start_micros = 1'767'225'600'000'000;  // 2026-01-01

struct Model {
  std::string_view name;
  std::int64_t input;  // micro-credits a token
  std::int64_t output;
};
constexpr std::array<Model, 5> models{Model{"gpt-4o", 25'000, 200'000}, Model{"gpt-4o-mini", 5'000, 50'000},
                                      Model{"claude-3.5-sonnet", 50'000, 250'000},
                                      Model{"claude-3-opus", 250'000, 1'250'000},
                                      Model{"claude-3.5-haiku", 30'000, 150'000}};
constexpr std::size_t workflows = 16;

}  // namespace

Charges::Charges(std::uint64_t seed, std::size_t accounts) : random_(seed), versions_(accounts), now_(start_micros) {
  for (std::size_t i = 0; i < accounts; ++i) accounts_.emplace_back("account-" + std::to_string(i + 1));
}

std::int64_t Charges::number_of(const AccountId& account) const { return std::stoll(account.value.substr(8)); }

std::string Charges::uuid() {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  std::uint64_t bits = 0;
  for (int i = 0; i < 32; ++i) {
    if (i % 16 == 0) bits = random_.next();
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    text += hex[bits & 15];
    bits >>= 4;
  }
  return text;
}

std::int64_t Charges::volume(unsigned bits_max) {
  const std::uint64_t bits = 4 + random_.below(bits_max - 3);
  return static_cast<std::int64_t>(random_.below(std::uint64_t{1} << bits));
}

std::vector<Batch> Charges::group(std::size_t batches) {
  std::vector<Batch> group;
  group.reserve(batches);
  for (std::size_t i = 0; i < batches; ++i) {
    const std::size_t which = random_.index(accounts_.size());
    const Model& model = models[random_.index(models.size())];
    Batch batch;
    batch.account = accounts_[which];
    batch.expected_version = versions_[which]++;
    batch.key = IdempotencyKey(uuid());
    batch.command = command_digest_of(batch.key.value);
    Event event;
    event.account = batch.account;
    event.version = versions_[which];
    event.recorded_at = Instant{++now_};
    event.at = Instant{(now_ / 1'000 - static_cast<std::int64_t>(random_.below(400))) * 1'000};
    event.key = batch.key;
    CreditsConsumed charge;
    charge.usage = UsageId(batch.key.value);
    charge.plan = PlanId("plus");
    charge.workflow = WorkflowId("workflow-" + std::to_string(random_.below(workflows)));
    charge.model = ModelId(model.name);
    charge.input = Volume{volume(14)};
    charge.output = Volume{volume(11)};
    charge.rate_card = RateCardId("2025-10");
    charge.credits = Credits{charge.input.tokens * model.input + charge.output.tokens * model.output};
    event.payload = std::move(charge);
    batch.events.push_back(std::move(event));
    group.push_back(std::move(batch));
  }
  return group;
}

}  // namespace creditfold::test
