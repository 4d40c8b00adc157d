// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/attempts.hpp"

#include <algorithm>

#include "ledger/service/limits.hpp"

namespace creditfold::service {

std::size_t Attempts::failed(const std::string& address, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (windows_.size() >= attempt_addresses_max && windows_.count(address) == 0) {
    windows_.erase(std::min_element(windows_.begin(), windows_.end(),
                                    [](const auto& a, const auto& b) { return a.second.began < b.second.began; }));
  }
  Window& window = windows_[address];
  if (window.failures == 0 || now - window.began >= attempts_window) window = {now, 0};
  return ++window.failures;
}

}  // namespace creditfold::service
