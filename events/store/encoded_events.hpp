// SPDX-License-Identifier: Apache-2.0
// Events in memory as their canonical bytes, by position: a quarter of what they take as values, and a browser has 4
// GB.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "events/event.hpp"

namespace creditfold {

class EncodedEvents {
 public:
  // All of them or, when it throws Unencodable, none. REQUIRES: their seq ascend, above the last one here.
  void push(std::span<const Event> events);
  // The same of one whose bytes are known already.
  void push(const Event& event, std::span<const std::uint8_t> encoded);

  [[nodiscard]] std::size_t size() const { return size_; }
  // REQUIRES for these: index < size().
  [[nodiscard]] Event at(std::size_t index) const;
  void read(std::size_t index, Event& into) const;  // the same, with the room of what `into` was
  [[nodiscard]] std::int64_t seq(std::size_t index) const;
  // Of the newest. REQUIRES: size() > 0.
  [[nodiscard]] std::int64_t last_seq() const { return blocks_.back().places.back().seq; }
  // The first one behind a position; size() when there is none.
  [[nodiscard]] std::size_t behind(std::int64_t seq) const;

 private:
  // Events of one partition, as many as fill it; it does not grow, so that nothing is ever copied.
  struct Place {
    std::int64_t seq = 0;
    std::uint32_t end = 0;  // in bytes
  };
  struct Block {
    std::size_t first = 0;
    RegionId partition;
    std::vector<std::uint8_t> bytes;
    std::vector<Place> places;
  };
  [[nodiscard]] const Block& block_of(std::size_t index) const;

  std::vector<Block> blocks_;
  std::size_t size_ = 0;
  std::vector<std::uint8_t> encoded_;  // of one push, kept for the next
  std::vector<std::size_t> ends_;
};

}  // namespace creditfold
