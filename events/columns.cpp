// SPDX-License-Identifier: Apache-2.0
// How columns are packed. Integers: their least, their common divisor, and in the fewest bits what is left of most; the
// few that are larger stand apart (patched frame of reference: Zukowski et al., "Super-Scalar RAM-CPU Cache
// Compression", ICDE 2006). Texts: the cheapest of five forms.
#include "events/columns.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <optional>

#include "events/archive.hpp"

namespace creditfold {
namespace {

constexpr unsigned word_bits = 64;
constexpr std::size_t uuid_chars = 36;
constexpr std::size_t uuid_bytes = 16;
constexpr std::size_t few = 64;     // distinct texts, of which a dictionary is taken without a look at other forms
constexpr unsigned digits_max = 18;  // of a number below 2^63

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
  std::array<std::size_t, word_bits + 1> with_bits{};
  for (const std::uint64_t value : values) ++with_bits[bits_of(value)];
  unsigned all = word_bits;
  while (all > 0 && with_bits[all] == 0) --all;
  Widths best{all, all, 0, values.size() * all};
  std::size_t above = 0;
  for (unsigned low = all; low-- > 0;) {
    above += with_bits[low + 1];
    const std::size_t bits = values.size() * low + above * (place_bits(values.size()) + all - low);
    if (bits < best.bits) best = {low, all, above, bits};
  }
  return best;
}

// Base, step, and how many steps each value is above the base.
struct Steps {
  std::uint64_t base = 0;
  std::uint64_t step = 1;
  std::vector<std::uint64_t> values;
};

Steps steps_of(std::span<const std::int64_t> values) {
  Steps steps;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  steps.base = static_cast<std::uint64_t>(*least);
  steps.values.resize(values.size());
  std::uint64_t divisor = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t above = static_cast<std::uint64_t>(values[i]) - steps.base;
    steps.values[i] = above;
    const bool divides = divisor == 1 || (divisor != 0 && above % divisor == 0);  // as a rule, and cheaper to ask
    if (!divides) divisor = std::gcd(divisor, above);
  }
  if (divisor > 1) {
    steps.step = divisor;
    for (std::uint64_t& value : steps.values) value /= divisor;
  }
  return steps;
}

std::size_t common_prefix(std::span<const std::string_view> values) {
  std::string_view prefix = values.front();
  for (const std::string_view value : values) {
    const auto differ = std::mismatch(prefix.begin(), prefix.end(), value.begin(), value.end()).first;
    prefix = prefix.substr(0, static_cast<std::size_t>(differ - prefix.begin()));
    if (prefix.empty()) break;
  }
  return prefix.size();
}

bool is_digit(char c) { return '0' <= c && c <= '9'; }
int hex_value(char c) { return is_digit(c) ? c - '0' : 'a' <= c && c <= 'f' ? c - 'a' + 10 : -1; }
bool is_uuid_dash(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

std::optional<std::int64_t> number_in(std::string_view text) {
  if (text.empty() || text.size() > digits_max || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number;
}

// What lies behind the common beginning of `prefix` bytes, as numbers; nothing when one of them is none.
std::optional<std::vector<std::int64_t>> numbers_behind(std::span<const std::string_view> values, std::size_t prefix,
                                                        bool zeros_before) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(values.size());
  for (const std::string_view value : values) {
    const std::string_view rest = value.substr(prefix);
    const std::optional<std::int64_t> number = number_in(rest);
    if (!number || (!zeros_before && rest.size() > 1 && rest.front() == '0')) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

// The sixteen bytes of each; nothing when one of them is not a UUID.
std::optional<std::vector<std::uint8_t>> uuids_behind(std::span<const std::string_view> values, std::size_t prefix) {
  std::vector<std::uint8_t> bytes(values.size() * uuid_bytes);
  auto at = bytes.begin();
  for (const std::string_view value : values) {
    const std::string_view rest = value.substr(prefix);
    for (std::size_t i = 0; i < uuid_chars;) {
      if (is_uuid_dash(i)) {
        if (rest[i++] != '-') return std::nullopt;
        continue;
      }
      const int byte = hex_value(rest[i]) << 4 | hex_value(rest[i + 1]);
      if (byte < 0) return std::nullopt;
      *at++ = static_cast<std::uint8_t>(byte);
      i += 2;
    }
  }
  return bytes;
}

std::size_t varint_bytes(std::uint64_t value) { return value == 0 ? 1 : (bits_of(value) + 6) / 7; }

// What put_ints appends.
std::size_t bytes_of_ints(std::span<const std::int64_t> values) {
  const Steps steps = steps_of(values);
  const Widths widths = widths_of(steps.values);
  std::size_t bytes = varint_bytes(detail::zigzag(static_cast<std::int64_t>(steps.base))) + varint_bytes(steps.step) + 1 +
                      varint_bytes(widths.exceptions) + packed_bytes(values.size(), widths.low);
  if (widths.exceptions > 0) {
    bytes += 1 + packed_bytes(widths.exceptions, place_bits(values.size())) +
             packed_bytes(widths.exceptions, widths.all - widths.low);
  }
  return bytes;
}

// The distinct texts in the order in which they appear, and which of them each value is.
struct Dictionary {
  std::vector<std::string_view> entries;
  std::vector<std::int64_t> indexes;
  std::size_t bytes = 0;
};

// Nothing when it would take `bytes_max` or more, or has more than `entries_max`.
std::optional<Dictionary> dictionary_of(std::span<const std::string_view> values, std::size_t bytes_max,
                                        std::size_t entries_max) {
  Dictionary found;
  found.indexes.reserve(values.size());
  std::size_t mask = std::bit_ceil(2 * values.size()) - 1;
  constexpr std::uint32_t empty = ~std::uint32_t{0};
  std::vector<std::uint32_t> slots(mask + 1, empty);
  for (const std::string_view value : values) {
    if (!found.indexes.empty() && found.entries[static_cast<std::size_t>(found.indexes.back())] == value) {
      found.indexes.push_back(found.indexes.back());
      continue;
    }
    std::size_t slot = XXH3_64bits(value.data(), value.size()) & mask;
    while (slots[slot] != empty && found.entries[slots[slot]] != value) slot = (slot + 1) & mask;
    if (slots[slot] == empty) {
      slots[slot] = static_cast<std::uint32_t>(found.entries.size());
      found.entries.push_back(value);
      found.bytes += value.size() + varint_bytes(value.size());
      if (found.bytes >= bytes_max || found.entries.size() > entries_max) return std::nullopt;
    }
    found.indexes.push_back(slots[slot]);
  }
  found.bytes += varint_bytes(found.entries.size()) + bytes_of_ints(found.indexes);
  if (found.bytes >= bytes_max) return std::nullopt;
  return found;
}

}  // namespace

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

std::uint64_t IntColumn::Packed::at(std::size_t index) const {
  if (width == 0) return 0;
  const std::size_t bit = index * width;
  const unsigned shift = bit % 8;
  const char* first = bytes.data() + bit / 8;
  const std::size_t left = bytes.size() - bit / 8;
  const std::uint64_t mask = width == word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  std::uint64_t word = 0;
  std::memcpy(&word, first, std::min(left, sizeof word));
  word >>= shift;
  if (shift + width > word_bits) word |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(first[8])) << (word_bits - shift);
  return word & mask;
}

IntColumn::Packed IntColumn::take_packed(SpanInputArchive& in, std::size_t count, unsigned width) {
  return {in.take_bytes(packed_bytes(count, width)), width};
}

IntColumn IntColumn::take(SpanInputArchive& in, std::size_t count) {
  IntColumn column;
  in.require(count <= column_values_max, in.offset(), "more values than a column may have");
  column.count_ = count;
  if (count == 0) return column;
  column.base_ = static_cast<std::uint64_t>(detail::unzigzag(in.take_varint()));
  column.step_ = in.take_varint();
  const std::size_t start = in.offset();
  const unsigned low = in.take_byte();
  column.exceptions_ = static_cast<std::size_t>(std::min<std::uint64_t>(in.take_varint(), column_values_max));
  in.require(low <= word_bits && column.exceptions_ <= count, start, "no widths of a column");
  if (column.exceptions_ > 0) {
    const unsigned high = in.take_byte();
    in.require(high > 0 && low + high <= word_bits, start, "no widths of a column");
    column.places_ = take_packed(in, column.exceptions_, place_bits(count));
    column.high_ = take_packed(in, column.exceptions_, high);
  }
  column.low_ = take_packed(in, count, low);
  return column;
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

void IntColumn::unpack(std::int64_t* out) const {
  std::size_t next = 0;
  constexpr unsigned fast_width_max = 56;  // with a shift of up to 7 it lies in one word
  if (low_.width > 0 && low_.width <= fast_width_max) {
    const std::uint64_t mask = (std::uint64_t{1} << low_.width) - 1;
    const std::size_t words_end = low_.bytes.size() < 8 ? 0 : (low_.bytes.size() - 8) * 8 / low_.width + 1;
    for (const std::size_t end = std::min(count_, words_end); next < end; ++next) {
      const std::size_t bit = next * low_.width;
      std::uint64_t word = 0;
      std::memcpy(&word, low_.bytes.data() + bit / 8, sizeof word);
      out[next] = value(word >> (bit % 8) & mask);
    }
  }
  for (; next < count_; ++next) out[next] = value(low_.at(next));
  for (std::size_t e = 0; e < exceptions_; ++e) {
    const std::uint64_t place = places_.at(e);
    if (place >= count_) continue;
    const auto i = static_cast<std::size_t>(place);
    out[i] = value(low_.at(i) | high_.at(e) << low_.width);
  }
}

// What all texts have in common.
struct TextColumn::Shape {
  std::size_t bytes = 0;  // of all
  bool same_size = true;
  std::size_t prefix = 0;
};

void put_texts(SpanOutputArchive& out, std::span<const std::string_view> values) {
  using Form = TextColumn::Form;
  if (values.empty()) return;
  const auto put_dictionary = [&](const Dictionary& dictionary) {
    out.put_byte(static_cast<std::uint8_t>(Form::dictionary));
    out.put_varint(dictionary.entries.size());
    for (const std::string_view entry : dictionary.entries) out.put_text(entry);
    put_ints(out, dictionary.indexes);
  };
  if (values.size() >= 4 * few) {
    if (const auto dictionary = dictionary_of(values, ~std::size_t{0}, few)) return put_dictionary(*dictionary);
  }
  const std::string_view first = values.front();
  TextColumn::Shape shape{0, true, common_prefix(values)};
  for (const std::string_view value : values) {
    shape.bytes += value.size();
    shape.same_size = shape.same_size && value.size() == first.size();
  }
  const auto begin = [&](Form form, std::size_t prefix) {
    out.put_byte(static_cast<std::uint8_t>(form));
    out.put_text(first.substr(0, prefix));
  };
  // From the cheapest to be told to the dearest: a form that applies bounds those after it.
  std::optional<std::vector<std::uint8_t>> uuids;
  std::optional<std::vector<std::int64_t>> numbers;
  Form form = Form::plain;
  std::size_t prefix = shape.prefix;
  std::vector<std::int64_t> sizes;
  sizes.reserve(values.size());
  for (const std::string_view value : values) sizes.push_back(static_cast<std::int64_t>(value.size()));
  std::size_t cheapest = shape.bytes + bytes_of_ints(sizes);
  if (shape.same_size && first.size() >= uuid_chars && shape.prefix >= first.size() - uuid_chars) {
    uuids = uuids_behind(values, first.size() - uuid_chars);
    if (uuids) {
      form = Form::uuids;
      prefix = first.size() - uuid_chars;
      cheapest = prefix + varint_bytes(prefix) + uuids->size();
    }
  } else if (shape.same_size && shape.prefix < first.size() && first.size() - shape.prefix <= digits_max) {
    numbers = numbers_behind(values, shape.prefix, true);
    if (numbers) form = Form::digits;
  } else if (!shape.same_size) {
    while (prefix > 0 && is_digit(first[prefix - 1])) --prefix;
    numbers = numbers_behind(values, prefix, false);
    if (numbers) form = Form::decimals;
  }
  if (numbers) {
    const std::size_t bytes = prefix + varint_bytes(prefix) + (form == Form::digits ? 1 : 0) + bytes_of_ints(*numbers);
    if (bytes < cheapest) {
      cheapest = bytes;
    } else {
      form = Form::plain;
    }
  }
  if (const auto dictionary = dictionary_of(values, cheapest, values.size())) return put_dictionary(*dictionary);
  switch (form) {
    case Form::uuids:
      begin(form, prefix);
      out.put_bytes(uuids->data(), uuids->size());
      return;
    case Form::digits:
      begin(form, prefix);
      out.put_byte(static_cast<std::uint8_t>(first.size() - prefix));
      put_ints(out, *numbers);
      return;
    case Form::decimals:
      begin(form, prefix);
      put_ints(out, *numbers);
      return;
    case Form::plain:
    case Form::dictionary:
      break;
  }
  out.put_byte(static_cast<std::uint8_t>(Form::plain));
  put_ints(out, sizes);
  for (const std::string_view value : values) out.put_bytes(value.data(), value.size());
}

TextColumn TextColumn::take(SpanInputArchive& in, std::size_t count) {
  TextColumn column;
  column.count_ = count;
  if (count == 0) return column;
  const std::size_t start = in.offset();
  const std::uint8_t form = in.take_byte();
  in.require(form <= static_cast<std::uint8_t>(Form::uuids), start, "no form of texts");
  column.form_ = static_cast<Form>(form);
  switch (column.form_) {
    case Form::plain: {
      const IntColumn sizes = IntColumn::take(in, count);
      std::size_t end = 0;
      column.ends_.reserve(count);
      for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t size = sizes.at(i);
        in.require(size >= 0 && static_cast<std::uint64_t>(size) <= in.left() - end, start, "texts beyond the bytes left");
        column.ends_.push_back(end += static_cast<std::size_t>(size));
      }
      column.bytes_ = in.take_bytes(end);
      break;
    }
    case Form::dictionary: {
      const std::size_t entries = in.take_count();
      column.entries_.reserve(std::min(entries, count));
      for (std::size_t i = 0; i < entries; ++i) column.entries_.push_back(in.take_text());
      column.numbers_ = IntColumn::take(in, count);
      break;
    }
    case Form::digits:
      column.prefix_ = in.take_text();
      column.digits_ = in.take_byte();
      in.require(column.digits_ <= digits_max, start, "more digits than a number has");
      column.numbers_ = IntColumn::take(in, count);
      break;
    case Form::decimals:
      column.prefix_ = in.take_text();
      column.numbers_ = IntColumn::take(in, count);
      break;
    case Form::uuids:
      column.prefix_ = in.take_text();
      column.bytes_ = in.take_bytes(count * uuid_bytes);
      break;
  }
  return column;
}

std::string TextColumn::at(std::size_t index) const {
  switch (form_) {
    case Form::plain: {
      const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
      return std::string(bytes_.substr(begin, ends_[index] - begin));
    }
    case Form::dictionary: {
      const auto entry = static_cast<std::uint64_t>(numbers_.at(index));
      return entry < entries_.size() ? std::string(entries_[static_cast<std::size_t>(entry)]) : std::string();
    }
    case Form::digits:
    case Form::decimals: {
      const std::string number = std::to_string(std::max<std::int64_t>(numbers_.at(index), 0));
      std::string text(prefix_);
      if (number.size() < digits_) text.append(digits_ - number.size(), '0');
      return text += number;
    }
    case Form::uuids: {
      constexpr std::string_view hex = "0123456789abcdef";
      std::string text(prefix_);
      text.reserve(prefix_.size() + uuid_chars);
      for (std::size_t i = 0; i < uuid_bytes; ++i) {
        if (is_uuid_dash(text.size() - prefix_.size())) text += '-';
        const auto byte = static_cast<std::uint8_t>(bytes_[index * uuid_bytes + i]);
        text += hex[byte >> 4];
        text += hex[byte & 15];
      }
      return text;
    }
  }
  return {};
}

}  // namespace creditfold
