// SPDX-License-Identifier: Apache-2.0
// The two cereal archives over a span: bytes, varints and limits, and what happens when they are broken. How each type
// lies in them is in events/archive.hpp, which is the one to include.
#pragma once

#include <cereal/cereal.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/ascii.hpp"
#include "events/decode_error.hpp"

namespace creditfold {
namespace detail {

// LEB128 of up to 56 bits, eight bytes in one word: most numbers of an event are moments, which take all eight.
// `spread_groups` puts each 7 bits of a number into a byte of its own, least first; `join_groups` is its inverse.
inline constexpr std::uint64_t word_varint_max = (std::uint64_t{1} << 56) - 1;
inline constexpr std::uint64_t continuation_bits = 0x8080'8080'8080'8080U;

constexpr std::uint64_t spread_groups(std::uint64_t value) {
  value = (value & 0x0000'0000'0FFF'FFFFU) | (value & 0x00FF'FFFF'F000'0000U) << 4;
  value = (value & 0x0000'3FFF'0000'3FFFU) | (value & 0x0FFF'C000'0FFF'C000U) << 2;
  return (value & 0x007F'007F'007F'007FU) | (value & 0x3F80'3F80'3F80'3F80U) << 1;
}
constexpr std::uint64_t join_groups(std::uint64_t bytes) {
  bytes = (bytes & 0x007F'007F'007F'007FU) | (bytes & 0x7F00'7F00'7F00'7F00U) >> 1;
  bytes = (bytes & 0x0000'3FFF'0000'3FFFU) | (bytes & 0x3FFF'0000'3FFF'0000U) >> 2;
  return (bytes & 0x0000'0000'0FFF'FFFFU) | (bytes & 0x0FFF'FFFF'0000'0000U) >> 4;
}
static_assert(spread_groups(0x80) == 0x0100 && join_groups(0x0100) == 0x80);
static_assert(join_groups(spread_groups(word_varint_max)) == word_varint_max);

// The bytes lie in the order of their significance in memory, on every platform this is built for.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

}  // namespace detail

// A value that breaks a limit of its type was about to be written: bytes that no decoder would take. The program that
// made it is wrong, but it is stopped before the log is. Nothing stays of what was being encoded.
class Unencodable : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// Thrown inside decoding only; `decode` and the codec turn it into a DecodeError at their edge.
class DecodeFailure : public std::exception {
 public:
  DecodeFailure(std::size_t offset, std::string what) : error_{offset, std::move(what)} {}
  [[nodiscard]] const char* what() const noexcept override { return error_.what.c_str(); }
  [[nodiscard]] const DecodeError& error() const { return error_; }

 private:
  DecodeError error_;
};

// Appends to a vector the caller owns. While it is at work the vector is longer than its bytes, so that a byte costs no
// more than a store; after each call of the archive, and when it goes, the vector holds exactly what was written.
class SpanOutputArchive : public cereal::OutputArchive<SpanOutputArchive, cereal::AllowEmptyClassElision> {
 public:
  explicit SpanOutputArchive(std::vector<std::uint8_t>& bytes) : OutputArchive(this), bytes_(bytes) {}
  ~SpanOutputArchive() {
    if (at_work_) settle();
  }
  SpanOutputArchive(const SpanOutputArchive&) = delete;
  SpanOutputArchive& operator=(const SpanOutputArchive&) = delete;

  template <class... T>
  [[gnu::always_inline]] SpanOutputArchive& operator()(const T&... values) {
    const bool outermost = !at_work_;
    if (outermost) begin();
    OutputArchive::operator()(values...);
    if (outermost) settle();
    return *this;
  }

  // For `save` functions and inside append_with: by themselves they leave the vector longer than its bytes.
  [[gnu::always_inline]] void put_byte(std::uint8_t byte) {
    if (at_ == end_) make_room(1);
    *at_++ = byte;
  }
  [[gnu::always_inline]] void put_varint(std::uint64_t value) {
    if (room() < varint_bytes_max) make_room(varint_bytes_max);
    if (value < 0x80) {
      *at_++ = static_cast<std::uint8_t>(value);
      return;
    }
    if (value <= detail::word_varint_max) {
      const int bytes = (70 - __builtin_clzll(value)) / 7;  // 7 bits a byte, begun ones count
      const std::uint64_t all_but_last = detail::continuation_bits & ((std::uint64_t{1} << (8 * (bytes - 1))) - 1);
      const std::uint64_t word = detail::spread_groups(value) | all_but_last;
      std::memcpy(at_, &word, sizeof word);  // there is room for more than a varint takes
      at_ += bytes;
      return;
    }
    std::uint8_t* at = at_;  // of its own: a byte written could be any byte, one of at_'s too
    for (; value >= 0x80; value >>= 7) *at++ = static_cast<std::uint8_t>(value | 0x80);
    *at++ = static_cast<std::uint8_t>(value);
    at_ = at;
  }
  // The length, then the bytes.
  [[gnu::always_inline]] void put_text(std::string_view text) {
    put_varint(text.size());
    put_bytes(text.data(), text.size());
  }
  [[gnu::always_inline]] void put_bytes(const void* data, std::size_t size) {
    if (room() < size) make_room(size);
    ascii::copy(at_, static_cast<const char*>(data), size);
    at_ += size;
  }
  void require(bool holds, const char* otherwise) const {
    if (!holds) throw Unencodable(otherwise);
  }

  // Of the vector, with what has been written. REQUIRES: at work.
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - bytes_.data()); }

 private:
  template <class Write>
  friend void append_with(std::vector<std::uint8_t>& out, Write&& write);

  static constexpr std::size_t varint_bytes_max = 10;
  static constexpr std::size_t room_bytes = 512;  // made at a time; most events need no more

  [[nodiscard]] std::size_t room() const { return static_cast<std::size_t>(end_ - at_); }
  [[gnu::noinline]] void make_room(std::size_t least) {
    if (!at_work_) begin();
    const std::size_t written = size();
    bytes_.resize(written + std::max(least, room_bytes));
    take_room(bytes_.size() - written);
  }
  // The last `size` bytes of the vector are to be written next.
  void take_room(std::size_t size) {
    end_ = bytes_.data() + bytes_.size();
    at_ = end_ - size;
  }
  void begin() {
    take_room(0);
    at_work_ = true;
  }
  void settle() {
    bytes_.resize(size());
    at_ = end_ = nullptr;
    at_work_ = false;
  }

  std::vector<std::uint8_t>& bytes_;
  std::uint8_t* at_ = nullptr;
  std::uint8_t* end_ = nullptr;
  bool at_work_ = false;
};

// Appends to `out` what `write` puts into an archive; nothing when it throws.
template <class Write>
void append_with(std::vector<std::uint8_t>& out, Write&& write) {
  const std::size_t start = out.size();
  try {
    SpanOutputArchive archive(out);
    archive.begin();
    write(archive);
  } catch (...) {
    out.resize(start);
    throw;
  }
}

// Reads a span and never past it. No count found in it is believed further than there are bytes left.
class SpanInputArchive : public cereal::InputArchive<SpanInputArchive, cereal::AllowEmptyClassElision> {
 public:
  // `base` is where the span lies in what errors speak of.
  explicit SpanInputArchive(std::span<const std::uint8_t> bytes, std::size_t base = 0)
      : InputArchive(this), base_(base), begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  // Goes on with other bytes, as a new archive would.
  void begin(std::span<const std::uint8_t> bytes) {
    begin_ = at_ = bytes.data();
    end_ = begin_ + bytes.size();
  }

  [[nodiscard]] std::size_t offset() const { return base_ + static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  [[noreturn]] void fail(std::size_t offset, const char* why) const { throw DecodeFailure(offset, why); }
  void require(bool holds, std::size_t offset, const char* otherwise) const {
    if (!holds) fail(offset, otherwise);
  }
  void require_end() const { require(left() == 0, offset(), "bytes after the end"); }

  [[nodiscard, gnu::always_inline]] std::uint8_t take_byte() {
    require(left() > 0, offset(), "cut short");
    return *at_++;
  }
  [[nodiscard, gnu::always_inline]] std::uint64_t take_varint() {
    if (left() > 0 && *at_ < 0x80) return *at_++;
    return left() >= sizeof(std::uint64_t) ? take_word_varint() : take_long_varint();
  }
  // A count of things that take at least a byte each.
  [[nodiscard, gnu::always_inline]] std::size_t take_count() {
    const std::size_t start = offset();
    const std::uint64_t count = take_varint();
    require(count <= left(), start, "count beyond the bytes left");
    return static_cast<std::size_t>(count);
  }
  // The length, then the bytes.
  [[nodiscard, gnu::always_inline]] std::string_view take_text() { return take_bytes(take_count()); }
  // A view into the input, valid as long as that is.
  [[nodiscard, gnu::always_inline]] std::string_view take_bytes(std::size_t size) {
    require(size <= left(), offset(), "cut short");
    const auto* first = reinterpret_cast<const char*>(at_);
    at_ += size;
    return {first, size};
  }

 private:
  // REQUIRES: eight bytes are left. A number that takes more, or that is longer than it must be, goes the long way.
  std::uint64_t take_word_varint() {
    std::uint64_t word = 0;
    std::memcpy(&word, at_, sizeof word);
    const std::uint64_t ends = ~word & detail::continuation_bits;
    if (ends == 0) return take_long_varint();
    const int bits = __builtin_ctzll(ends) + 1;  // of the bytes it takes
    const std::uint64_t last = (word >> (bits - 8)) & 0xFF;
    if (last == 0) return take_long_varint();
    at_ += bits / 8;
    return detail::join_groups(word << (64 - bits) >> (64 - bits));
  }
  std::uint64_t take_long_varint() {
    const std::size_t start = offset();
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = take_byte();
      require(shift < 63 || byte <= 1, start, "number beyond 64 bits");
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) {
        require(byte != 0 || shift == 0, start, "number longer than it must be");
        return value;
      }
    }
    fail(start, "number beyond 64 bits");
  }

  std::size_t base_;
  const std::uint8_t* begin_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

}  // namespace creditfold

CEREAL_SETUP_ARCHIVE_TRAITS(creditfold::SpanInputArchive, creditfold::SpanOutputArchive)
