// SPDX-License-Identifier: Apache-2.0
// Many small records that refer to one another by number: they never move, and half of what is taken for them is not
// slack that a vector keeps.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace creditfold {

// Numbers count from 1, so that 0 says "none".
template <class Record>
class Arena {
 public:
  [[nodiscard]] Record& operator[](std::uint32_t number) { return chunks_[number / chunk][number % chunk]; }
  [[nodiscard]] const Record& operator[](std::uint32_t number) const { return chunks_[number / chunk][number % chunk]; }

  [[nodiscard]] std::uint32_t add(const Record& record) {
    std::uint32_t number = next_;
    if (!free_.empty()) {
      number = free_.back();
      free_.pop_back();
    } else {
      if (number / chunk == chunks_.size()) chunks_.push_back(std::make_unique<Record[]>(chunk));
      ++next_;
    }
    (*this)[number] = record;
    return number;
  }
  void remove(std::uint32_t number) { free_.push_back(number); }
  [[nodiscard]] std::size_t bytes() const {
    return chunks_.size() * chunk * sizeof(Record) + free_.capacity() * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::uint32_t chunk = 4096;

  std::vector<std::unique_ptr<Record[]>> chunks_;
  std::uint32_t next_ = 1;
  std::vector<std::uint32_t> free_;
};

}  // namespace creditfold
