// SPDX-License-Identifier: Apache-2.0
// A Bloom filter in blocks of a cache line (Putze, Sanders, Singler 2007; the split block of Apache Parquet, on words
// of 64 bits): one bit in each of eight words, so that a question costs one read of memory. Private to the SQLite
// store.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace creditfold {

// One thread adds; others may ask meanwhile, and need not see yet what is being added.
class KeyFilter {
 public:
  static constexpr std::size_t bits_per_key = 13;  // at its capacity one answer in some 300 is a wrong "maybe"

  explicit KeyFilter(std::size_t capacity)
      : capacity_(capacity), blocks_(capacity * bits_per_key / (block_words * 64) + 1), words_(blocks_ * block_words) {}

  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t keys() const { return keys_; }
  [[nodiscard]] std::size_t bytes() const { return words_.size() * sizeof(std::uint64_t); }

  void add(std::uint64_t prefix) {
    Place place = place_of(prefix);
    for (std::size_t i = 0; i < block_words; ++i, place.bits >>= word_bits) {
      const std::atomic_ref word(words_[place.first + i]);
      const std::uint64_t bit = std::uint64_t{1} << (place.bits & 63);
      word.store(word.load(std::memory_order_relaxed) | bit, std::memory_order_relaxed);
    }
    ++keys_;
  }
  // false: it was never added.
  [[nodiscard]] bool may_have(std::uint64_t prefix) const {
    Place place = place_of(prefix);
    bool all = true;
    for (std::size_t i = 0; i < block_words; ++i, place.bits >>= word_bits) {
      const std::atomic_ref word(const_cast<std::uint64_t&>(words_[place.first + i]));
      all &= (word.load(std::memory_order_relaxed) >> (place.bits & 63) & 1) != 0;
    }
    return all;
  }
  void prefetch(std::uint64_t prefix) const { __builtin_prefetch(&words_[place_of(prefix).first]); }

 private:
  static constexpr std::size_t block_words = 8;
  static constexpr int word_bits = 6;

  struct Place {
    std::size_t first = 0;
    std::uint64_t bits = 0;  // six for each word
  };
  // Multiplied twice by odd constants, since a prefix lacks the last bits of the hash it is of.
  [[nodiscard]] Place place_of(std::uint64_t prefix) const {
    const std::uint64_t high = prefix * 0x9E37'79B9'7F4A'7C15U;
    const std::uint64_t low = (prefix ^ high >> 29) * 0xBF58'476D'1CE4'E5B9U;
    return {static_cast<std::size_t>((high >> 32) * blocks_ >> 32) * block_words, low >> 16};
  }

  std::size_t capacity_;
  std::size_t blocks_;
  std::size_t keys_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace creditfold
