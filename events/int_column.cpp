// SPDX-License-Identifier: Apache-2.0
// How a column of integers is packed: their least, their common divisor, and in the fewest bits what is left of most;
// the few that are larger stand apart (patched frame of reference: Zukowski et al., "Super-Scalar RAM-CPU Cache
// Compression", ICDE 2006).
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

#include "events/archive.hpp"
#include "events/columns.hpp"
#include "events/unpack_avx2.hpp"

namespace creditfold {
namespace {

constexpr unsigned word_bits = 64;

unsigned bits_of(std::uint64_t value) { return word_bits - static_cast<unsigned>(std::countl_zero(value)); }
// Of a place among `count`.
unsigned place_bits(std::size_t count) { return count < 2 ? 0 : bits_of(count - 1); }
std::size_t packed_bytes(std::size_t count, unsigned width) { return (count * width + 7) / 8; }

void put_packed(SpanOutputArchive& out, std::span<const std::uint64_t> values, unsigned width) {
  if (width == 0) return;
  const std::uint64_t mask = width == word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  std::vector<std::uint64_t> words;
  words.reserve(values.size() * width / word_bits + 1);
  std::uint64_t word = 0;
  unsigned filled = 0;
  for (const std::uint64_t each : values) {
    const std::uint64_t value = each & mask;
    word |= value << filled;
    filled += width;
    if (filled >= word_bits) {
      words.push_back(word);
      filled -= word_bits;
      word = filled == 0 ? 0 : value >> (width - filled);
    }
  }
  words.push_back(word);
  out.put_bytes(words.data(), packed_bytes(values.size(), width));
}

// In how few bits most values are to lie, so that all of it together is shortest.
struct Widths {
  unsigned low = 0;
  unsigned all = 0;
  std::size_t exceptions = 0;
  std::size_t bits = 0;  // of the packed parts
};

Widths widths_of(std::span<const std::uint64_t> values) {
  if (values.empty()) return {};  // as of most columns of a few events
  // Two counts by turns: numbers of one width would wait for each other.
  std::array<std::array<std::uint32_t, word_bits + 1>, 2> with_bits{};
  for (std::size_t i = 0; i < values.size(); ++i) ++with_bits[i & 1][bits_of(values[i])];
  const auto of = [&](unsigned bits) { return std::size_t{with_bits[0][bits]} + with_bits[1][bits]; };
  unsigned all = word_bits;
  while (all > 0 && of(all) == 0) --all;
  Widths best{all, all, 0, values.size() * all};
  std::size_t above = 0;
  for (unsigned low = all; low-- > 0;) {
    above += of(low + 1);
    const std::size_t bits = values.size() * low + above * (place_bits(values.size()) + all - low);
    if (bits < best.bits) best = {low, all, above, bits};
  }
  return best;
}

// Base, step, and how many steps each value is above the base.
struct Steps {
  std::uint64_t base = 0;
  std::uint64_t step = 1;
  std::vector<std::uint64_t> values;  // none when all are the base
};

// The greatest that divides all of them; 0 when all are 0.
std::uint64_t divisor_of(std::span<const std::uint64_t> values) {
  std::uint64_t divisor = 0;
  for (const std::uint64_t value : values) {
    const bool divides = divisor != 0 && value % divisor == 0;  // as a rule, and cheaper to ask
    if (divides) continue;
    divisor = std::gcd(divisor, value);
    if (divisor == 1) break;
  }
  return divisor;
}

Steps steps_of(std::span<const std::int64_t> values) {
  Steps steps;
  std::int64_t least = values.front();
  std::int64_t most = least;
  for (const std::int64_t value : values) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  steps.base = static_cast<std::uint64_t>(least);
  if (least == most) return steps;
  steps.values.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) steps.values[i] = static_cast<std::uint64_t>(values[i]) - steps.base;
  steps.step = divisor_of(steps.values);
  if (steps.step > 1) {
    for (std::uint64_t& value : steps.values) value /= steps.step;
  }
  return steps;
}

}  // namespace

std::size_t bytes_of_ints(std::span<const std::int64_t> values) {
  const Steps steps = steps_of(values);
  const Widths widths = widths_of(steps.values);
  std::size_t bytes = detail::varint_bytes(detail::zigzag(static_cast<std::int64_t>(steps.base))) +
                      detail::varint_bytes(steps.step) + 1 + detail::varint_bytes(widths.exceptions) +
                      packed_bytes(values.size(), widths.low);
  if (widths.exceptions > 0) {
    bytes += 1 + packed_bytes(widths.exceptions, place_bits(values.size())) +
             packed_bytes(widths.exceptions, widths.all - widths.low);
  }
  return bytes;
}

void put_ints(SpanOutputArchive& out, std::span<const std::int64_t> values) {
  if (values.empty()) return;
  const Steps steps = steps_of(values);
  const Widths widths = widths_of(steps.values);
  out.put_varint(detail::zigzag(static_cast<std::int64_t>(steps.base)));
  out.put_varint(steps.step);
  out.put_byte(static_cast<std::uint8_t>(widths.low));
  out.put_varint(widths.exceptions);
  if (widths.exceptions > 0) {
    std::vector<std::uint64_t> places;
    std::vector<std::uint64_t> high;
    for (std::size_t i = 0; i < steps.values.size(); ++i) {
      if (bits_of(steps.values[i]) <= widths.low) continue;
      places.push_back(i);
      high.push_back(steps.values[i] >> widths.low);
    }
    out.put_byte(static_cast<std::uint8_t>(widths.all - widths.low));
    put_packed(out, places, place_bits(values.size()));
    put_packed(out, high, widths.all - widths.low);
  }
  put_packed(out, steps.values, widths.low);
}

namespace {

// What a column's numbers are: base + each packed one * step.
template <class Number>
struct Scale {
  Number base = 0;
  Number step = 1;
  [[nodiscard]] Number operator()(std::uint64_t steps) const { return base + static_cast<Number>(steps) * step; }
};

// Eight numbers of `width` bits take `width` bytes, so each of them lies where the compiler knows.
template <unsigned width, class Number>
void unpack_eights(const char* bytes, std::size_t eights, Scale<Number> scale, Number* out) {
  constexpr std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  const auto one = [&](std::size_t i) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i * width / 8, sizeof word);
    out[i] = scale(word >> (i * width % 8) & mask);
  };
  for (; eights > 0; --eights, bytes += width, out += 8) {
    one(0), one(1), one(2), one(3), one(4), one(5), one(6), one(7);
  }
}

template <class Number, std::size_t... width>
constexpr auto unpackers(std::index_sequence<width...>) {
  return std::array{&unpack_eights<width + 1, Number>...};
}

// Numbers up to this wide are unpacked eight at a time: up to there a shift leaves them in one word, and few are wider.
constexpr unsigned eights_width_max = 40;

// How many times eight of `count` numbers can be read when `read` bytes are for each eight.
std::size_t eights_within(std::size_t bytes, unsigned width, std::size_t read, std::size_t count) {
  return bytes < read ? 0 : std::min((bytes - read) / width + 1, count / 8);
}

// More numbers than are left where whole words cannot be read any more: 63 of one bit, fewer of more bits.
constexpr std::size_t left_max = 64;

// Unpacks and scales; returns how many it took: all, or none of numbers that are too wide.
template <class Number>
std::size_t unpack_whole(std::string_view bytes, unsigned width, std::size_t count, Scale<Number> scale, Number* out) {
  if (width == 0) {
    std::fill(out, out + count, scale.base);
    return count;
  }
  if (width > eights_width_max) return 0;
  std::size_t done = 0;
#ifdef CREDITFOLD_UNPACK_AVX2
  if (width <= detail::avx2_width_max && std::uint64_t{scale.step} <= detail::avx2_step_max && detail::has_avx2) {
    done = eights_within(bytes.size(), width, detail::avx2_bytes_read(width), count);
    detail::unpack_avx2(bytes.data(), width, done, scale.base, scale.step, out);
  }
#endif
  static constexpr auto each_width = unpackers<Number>(std::make_index_sequence<eights_width_max>{});
  // The last word read of a group begins 7 * width / 8 bytes behind the group's beginning.
  const std::size_t last_word = 7 * width / 8 + sizeof(std::uint64_t);
  const std::size_t eights = std::max(done, eights_within(bytes.size(), width, last_word, count));
  const auto unpack = each_width[width - 1];
  unpack(bytes.data() + done * width, eights - done, scale, out + 8 * done);
  const std::size_t left = count - 8 * eights;
  if (left == 0) return count;
  std::array<char, left_max * eights_width_max / 8> rest{};  // with room behind what is copied
  std::array<Number, left_max> numbers;
  std::memcpy(rest.data(), bytes.data() + eights * width, packed_bytes(left, width));
  unpack(rest.data(), (left + 7) / 8, scale, numbers.data());
  std::copy_n(numbers.data(), left, out + 8 * eights);
  return count;
}

}  // namespace

std::uint64_t IntColumn::Packed::at(std::size_t index) const {
  if (width == 0) return 0;
  const std::size_t bit = index * width;
  const unsigned shift = bit % 8;
  const char* first = bytes.data() + bit / 8;
  const std::size_t left = bytes.size() - bit / 8;
  const std::uint64_t mask = width == word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  std::uint64_t word = 0;
  if (left >= sizeof word) {
    std::memcpy(&word, first, sizeof word);
  } else {
    std::memcpy(&word, first, left);
  }
  word >>= shift;
  if (shift + width > word_bits)
    word |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(first[8])) << (word_bits - shift);
  return word & mask;
}

IntColumn::Packed IntColumn::take_packed(SpanInputArchive& in, std::size_t count, unsigned width) {
  return {in.take_bytes(packed_bytes(count, width)), width};
}

void IntColumn::read(SpanInputArchive& in, std::size_t count) {
  in.require(count <= column_values_max, in.offset(), "more values than a column may have");
  if (count == 0) {
    *this = {};
    return;
  }
  count_ = count;
  base_ = static_cast<std::uint64_t>(detail::unzigzag(in.take_varint()));
  step_ = in.take_varint();
  const std::size_t start = in.offset();
  const unsigned low = in.take_byte();
  exceptions_ = static_cast<std::size_t>(std::min<std::uint64_t>(in.take_varint(), column_values_max));
  in.require(low <= word_bits && exceptions_ <= count, start, "no widths of a column");
  if (exceptions_ > 0) {
    const unsigned high = in.take_byte();
    in.require(high > 0 && low + high <= word_bits, start, "no widths of a column");
    places_ = take_packed(in, exceptions_, place_bits(count));
    high_ = take_packed(in, exceptions_, high);
  }
  low_ = take_packed(in, count, low);
}

std::int64_t IntColumn::value(std::uint64_t steps) const { return static_cast<std::int64_t>(base_ + steps * step_); }

std::int64_t IntColumn::at(std::size_t index) const {
  std::uint64_t steps = low_.at(index);
  std::size_t first = 0;
  for (std::size_t last = exceptions_; first < last;) {  // places ascend
    const std::size_t middle = first + (last - first) / 2;
    if (places_.at(middle) < index) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  if (first < exceptions_ && places_.at(first) == index) steps |= high_.at(first) << low_.width;
  return value(steps);
}

void IntColumn::Packed::unpack(std::size_t begin, std::size_t end, std::uint64_t* out) const {
  const std::size_t skipped = begin / 8 * width;
  std::size_t next = begin + unpack_whole(bytes.substr(std::min(skipped, bytes.size())), width, end - begin,
                                          Scale<std::uint64_t>{}, out);
  for (; next < end; ++next) out[next - begin] = at(next);
}

std::uint64_t IntColumn::upper_bound() const {
  constexpr std::uint64_t unknown = ~std::uint64_t{0};
  const unsigned bits = low_.width + (exceptions_ > 0 ? high_.width : 0);
  std::uint64_t most = 0;
  if (bits >= word_bits || __builtin_mul_overflow(step_, (std::uint64_t{1} << bits) - 1, &most)) return unknown;
  if (__builtin_add_overflow(most, base_, &most) || most >> (word_bits - 1) != 0)
    return unknown;  // a base below 0 is large
  return most;
}

template <class Number>
void IntColumn::unpack_as(Number* out) const {
  const Scale<Number> scale{static_cast<Number>(base_), static_cast<Number>(step_)};
  std::size_t next = unpack_whole(low_.bytes, low_.width, count_, scale, out);
  for (; next < count_; ++next) out[next] = scale(low_.at(next));
  constexpr std::size_t some = 256;  // a multiple of eight, so that the next ones begin with a byte
  std::array<std::uint64_t, some> places;
  std::array<std::uint64_t, some> highs;
  for (std::size_t begin = 0; begin < exceptions_; begin += some) {
    const std::size_t end = std::min(exceptions_, begin + some);
    places_.unpack(begin, end, places.data());
    high_.unpack(begin, end, highs.data());
    for (std::size_t e = 0; e < end - begin; ++e) {
      const std::uint64_t place = places[e];
      if (place < count_) out[place] += static_cast<Number>(highs[e] << low_.width) * scale.step;
    }
  }
}

void IntColumn::unpack(std::int64_t* out) const { unpack_as(reinterpret_cast<std::uint64_t*>(out)); }
void IntColumn::unpack(std::uint32_t* out) const { unpack_as(out); }

}  // namespace creditfold
