// SPDX-License-Identifier: Apache-2.0
// Lines from a file, a pipe or a terminal, in groups: as many as are there, without waiting for more than the first.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace creditfold::cli {

struct Line {
  std::int64_t number = 0;  // from 1, blank lines counted
  std::string text;         // without its line end
};

class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  // The next lines that are not blank, at least one unless the input has ended, at most commands_per_group_max. Throws
  // Fault when reading fails.
  [[nodiscard]] std::vector<Line> next_group();
  [[nodiscard]] std::int64_t bytes_read() const { return bytes_read_; }

 private:
  void read_piece();
  void take(std::string_view piece);
  void end_line();
  [[nodiscard]] bool more_is_there() const;

  int descriptor_;
  bool ended_ = false;
  std::int64_t number_ = 0;
  std::int64_t bytes_read_ = 0;
  std::string current_;  // of the line that has not ended
  std::deque<Line> ready_;
  std::size_t ready_bytes_ = 0;
};

}  // namespace creditfold::cli
