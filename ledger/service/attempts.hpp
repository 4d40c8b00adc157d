// SPDX-License-Identifier: Apache-2.0
// AC-7: how often wrong tokens came from an address lately. A bounded table: it forgets the oldest before it grows.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace creditfold::service {

class Attempts {
 public:
  using Clock = std::chrono::steady_clock;

  // Counts a wrong token. How many there are now within the window, this one included.
  std::size_t failed(const std::string& address, Clock::time_point now);

 private:
  struct Window {
    Clock::time_point began;
    std::size_t failures = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Window> windows_;
};

}  // namespace creditfold::service
