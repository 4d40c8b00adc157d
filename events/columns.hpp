// SPDX-License-Identifier: Apache-2.0
// Values of one kind from many events, packed: integers in as few bits as their range takes, texts by what they have in
// common. Any of them is read by its index without the others. events/FORMAT.md, "Columns", has the layout.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/span_archive.hpp"

namespace creditfold {

namespace detail {
[[nodiscard]] inline std::size_t varint_bytes(std::uint64_t value) {
  return value == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(value)) + 6) / 7;
}
}  // namespace detail

// A column has at most as many values as a segment has events; twice the limit of a batch leaves room for a group.
inline constexpr std::size_t column_values_max = 1U << 20;

// Appends a column. REQUIRES: at most column_values_max values.
void put_ints(SpanOutputArchive& out, std::span<const std::int64_t> values);
// How many bytes that appends.
[[nodiscard]] std::size_t bytes_of_ints(std::span<const std::int64_t> values);
// The same of texts; each as long as a vector may be, in bytes of any kind.
void put_texts(SpanOutputArchive& out, std::span<const std::string_view> values);

// Views into bytes that outlive them. `take` throws DecodeFailure where the bytes cannot be a column of `count` values;
// what it accepts is read without a fault, whatever the bits say. `read` puts it in place of
// the column there was, whose memory it goes on using; after a throw there is none.
class IntColumn {
 public:
  IntColumn() = default;
  [[nodiscard]] static IntColumn take(SpanInputArchive& in, std::size_t count) {
    IntColumn column;
    column.read(in, count);
    return column;
  }
  void read(SpanInputArchive& in, std::size_t count);

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool is_constant() const { return low_.width == 0 && exceptions_ == 0; }
  // REQUIRES: index < size().
  [[nodiscard]] std::int64_t at(std::size_t index) const;
  // All of them, many times faster than one by one. REQUIRES: out has size() places.
  void unpack(std::int64_t* out) const;
  // The same of a column that `is_narrow`: whose numbers, by base and bits, lie from 0 to below 2^32.
  void unpack(std::uint32_t* out) const;
  [[nodiscard]] bool is_narrow() const { return upper_bound() >> 32 == 0; }
  // None of them is more, nor below 0: by base and bits, so that it costs nothing to ask. ~0 where that does not say.
  [[nodiscard]] std::uint64_t upper_bound() const;

 private:
  // Numbers of `width` bits one after the other, the first in the lowest bits.
  struct Packed {
    std::string_view bytes;
    unsigned width = 0;
    [[nodiscard]] std::uint64_t at(std::size_t index) const;
    // Those from begin to end. REQUIRES: begin is a multiple of 8.
    void unpack(std::size_t begin, std::size_t end, std::uint64_t* out) const;
  };
  [[nodiscard]] static Packed take_packed(SpanInputArchive& in, std::size_t count, unsigned width);
  [[nodiscard]] std::int64_t value(std::uint64_t steps) const;
  template <class Number>
  void unpack_as(Number* out) const;

  std::size_t count_ = 0;
  std::uint64_t base_ = 0;
  std::uint64_t step_ = 1;
  Packed low_;
  std::size_t exceptions_ = 0;  // values with more bits than the rest; where, and what is above those bits
  Packed places_;
  Packed high_;
};

class TextColumn {
 public:
  TextColumn() = default;
  [[nodiscard]] static TextColumn take(SpanInputArchive& in, std::size_t count) {
    TextColumn column;
    column.read(in, count);
    return column;
  }
  void read(SpanInputArchive& in, std::size_t count);

  [[nodiscard]] std::size_t size() const { return count_; }
  // REQUIRES: index < size().
  [[nodiscard]] std::string at(std::size_t index) const;
  // Which text each of them is, as an index of texts: those of its dictionary; when it is packed otherwise, as a rule
  // because hardly two are the same, each by itself. REQUIRES: out has size() places. Throws DecodeFailure where an
  // index leads nowhere.
  struct Unpacked {
    std::span<const std::string_view> texts;  // of the dictionary, which is the column's
    std::vector<std::string> made;            // of any other form
    [[nodiscard]] std::size_t size() const { return texts.size() + made.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t index) const {
      return made.empty() ? texts[index] : made[index];
    }
  };
  [[nodiscard]] Unpacked unpack(std::uint32_t* out) const;

 private:
  friend void put_texts(SpanOutputArchive& out, std::span<const std::string_view> values);
  // Stored: never change one, never use one again.
  enum class Form : std::uint8_t {
    plain = 0,       // lengths, then the bytes of all
    dictionary = 1,  // the distinct texts in order of appearance, then which of them each is
    digits = 2,      // a common beginning, then as many decimal digits in each
    decimals = 3,    // a common beginning, then a decimal number without zeros before it
    uuids = 4,       // a common beginning, then a UUID in lower case (RFC 9562)
  };
  struct Shape;

  std::size_t count_ = 0;
  Form form_ = Form::plain;
  std::string_view prefix_;
  unsigned digits_ = 0;
  IntColumn numbers_;                       // indexes, digits or decimals
  std::vector<std::string_view> entries_;  // of the dictionary
  std::vector<std::size_t> ends_;          // of the plain texts in bytes_
  std::string_view bytes_;
};

}  // namespace creditfold
