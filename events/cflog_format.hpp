// SPDX-License-Identifier: Apache-2.0
// What the writer and the reader of .cflog documents agree on. Private to the two; events/FORMAT.md says it in prose.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "events/cflog.hpp"
#include "events/log.hpp"

namespace creditfold::cflog {

// Stored values: do not change. Not text (0x89), and the line end shows transfers that rewrite line ends.
inline constexpr std::array<std::uint8_t, 8> magic{0x89, 'C', 'F', 'L', 'O', 'G', '\r', '\n'};
inline constexpr std::uint8_t format = 2;
inline constexpr std::uint8_t kind_header = 0;
inline constexpr std::uint8_t kind_block = 1;
inline constexpr std::uint8_t kind_end = 2;
inline constexpr std::uint8_t record_event = 1;
inline constexpr std::uint8_t record_batch = 2;
inline constexpr std::uint8_t record_departed = 3;

inline constexpr std::size_t section_head_bytes = 1 + 4;  // kind, length
inline constexpr std::size_t check_bytes = 8;
// A block is sent when it has this much: large enough that its 13 bytes of frame do not count, small enough that a
// reader of a slow stream has something early.
inline constexpr std::size_t block_bytes = 64U << 10;
// What a block has at most: just under block_bytes, then one more event, and marks before the next event.
inline constexpr std::size_t section_bytes_max = block_bytes + event_bytes_max + 1024;

// The events of one key since the last mark: what a mark may close.
class Run {
 public:
  explicit Run(std::int64_t after) : cut_(after > 0) {}

  void add(const Event& event) {
    if (length_ > 0 && of(event.account, event.key)) {
      ++length_;
      return;
    }
    at_start_ = fresh_;
    fresh_ = false;
    account_ = event.account;
    key_ = event.key;
    length_ = 1;
  }

  // Whether `mark` closes exactly this run. A document that begins after seq 0 may begin inside a batch.
  [[nodiscard]] bool closes(const BatchMark& mark) const {
    const bool same = length_ > 0 && of(mark.account, mark.key);
    if (mark.events == 0) return !same;
    return same && (mark.events == length_ || (mark.events > length_ && at_start_ && cut_));
  }
  void close() {
    length_ = 0;
    fresh_ = false;
  }

 private:
  [[nodiscard]] bool of(const AccountId& account, const IdempotencyKey& key) const {
    return account_ == account && key_ == key;
  }
  bool cut_;
  bool fresh_ = true;     // nothing added or closed yet
  bool at_start_ = true;  // the run began with the document
  AccountId account_;
  IdempotencyKey key_;
  std::int64_t length_ = 0;
};

}  // namespace creditfold::cflog
