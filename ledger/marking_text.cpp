// SPDX-License-Identifier: Apache-2.0
#include "ledger/marking_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace creditfold {
namespace {

constexpr char other_script = '\x1a';  // neither a letter nor a space
constexpr char32_t no_code_point = 0xFFFD;

bool is_word_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// The next code point. Bytes that are no UTF-8 are read as Latin-1, which files of older programs are written in.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 1 || length == 0 || at + length > text.size()) {
    ++at;
    return first;
  }
  char32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) {
      ++at;
      return first;
    }
    code = (code << 6U) | (byte(at + i) & 0x3FU);
  }
  at += length;
  return code > 0x10FFFF ? no_code_point : code;
}

bool between(char32_t code, char32_t first, char32_t last) { return code >= first && code <= last; }

bool is_space(char32_t code) {
  return code == ' ' || code == '\t' || code == 0xA0 || code == 0x1680 || between(code, 0x2000, 0x200A) ||
         code == 0x202F || code == 0x205F || code == 0x3000 || code == 0x2800 || code == 0x3164;
}

bool is_line_end(char32_t code) {
  return between(code, '\n', '\r') || code == 0x85 || code == 0x2028 || code == 0x2029;
}

// Nobody sees these: joiners, direction marks, soft hyphens, variation selectors, tags, controls.
bool is_invisible(char32_t code) {
  return code < ' ' || between(code, 0x7F, 0x9F) || code == 0xAD || code == 0x34F || code == 0x61C ||
         between(code, 0x115F, 0x1160) || between(code, 0x17B4, 0x17B5) || between(code, 0x180B, 0x180F) ||
         between(code, 0x200B, 0x200F) || between(code, 0x202A, 0x202E) || between(code, 0x2060, 0x206F) ||
         between(code, 0x300, 0x36F) || between(code, 0xFE00, 0xFE0F) || code == 0xFEFF || code == 0xFFA0 ||
         between(code, 0xE0000, 0xE0FFF);
}

struct LookAlike {
  char32_t code;
  char ascii;
};
// Letters of Cyrillic and Greek that are drawn as Latin ones, slashes, dashes and brackets.
constexpr LookAlike look_alikes[] = {
    {0x391, 'A'},  {0x392, 'B'},  {0x395, 'E'},  {0x396, 'Z'},  {0x397, 'H'},  {0x399, 'I'},  {0x39A, 'K'},
    {0x39C, 'M'},  {0x39D, 'N'},  {0x39F, 'O'},  {0x3A1, 'P'},  {0x3A4, 'T'},  {0x3A5, 'Y'},  {0x3A7, 'X'},
    {0x3BF, 'o'},  {0x3F9, 'C'},  {0x405, 'S'},  {0x406, 'I'},  {0x408, 'J'},  {0x410, 'A'},  {0x412, 'B'},
    {0x415, 'E'},  {0x41A, 'K'},  {0x41C, 'M'},  {0x41D, 'H'},  {0x41E, 'O'},  {0x420, 'P'},  {0x421, 'C'},
    {0x422, 'T'},  {0x423, 'Y'},  {0x425, 'X'},  {0x430, 'a'},  {0x435, 'e'},  {0x43E, 'o'},  {0x440, 'p'},
    {0x441, 'c'},  {0x443, 'y'},  {0x445, 'x'},  {0x455, 's'},  {0x456, 'i'},  {0x458, 'j'},  {0x501, 'd'},
    {0x2010, '-'}, {0x2011, '-'}, {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2015, '-'}, {0x2044, '/'},
    {0x2212, '-'}, {0x2215, '/'}, {0x2571, '/'}, {0x2768, '('}, {0x2769, ')'}, {0x27CB, '/'}, {0x29F8, '/'},
    {0x2CEB, '/'}, {0x3033, '/'}};

char letter_of(char32_t index) { return static_cast<char>(index < 26 ? 'A' + index : 'a' + index - 26); }

// REQUIRES: neither a space, a line end nor invisible.
char ascii_of(char32_t code) {
  if (code < 0x7F) return static_cast<char>(code);
  if (between(code, 0xFF01, 0xFF5E)) return static_cast<char>(code - 0xFF01 + '!');     // full width
  if (between(code, 0x1D400, 0x1D6A3)) return letter_of((code - 0x1D400) % 52);         // mathematical letters
  if (between(code, 0x24B6, 0x24E9)) return letter_of(code - 0x24B6);                   // in circles
  const auto* const found = std::find_if(std::begin(look_alikes), std::end(look_alikes),
                                         [code](const LookAlike& known) { return known.code == code; });
  return found == std::end(look_alikes) ? other_script : found->ascii;
}

}  // namespace

std::string plain_form(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    if (code == 0x2AFD) {
      plain += "//";  // double solidus operator
    } else if (is_line_end(code)) {
      plain += '\n';
    } else if (is_space(code)) {
      plain += ' ';
    } else if (!is_invisible(code)) {
      plain += ascii_of(code);
    }
  }
  return plain;
}

std::string joined_letters(std::string_view plain) {
  constexpr std::size_t run_min = 5;  // "A B C D" may be a list; the shortest level has six letters
  const auto alone = [&](std::size_t i) {
    return i < plain.size() && (is_word_char(plain[i]) || plain[i] == '/') &&
           (i + 1 >= plain.size() || !is_word_char(plain[i + 1]));
  };
  std::string joined;
  std::size_t longest = 0;
  for (std::size_t at = 0; at < plain.size();) {
    const bool begins = at == 0 || !is_word_char(plain[at - 1]);
    std::size_t length = 0;
    for (; begins && alone(at); ++length) {
      joined += plain[at];
      ++at;
      if (at + 1 < plain.size() && plain[at] == ' ' && alone(at + 1)) ++at;
    }
    longest = std::max(longest, length);
    if (length > 0) continue;
    joined += plain[at];
    ++at;
  }
  return longest >= run_min ? joined : std::string();
}

std::vector<MarkingToken> marking_tokens(std::string_view plain) {
  std::vector<MarkingToken> tokens;
  bool starts_line = true;
  bool after_space = true;
  for (std::size_t at = 0; at < plain.size();) {
    const char c = plain[at];
    if (c == ' ' || c == '\n') {
      starts_line = starts_line || c == '\n';
      after_space = true;
      ++at;
      continue;
    }
    MarkingToken token;
    token.starts_line = starts_line;
    token.after_space = after_space;
    std::size_t end = at + 1;
    if (is_word_char(c)) {
      while (end < plain.size() && is_word_char(plain[end])) ++end;
      token.kind = MarkingToken::Kind::word;
      token.capitals = true;
      for (const char letter : plain.substr(at, end - at)) {
        token.capitals = token.capitals && !(letter >= 'a' && letter <= 'z');
        token.upper += upper(letter);
      }
    } else if (c == '/') {
      std::size_t slashes = 1;
      for (std::size_t i = end; i < plain.size() && (plain[i] == '/' || plain[i] == ' ' || plain[i] == '\n'); ++i) {
        if (plain[i] != '/') continue;
        ++slashes;
        end = i + 1;
      }
      token.kind = slashes > 1 ? MarkingToken::Kind::slashes : MarkingToken::Kind::slash;
    } else if (c == '(') {
      token.kind = MarkingToken::Kind::open;
    } else if (c == ')') {
      token.kind = MarkingToken::Kind::close;
    } else if (c == ':') {
      token.kind = MarkingToken::Kind::colon;
    } else if (c == '.' || c == ';' || c == '!' || c == '?' || c == '=') {
      token.kind = MarkingToken::Kind::stop;
    }
    token.text = plain.substr(at, end - at);
    tokens.push_back(std::move(token));
    starts_line = after_space = false;
    at = end;
  }
  return tokens;
}

}  // namespace creditfold
