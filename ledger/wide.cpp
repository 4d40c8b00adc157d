// SPDX-License-Identifier: Apache-2.0
#include "ledger/wide.hpp"

#include <algorithm>

#include "events/vocabulary.hpp"

namespace creditfold {

std::string digits(Wide number) {
  std::string text;
  do {
    text += static_cast<char>('0' + static_cast<int>(number % 10));
    number /= 10;
  } while (number != 0);
  std::reverse(text.begin(), text.end());
  return text;
}

std::string credits_text(Wide micro) {
  constexpr Wide one = micro_per_credit;
  const Credits fraction{static_cast<std::int64_t>(micro % one)};
  return digits(micro / one) + to_text(fraction).substr(1);  // behind its zero
}

}  // namespace creditfold
