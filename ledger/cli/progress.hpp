// SPDX-License-Identifier: Apache-2.0
// A bar on standard error for work that takes longer than a second, when a terminal is there to see it. Gone at the
// end.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace creditfold::cli {

class Progress {
 public:
  // `total`: how much there is to do, in any unit; 0: not known.
  Progress(std::string doing, std::int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance_to(std::int64_t done) {
    if (visible_) look(done);
  }
  // Takes the bar away, so that something else can be said; it comes back with the next step.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void look(std::int64_t done);
  void draw(std::int64_t done);

  std::string doing_;
  std::int64_t total_;
  bool visible_;
  bool drawn_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point draw_again_;
};

}  // namespace creditfold::cli
