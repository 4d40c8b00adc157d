// SPDX-License-Identifier: Apache-2.0
// How a column of texts is packed: the cheapest of five forms.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "events/archive.hpp"
#include "events/columns.hpp"

namespace creditfold {
namespace {

constexpr std::size_t uuid_chars = 36;
constexpr std::size_t uuid_bytes = 16;
constexpr std::size_t few = 64;      // distinct texts, of which a dictionary is taken without a look at other forms
constexpr unsigned digits_max = 18;  // of a number below 2^63

std::size_t common_prefix(std::span<const std::string_view> values) {
  std::string_view prefix = values.front();
  for (const std::string_view value : values) {
    const auto differ = std::mismatch(prefix.begin(), prefix.end(), value.begin(), value.end()).first;
    prefix = prefix.substr(0, static_cast<std::size_t>(differ - prefix.begin()));
    if (prefix.empty()) break;
  }
  return prefix.size();
}

constexpr std::uint8_t no_hex = 0x80;  // in what two of them give, too
constexpr std::array<std::uint8_t, 256> hex_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_hex);
  for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0') + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) values[static_cast<std::size_t>('a') + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}();
bool is_uuid_dash(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

std::optional<std::int64_t> number_in(std::string_view text) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), ascii::is_digit)) return std::nullopt;
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

// Where the two digits of each of a UUID's bytes begin.
constexpr std::array<std::uint8_t, uuid_bytes> uuid_digits{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

// false: it is no UUID. REQUIRES: uuid_chars of text.
bool put_uuid(const char* text, std::uint8_t* out) {
  unsigned wrong = 0;
  for (const int at : {8, 13, 18, 23}) wrong |= text[at] == '-' ? 0U : no_hex;
  for (std::size_t i = 0; i < uuid_bytes; ++i) {
    const std::uint8_t high = hex_values[static_cast<std::uint8_t>(text[uuid_digits[i]])];
    const std::uint8_t low = hex_values[static_cast<std::uint8_t>(text[uuid_digits[i] + 1U])];
    wrong |= high | low;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return (wrong & no_hex) == 0;
}

// The sixteen bytes of each; nothing when one of them is not a UUID.
std::optional<std::vector<std::uint8_t>> uuids_behind(std::span<const std::string_view> values, std::size_t prefix) {
  std::vector<std::uint8_t> bytes(values.size() * uuid_bytes);
  std::uint8_t* at = bytes.data();
  for (const std::string_view value : values) {
    if (!put_uuid(value.data() + prefix, at)) return std::nullopt;
    at += uuid_bytes;
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
      found.bytes += value.size() + detail::varint_bytes(value.size());
      if (found.bytes >= bytes_max || found.entries.size() > entries_max) return std::nullopt;
    }
    found.indexes.push_back(slots[slot]);
  }
  found.bytes += detail::varint_bytes(found.entries.size()) + bytes_of_ints(found.indexes);
  if (found.bytes >= bytes_max) return std::nullopt;
  return found;
}

}  // namespace

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
      cheapest = prefix + detail::varint_bytes(prefix) + uuids->size();
    }
  } else if (shape.same_size && shape.prefix < first.size() && first.size() - shape.prefix <= digits_max) {
    numbers = numbers_behind(values, shape.prefix, true);
    if (numbers) form = Form::digits;
  } else if (!shape.same_size) {
    while (prefix > 0 && ascii::is_digit(first[prefix - 1])) --prefix;
    numbers = numbers_behind(values, prefix, false);
    if (numbers) form = Form::decimals;
  }
  if (numbers) {
    const std::size_t bytes =
        prefix + detail::varint_bytes(prefix) + (form == Form::digits ? 1 : 0) + bytes_of_ints(*numbers);
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

void TextColumn::read(SpanInputArchive& in, std::size_t count) {
  count_ = count;
  form_ = Form::plain;
  digits_ = 0;  // as of all forms but one; what else a form has it reads
  entries_.clear();
  ends_.clear();
  if (count == 0) return;
  const std::size_t start = in.offset();
  const std::uint8_t form = in.take_byte();
  in.require(form <= static_cast<std::uint8_t>(Form::uuids), start, "no form of texts");
  form_ = static_cast<Form>(form);
  switch (form_) {
    case Form::plain: {
      const IntColumn sizes = IntColumn::take(in, count);
      std::size_t end = 0;
      ends_.reserve(count);
      for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t size = sizes.at(i);
        in.require(size >= 0 && static_cast<std::uint64_t>(size) <= in.left() - end, start,
                   "texts beyond the bytes left");
        ends_.push_back(end += static_cast<std::size_t>(size));
      }
      bytes_ = in.take_bytes(end);
      break;
    }
    case Form::dictionary: {
      const std::size_t entries = in.take_count();
      entries_.reserve(std::min(entries, count));
      for (std::size_t i = 0; i < entries; ++i) entries_.push_back(in.take_text());
      numbers_.read(in, count);
      break;
    }
    case Form::digits:
      prefix_ = in.take_text();
      digits_ = in.take_byte();
      in.require(digits_ <= digits_max, start, "more digits than a number has");
      numbers_.read(in, count);
      break;
    case Form::decimals:
      prefix_ = in.take_text();
      numbers_.read(in, count);
      break;
    case Form::uuids:
      prefix_ = in.take_text();
      bytes_ = in.take_bytes(count * uuid_bytes);
      break;
  }
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
      text.resize(prefix_.size() + uuid_chars, '-');
      char* const uuid = text.data() + prefix_.size();  // not appended to: em++ calls a function for each character
      std::size_t at = 0;
      for (std::size_t i = 0; i < uuid_bytes; ++i) {
        if (is_uuid_dash(at)) ++at;
        const auto byte = static_cast<std::uint8_t>(bytes_[index * uuid_bytes + i]);
        uuid[at++] = hex[byte >> 4];
        uuid[at++] = hex[byte & 15];
      }
      return text;
    }
  }
  return {};
}

TextColumn::Unpacked TextColumn::unpack(std::uint32_t* out) const {
  if (count_ == 0) return {};
  if (form_ == Form::dictionary) {
    if (!numbers_.is_narrow()) throw DecodeFailure(0, "an index beyond the dictionary");
    numbers_.unpack(out);
    const bool within = numbers_.upper_bound() < entries_.size() ||
                        std::all_of(out, out + count_, [&](std::uint32_t index) { return index < entries_.size(); });
    if (!within) throw DecodeFailure(0, "an index beyond the dictionary");
    return {entries_, {}};
  }
  Unpacked unpacked;
  unpacked.made.reserve(count_);
  for (std::size_t i = 0; i < count_; ++i) {
    unpacked.made.push_back(at(i));
    out[i] = static_cast<std::uint32_t>(i);
  }
  return unpacked;
}

}  // namespace creditfold
