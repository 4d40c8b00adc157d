// SPDX-License-Identifier: Apache-2.0
// A run: where many keys lie, sorted, in one file that never changes. A key stands there as the first 40 bits of its
// hash and its segment, some four bytes in all; what lies in the segment says whether it is the key. Runs are made of
// the log and can be made again of it. events/FORMAT.md, "Index", has the layout. Private to the SQLite store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace creditfold {

inline constexpr int key_prefix_bits = 40;
// Offsets into a run are 32 bits of bits.
inline constexpr std::int64_t keys_per_run_max = std::int64_t{1} << 26;

[[nodiscard]] inline std::uint64_t key_prefix(std::uint64_t hash) { return hash >> (64 - key_prefix_bits); }

struct KeyPlace {
  std::uint64_t prefix = 0;
  std::int64_t segment = 0;
};

class KeyRunWriter {
 public:
  // Writes `file`, which must not be there. `keys`: exactly how many will be added; at most keys_per_run_max. Segments
  // are in [first_segment, last_segment]. Throws Fault.
  KeyRunWriter(const std::filesystem::path& file, std::int64_t keys, std::int64_t first_segment,
               std::int64_t last_segment);
  ~KeyRunWriter();
  KeyRunWriter(const KeyRunWriter&) = delete;
  KeyRunWriter& operator=(const KeyRunWriter&) = delete;

  void add(const KeyPlace& place);  // REQUIRES: ascending by prefix
  void finish();                    // the file is on disk

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A run in memory as the operating system maps it. Safe to ask from several threads.
class KeyRun {
 public:
  // Throws Fault damaged when it is none by its size and its end; what lies before is looked at by `verify`.
  explicit KeyRun(std::filesystem::path file);
  ~KeyRun();
  KeyRun(const KeyRun&) = delete;
  KeyRun& operator=(const KeyRun&) = delete;

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] std::int64_t keys() const { return keys_; }
  [[nodiscard]] std::int64_t first_segment() const { return first_segment_; }
  [[nodiscard]] std::int64_t last_segment() const { return last_segment_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  // Throws Fault damaged unless its check holds. Everything below REQUIRES that it did.
  void verify() const;
  // Adds the segments that may hold a key of this prefix.
  void find(std::uint64_t prefix, std::vector<std::int64_t>& segments) const;

  // All of it, in ascending order.
  class Cursor {
   public:
    explicit Cursor(const KeyRun& run) : run_(run) { ++*this; }
    [[nodiscard]] bool at_end() const { return left_ < 0; }
    [[nodiscard]] const KeyPlace& operator*() const { return place_; }
    Cursor& operator++();

   private:
    const KeyRun& run_;
    std::int64_t left_ = run_.keys_;
    std::uint64_t bit_ = 0;
    std::uint64_t bucket_ = 0;
    KeyPlace place_;
  };

 private:
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t bucket) const;
  [[nodiscard]] std::uint64_t bits_at(std::uint64_t bit) const;  // 57 of them
  [[nodiscard]] KeyPlace next(std::uint64_t& bit, std::uint64_t prefix) const;

  std::filesystem::path file_;
  const std::uint8_t* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::int64_t keys_ = 0;
  std::int64_t first_segment_ = 0;
  std::int64_t last_segment_ = 0;
  std::size_t directory_ = 0;  // where it begins: behind the stream
  int bucket_bits_ = 0;
  int gap_bits_ = 0;
  int segment_bits_ = 0;
};

}  // namespace creditfold
