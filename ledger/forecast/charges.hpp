// SPDX-License-Identifier: Apache-2.0
// The charges of an account, in the order they were folded and packed: some 13 bytes each, so that those of ten million
// events fit beside everything else a browser holds. They are read from the first on; nothing else is asked of them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "events/span_archive.hpp"
#include "events/vocabulary.hpp"

namespace creditfold::forecast {

struct DayUse {
  std::int64_t query = 0;
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t credits = 0;  // micro-credits, as charged
  std::int64_t charges = 0;
};

struct Charge {
  std::uint32_t series = 0;
  Instant at;
  DayUse use;  // of one charge
};

class Charges {
 public:
  void push(const Charge& charge);
  [[nodiscard]] std::size_t size() const { return size_; }

  // Calls `visit` for the first `count` of them. REQUIRES: count <= size().
  template <class Visit>
  void read(std::size_t count, Visit&& visit) const {
    for (const Block& block : blocks_) {
      SpanInputArchive in(std::span(block.bytes.get(), block.size));
      Charge charge{.series = 0, .at = Instant{0}, .use = {.charges = 1}};
      for (std::size_t i = 0; i < block.charges; ++i) {
        if (count == 0) return;
        count -= 1;
        charge.series = static_cast<std::uint32_t>(in.take_varint());
        charge.at.micros += from_word(in.take_varint());
        charge.use.query = from_word(in.take_varint());
        charge.use.input = from_word(in.take_varint());
        charge.use.output = from_word(in.take_varint());
        charge.use.credits = from_word(in.take_varint());
        visit(static_cast<const Charge&>(charge));
      }
    }
  }

 private:
  static constexpr std::size_t block_bytes = std::size_t{1} << 16;
  // Moments lie as steps from the one before in their block. A block does not grow, so that nothing is ever copied.
  struct Block {
    std::unique_ptr<std::uint8_t[]> bytes = std::make_unique<std::uint8_t[]>(block_bytes);
    std::size_t size = 0;
    std::size_t charges = 0;
    std::int64_t last_micros = 0;
  };
  // Small negatives short too, as in the archives.
  [[nodiscard]] static std::int64_t from_word(std::uint64_t word) {
    return static_cast<std::int64_t>((word >> 1) ^ (0 - (word & 1)));
  }

  std::vector<Block> blocks_;
  std::size_t size_ = 0;
};

}  // namespace creditfold::forecast
