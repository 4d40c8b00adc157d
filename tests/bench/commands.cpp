// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/commands.hpp"

#include <array>

namespace creditfold::test {

std::string open_account(std::size_t account) {
  return R"({"command":"OpenAccount","account":"account-)" + std::to_string(account) +
         R"(","key":"open","at":"2026-01-01T00:00:00Z","environment":"commercial","region":"us"})";
}

std::string start_term(std::size_t account) {
  return R"({"command":"StartTerm","account":"account-)" + std::to_string(account) +
         R"(","key":"term","at":"2026-01-01T00:00:00Z","product":"ai_studio","plan":"plus","cadence":"monthly",)"
         R"("starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"})";
}

std::string record_usage(Random& random, std::size_t number, std::size_t accounts) {
  static constexpr std::array models{"gpt-4o", "gpt-4o-mini", "claude-3-5-sonnet", "claude-3-5-haiku"};
  const std::string key = "usage-" + std::to_string(number);
  return R"({"command":"RecordUsage","account":"account-)" + std::to_string(random.below(accounts)) + R"(","key":")" +
         key + R"(","at":"2026-05-31T23:59:59Z","usage":")" + key + R"(","workflow":"workflow-)" +
         std::to_string(random.below(16)) + R"(","model":")" + models[random.index(models.size())] + R"(","query":)" +
         std::to_string(random.below(400)) + R"(,"input":)" + std::to_string(random.below(4'000)) + R"(,"output":)" +
         std::to_string(random.below(400)) + "}";
}

}  // namespace creditfold::test
