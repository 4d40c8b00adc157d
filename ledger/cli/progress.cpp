// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace creditfold::cli {
namespace {

constexpr std::chrono::seconds patience{1};
constexpr std::chrono::milliseconds interval{100};
constexpr int cells = 30;

}  // namespace

Progress::Progress(std::string doing, std::int64_t total)
    : doing_(std::move(doing)), total_(total), visible_(::isatty(2) == 1), draw_again_(started_ + patience) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (!drawn_) return;
  std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

void Progress::look(std::int64_t done) {
  const Clock::time_point now = Clock::now();
  if (now < draw_again_) return;
  draw_again_ = now + interval;
  draw(done);
}

void Progress::draw(std::int64_t done) {
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_).count();
  std::string line = "\r" + doing_ + "  ";
  if (total_ > 0) {
    const double share = std::clamp(static_cast<double>(done) / static_cast<double>(total_), 0.0, 1.0);
    const int full = static_cast<int>(share * cells);
    for (int cell = 0; cell < cells; ++cell) line += cell < full ? "█" : "░";
    line += "  " + std::to_string(static_cast<int>(share * 100)) + " %";
  }
  line += "  " + std::to_string(seconds) + " s\033[K";
  std::fputs(line.c_str(), stderr);
  drawn_ = true;
}

}  // namespace creditfold::cli
