// SPDX-License-Identifier: Apache-2.0
// Almost every id and text is ASCII, and every event has a dozen: they are looked at eight bytes at a time, inline.
// What is not ASCII is for the slower functions of vocabulary.hpp; nothing here knows UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace creditfold::ascii {

[[nodiscard, gnu::always_inline]] constexpr std::uint64_t every_byte(std::uint8_t value) {
  return value * 0x0101'0101'0101'0101U;
}

[[nodiscard]] constexpr bool is_ascii(std::uint64_t word) { return (word & every_byte(0x80)) == 0; }

[[nodiscard, gnu::always_inline]] constexpr bool is_ascii_without_controls(std::uint64_t word) {
  const std::uint64_t deleted = word ^ every_byte(0x7F);  // a byte is 0 where it was DEL
  const std::uint64_t low = (word - every_byte(0x20)) & ~word;
  const std::uint64_t zero = (deleted - every_byte(0x01)) & ~deleted;
  return ((word | low | zero) & every_byte(0x80)) == 0;
}
static_assert(is_ascii_without_controls(every_byte(' ')) && is_ascii_without_controls(every_byte('~')));
static_assert(!is_ascii_without_controls(0x20202020'1F202020U) && !is_ascii_without_controls(every_byte(0x7F)));

template <class Word>
[[nodiscard]] inline Word word_at(const char* text) {
  Word word;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// A text of less than eight bytes as one word, in any order, some of them twice, spaces where there are none.
[[nodiscard]] inline std::uint64_t short_word(std::string_view text) {
  const std::size_t size = text.size();
  if (size >= 4) {
    const std::uint64_t last = word_at<std::uint32_t>(text.data() + size - 4);
    return word_at<std::uint32_t>(text.data()) | last << 32;
  }
  if (size == 0) return every_byte(' ');
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(text[at])}; };
  return (every_byte(' ') << 24) | byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
}

template <class Check>
[[nodiscard, gnu::always_inline]] inline bool every_word(std::string_view text, Check&& check) {
  constexpr std::size_t word_bytes = sizeof(std::uint64_t);
  if (text.size() < word_bytes) return check(short_word(text));
  for (std::size_t at = 0; at + word_bytes <= text.size(); at += word_bytes) {
    if (!check(word_at<std::uint64_t>(text.data() + at))) return false;
  }
  return check(word_at<std::uint64_t>(text.data() + text.size() - word_bytes));  // the rest, and some of it again
}

// Whether all of `text` is printable ASCII. An empty text is.
[[nodiscard]] inline bool is_plain(std::string_view text) {
  return every_word(text, [](std::uint64_t word) { return is_ascii_without_controls(word); });
}

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Copies `size` bytes. A call of memcpy costs more than the copy of a short id.
[[gnu::always_inline]] inline void copy(void* into, const char* from, std::size_t size) {
  auto* const to = static_cast<std::uint8_t*>(into);
  if (size > 16) {
    std::memcpy(to, from, size);
  } else if (size >= 8) {
    const auto first = word_at<std::uint64_t>(from);
    const auto last = word_at<std::uint64_t>(from + size - 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + size - 8, &last, 8);
  } else if (size >= 4) {
    const auto first = word_at<std::uint32_t>(from);
    const auto last = word_at<std::uint32_t>(from + size - 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + size - 4, &last, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<std::uint8_t>(from[i]);
  }
}

}  // namespace creditfold::ascii
