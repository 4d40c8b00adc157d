// SPDX-License-Identifier: Apache-2.0
// Canonical bytes of plain data: two cereal archives over a span, and how each word of the vocabulary lies in them.
// One value has one encoding and decoding takes no other. Events and snapshots share it; it must not know either.
//
//   varint    LEB128: 7 bits a byte, least first, at most 10 bytes, never longer than it must be
//   unsigned  varint            signed  varint of (n << 1) ^ (n >> 63), so that small negatives are short too
//   bool      one byte, 0 or 1  enum    one byte, the value's number      uint8  one byte
//   sequence  varint count, then the elements; strings and bytes likewise; map keys and set elements ascend
//   optional  bool, then the value when there is one                      struct its `fields` in their order
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "events/decode_error.hpp"
#include "events/expected.hpp"
#include "events/span_archive.hpp"
#include "events/vocabulary.hpp"

namespace creditfold {
namespace detail {

struct AnyVisit {
  template <class Field>
  void operator()(const char*, Field&&) const {}
};

template <class T>
concept WithFields = requires(T& value) {
  T::fields(value, AnyVisit{});
};
template <class T>
concept NamedEnum = std::is_enum_v<T> && sizeof(T) == 1 && requires {
  EnumNames<T>::names.size();
};
template <class T>
concept SignedInteger = std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::int64_t>;
template <class T>
concept UnsignedInteger = std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t>;

inline std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
}

inline bool in_calendar(Instant instant) { return instant_min <= instant && instant <= instant_max; }
inline bool is_currency(const std::array<char, 3>& code) {
  return std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}
inline bool is_text(std::string_view text) { return text.size() <= text_bytes_max && is_utf8(text); }

inline constexpr const char* bad_id = "not an id: empty, too long, not UTF-8 or with control characters";
inline constexpr const char* bad_text = "text too long or not UTF-8";
inline constexpr const char* bad_free_text =
    "neither text nor a sealed one: too long, not UTF-8, or of an unknown form";
inline constexpr const char* bad_bytes = "too many bytes";
inline constexpr const char* bad_instant = "moment outside the years 0001 to 9999";
inline constexpr const char* bad_volume = "negative volume";
inline constexpr const char* bad_rate = "negative rate";
inline constexpr const char* bad_currency = "not a currency of three capital letters";
inline constexpr const char* bad_enum = "unknown number of an enumeration";
inline constexpr const char* bad_flags = "flags out of order or repeated";
inline constexpr const char* bad_order = "keys out of order or repeated";
inline constexpr const char* bad_builders = "too many builders, or a list beside everyone";

}  // namespace detail

// Numbers.

inline void save(SpanOutputArchive& out, const bool& value) { out.put_byte(value ? 1 : 0); }
inline void load(SpanInputArchive& in, bool& value) {
  const std::size_t start = in.offset();
  const std::uint8_t byte = in.take_byte();
  in.require(byte <= 1, start, "neither yes nor no");
  value = byte == 1;
}

inline void save(SpanOutputArchive& out, const std::uint8_t& value) { out.put_byte(value); }
inline void load(SpanInputArchive& in, std::uint8_t& value) { value = in.take_byte(); }

template <detail::UnsignedInteger T>
void save(SpanOutputArchive& out, const T& value) {
  out.put_varint(value);
}
template <detail::UnsignedInteger T>
void load(SpanInputArchive& in, T& value) {
  const std::size_t start = in.offset();
  const std::uint64_t wide = in.take_varint();
  in.require(wide <= std::numeric_limits<T>::max(), start, "number beyond 32 bits");
  value = static_cast<T>(wide);
}

template <detail::SignedInteger T>
void save(SpanOutputArchive& out, const T& value) {
  out.put_varint(detail::zigzag(value));
}
template <detail::SignedInteger T>
void load(SpanInputArchive& in, T& value) {
  const std::size_t start = in.offset();
  const std::int64_t wide = detail::unzigzag(in.take_varint());
  in.require(std::numeric_limits<T>::min() <= wide && wide <= std::numeric_limits<T>::max(), start,
             "number beyond 32 bits");
  value = static_cast<T>(wide);
}

template <detail::NamedEnum E>
void save(SpanOutputArchive& out, const E& value) {
  out.require(static_cast<std::size_t>(value) < EnumNames<E>::names.size(), detail::bad_enum);
  out.put_byte(static_cast<std::uint8_t>(value));
}
template <detail::NamedEnum E>
void load(SpanInputArchive& in, E& value) {
  const std::size_t start = in.offset();
  const std::uint8_t byte = in.take_byte();
  in.require(byte < EnumNames<E>::names.size(), start, detail::bad_enum);
  value = static_cast<E>(byte);
}

// Words of the vocabulary.

inline void save(SpanOutputArchive& out, const Credits& value) { out.put_varint(detail::zigzag(value.micro)); }
inline void load(SpanInputArchive& in, Credits& value) { value.micro = detail::unzigzag(in.take_varint()); }

inline void save(SpanOutputArchive& out, const Volume& value) {
  out.require(value.tokens >= 0, detail::bad_volume);
  out.put_varint(static_cast<std::uint64_t>(value.tokens));
}
inline void load(SpanInputArchive& in, Volume& value) {
  const std::size_t start = in.offset();
  value.tokens = static_cast<std::int64_t>(in.take_varint());
  in.require(value.tokens >= 0, start, detail::bad_volume);
}

inline void save(SpanOutputArchive& out, const Rate& value) {
  out.require(value.micro_per_million >= 0, detail::bad_rate);
  out.put_varint(static_cast<std::uint64_t>(value.micro_per_million));
}
inline void load(SpanInputArchive& in, Rate& value) {
  const std::size_t start = in.offset();
  value.micro_per_million = static_cast<std::int64_t>(in.take_varint());
  in.require(value.micro_per_million >= 0, start, detail::bad_rate);
}

inline void save(SpanOutputArchive& out, const Instant& value) {
  out.require(detail::in_calendar(value), detail::bad_instant);
  out.put_varint(detail::zigzag(value.micros));
}
inline void load(SpanInputArchive& in, Instant& value) {
  const std::size_t start = in.offset();
  value.micros = detail::unzigzag(in.take_varint());
  in.require(detail::in_calendar(value), start, detail::bad_instant);
}

inline void save(SpanOutputArchive& out, const Money& value) {
  out.require(detail::is_currency(value.currency), detail::bad_currency);
  out.put_bytes(value.currency.data(), value.currency.size());
  out.put_varint(detail::zigzag(value.minor));
}
inline void load(SpanInputArchive& in, Money& value) {
  const std::size_t start = in.offset();
  const std::string_view code = in.take_bytes(value.currency.size());
  std::copy(code.begin(), code.end(), value.currency.begin());
  in.require(detail::is_currency(value.currency), start, detail::bad_currency);
  value.minor = detail::unzigzag(in.take_varint());
}

inline void save(SpanOutputArchive& out, const Digest& value) { out.put_bytes(value.bytes.data(), value.bytes.size()); }
inline void load(SpanInputArchive& in, Digest& value) {
  const std::string_view bytes = in.take_bytes(value.bytes.size());
  std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
}

inline void save(SpanOutputArchive& out, const CommandDigest& value) {
  out.put_bytes(value.bytes.data(), value.bytes.size());
}
inline void load(SpanInputArchive& in, CommandDigest& value) {
  const std::string_view bytes = in.take_bytes(value.bytes.size());
  std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
}

// Strings: what they may hold is checked on both ways, so that nothing is written that will not be read.

inline void save(SpanOutputArchive& out, const std::string& value) { out.put_text(value); }
inline void load(SpanInputArchive& in, std::string& value) { value = in.take_text(); }

template <class Tag>
void save(SpanOutputArchive& out, const Id<Tag>& value) {
  out.require(Id<Tag>::valid(value.value), detail::bad_id);
  out.put_text(value.value);
}
template <class Tag>
void load(SpanInputArchive& in, Id<Tag>& value) {
  const std::size_t start = in.offset();
  const std::string_view text = in.take_text();
  in.require(Id<Tag>::valid(text), start, detail::bad_id);
  // The id that was there, of the same field of the event before, is mostly as long.
  if (value.value.size() == text.size()) {
    ascii::copy(value.value.data(), text.data(), text.size());
  } else {
    value.value = text;
  }
}

inline void save(SpanOutputArchive& out, const Text& value) {
  out.require(detail::is_text(value.value), detail::bad_text);
  out.put_text(value.value);
}
inline void load(SpanInputArchive& in, Text& value) {
  const std::size_t start = in.offset();
  const std::string_view text = in.take_text();
  in.require(detail::is_text(text), start, detail::bad_text);
  value.value = text;
}

inline void save(SpanOutputArchive& out, const FreeText& value) {
  out.require(FreeText::valid(value.value), detail::bad_free_text);
  out.put_text(value.value);
}
inline void load(SpanInputArchive& in, FreeText& value) {
  const std::size_t start = in.offset();
  const std::string_view text = in.take_text();
  in.require(FreeText::valid(text), start, detail::bad_free_text);
  value.value = text;
}

inline void save(SpanOutputArchive& out, const Bytes& value) {
  out.require(value.value.size() <= opaque_bytes_max, detail::bad_bytes);
  out.put_varint(value.value.size());
  out.put_bytes(value.value.data(), value.value.size());
}
inline void load(SpanInputArchive& in, Bytes& value) {
  const std::size_t start = in.offset();
  const std::string_view bytes = in.take_text();
  in.require(bytes.size() <= opaque_bytes_max, start, detail::bad_bytes);
  value.value.assign(bytes.begin(), bytes.end());
}

// Containers. Elements are read one by one into a container that grows with them: a count reserves nothing.

template <class T>
void save(SpanOutputArchive& out, const std::optional<T>& value) {
  out(value.has_value());
  if (value) out(*value);
}
template <class T>
void load(SpanInputArchive& in, std::optional<T>& value) {
  bool there = false;
  in(there);
  if (there) {
    if (!value) value.emplace();
    in(*value);
  } else {
    value.reset();
  }
}

template <class A, class B>
void save(SpanOutputArchive& out, const std::pair<A, B>& value) {
  out(value.first, value.second);
}
template <class A, class B>
void load(SpanInputArchive& in, std::pair<A, B>& value) {
  in(value.first, value.second);
}

template <class T>
void save(SpanOutputArchive& out, const std::vector<T>& value) {
  out.put_varint(value.size());
  for (const T& element : value) out(element);
}
template <class T>
void load(SpanInputArchive& in, std::vector<T>& value) {
  const std::size_t count = in.take_count();
  value.clear();
  for (std::size_t i = 0; i < count; ++i) in(value.emplace_back());
}

inline void save(SpanOutputArchive& out, const std::vector<UsageFlag>& value) {
  const auto not_before = [](UsageFlag a, UsageFlag b) { return a >= b; };
  out.require(std::adjacent_find(value.begin(), value.end(), not_before) == value.end(), detail::bad_flags);
  out.put_varint(value.size());
  for (const UsageFlag flag : value) out(flag);
}
inline void load(SpanInputArchive& in, std::vector<UsageFlag>& value) {
  const std::size_t count = in.take_count();
  value.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t start = in.offset();
    UsageFlag flag{};
    in(flag);
    in.require(value.empty() || value.back() < flag, start, detail::bad_flags);
    value.push_back(flag);
  }
}

inline void save(SpanOutputArchive& out, const Builders& value) {
  const bool listed = value.everyone ? value.actors.empty() : value.actors.size() <= actors_max;
  out.require(listed, detail::bad_builders);
  out(value.everyone);
  if (!value.everyone) out(value.actors);
}
inline void load(SpanInputArchive& in, Builders& value) {
  const std::size_t start = in.offset();
  in(value.everyone);
  value.actors.clear();
  if (!value.everyone) in(value.actors);
  in.require(value.actors.size() <= actors_max, start, detail::bad_builders);
}

template <class Key, class Value>
void save(SpanOutputArchive& out, const std::map<Key, Value>& value) {
  out.put_varint(value.size());
  for (const auto& [key, mapped] : value) out(key, mapped);
}
template <class Key, class Value>
void load(SpanInputArchive& in, std::map<Key, Value>& value) {
  const std::size_t count = in.take_count();
  value.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t start = in.offset();
    Key key{};
    in(key);
    in.require(value.empty() || value.rbegin()->first < key, start, detail::bad_order);
    in(value.emplace_hint(value.end(), std::move(key), Value{})->second);
  }
}

template <class T>
void save(SpanOutputArchive& out, const std::set<T>& value) {
  out.put_varint(value.size());
  for (const T& element : value) out(element);
}
template <class T>
void load(SpanInputArchive& in, std::set<T>& value) {
  const std::size_t count = in.take_count();
  value.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t start = in.offset();
    T element{};
    in(element);
    in.require(value.empty() || *value.rbegin() < element, start, detail::bad_order);
    value.insert(value.end(), std::move(element));
  }
}

// Plain structs that list their fields.

template <detail::WithFields T>
void save(SpanOutputArchive& out, const T& value) {
  T::fields(value, [&out](const char*, const auto& field) { out(field); });
}
template <detail::WithFields T>
void load(SpanInputArchive& in, T& value) {
  T::fields(value, [&in](const char*, auto& field) { in(field); });
}

// Appends the bytes of `value`. Throws Unencodable when a part of it breaks its limits; then nothing was appended.
template <class T>
void encode(const T& value, std::vector<std::uint8_t>& out) {
  append_with(out, [&](SpanOutputArchive& archive) { archive(value); });
}

// The value that all of `bytes` encode, or where they do not.
template <class T>
[[nodiscard]] Expected<T, DecodeError> decode(std::span<const std::uint8_t> bytes) {
  Expected<T, DecodeError> result = T{};  // the only thing returned, so that it is made where it is wanted
  try {
    SpanInputArchive archive(bytes);
    archive(*result);
    archive.require_end();
  } catch (const DecodeFailure& failure) {
    result = Unexpected{failure.error()};
  }
  return result;
}

}  // namespace creditfold

namespace cereal {

// cereal stores any enum as its number, unchecked; ours are checked.
template <creditfold::detail::NamedEnum E>
struct specialize<creditfold::SpanOutputArchive, E, specialization::non_member_load_save> : std::true_type {};
template <creditfold::detail::NamedEnum E>
struct specialize<creditfold::SpanInputArchive, E, specialization::non_member_load_save> : std::true_type {};

}  // namespace cereal
