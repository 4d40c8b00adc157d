// SPDX-License-Identifier: Apache-2.0
// The charges that append_bench stores, one JSON object a line, for peers that are written in another language:
// charge_lines EVENTS ACCOUNTS.
#include <cstdlib>
#include <iostream>

#include "tests/bench/charges.hpp"

int main(int argc, char** argv) {
  using namespace creditfold;
  if (argc != 3) {
    std::cerr << "charge_lines EVENTS ACCOUNTS\n";
    return 2;
  }
  test::Charges charges(1, std::strtoul(argv[2], nullptr, 10));
  for (const Batch& batch : charges.group(std::strtoul(argv[1], nullptr, 10))) {
    const Event& event = batch.events[0];
    const auto& charge = std::get<CreditsConsumed>(event.payload);
    std::cout << R"({"account":")" << batch.account.value << R"(","version":)" << event.version << R"(,"key":")"
              << batch.key.value << R"(","digest":")"
              << to_hex(digest_of(batch.key.value)).substr(0, 2 * batch.command.bytes.size()) << R"(","at":)"
              << event.at.micros << R"(,"recorded_at":)" << event.recorded_at.micros << R"(,"plan":")"
              << charge.plan.value << R"(","workflow":")" << charge.workflow.value << R"(","model":")"
              << charge.model.value << R"(","input":)" << charge.input.tokens << R"(,"output":)" << charge.output.tokens
              << R"(,"rate_card":")" << charge.rate_card.value << R"(","credits":)" << charge.credits.micro << "}\n";
  }
  return std::cout.good() ? 0 : 1;
}
