// SPDX-License-Identifier: Apache-2.0
#include "ledger/json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <set>
#include <vector>

#include "ledger/json.hpp"

namespace creditfold {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xE0 | code >> 12);
    } else {
      byte(0xF0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3F));
    }
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

// What a string literal says. REQUIRES: the parser has accepted it, so escapes are whole and surrogates paired.
std::string unescaped(std::string_view literal) {
  const auto unit = [literal](std::size_t at) {
    std::uint32_t code = 0;
    for (const char c : literal.substr(at, 4)) {
      code = code * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return code;
  };
  std::string out;
  for (std::size_t at = 0; at < literal.size(); ++at) {
    if (literal[at] != '\\') {
      out += literal[at];
      continue;
    }
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view meanings = "\b\f\n\r\t";
    const char kind = literal[++at];
    const std::size_t letter = letters.find(kind);
    if (kind != 'u') {
      out += letter == std::string_view::npos ? kind : meanings[letter];
      continue;
    }
    std::uint32_t code = unit(at + 1);
    at += 4;
    if (code >= 0xD800 && code < 0xE000) {
      code = 0x10000 + ((code & 0x3FF) << 10) + (unit(at + 3) & 0x3FF);
      at += 6;
    }
    append_utf8(out, code);
  }
  return out;
}

// One pass over valid JSON that reports each value with its path. Keys are compared by what they say, not as spelled.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  // Calls visit(path, offset of the value) until it returns false; duplicate(path) for a key met twice.
  template <class Visit, class Duplicate>
  void walk(Visit&& visit, Duplicate&& duplicate) {
    std::string path;
    value(path, visit, duplicate);
  }

 private:
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }
  std::string_view string() {
    const std::size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    const std::size_t end = std::min(at_, text_.size());
    ++at_;
    return text_.substr(start, end - start);
  }
  std::string_view key() {
    const std::string_view literal = string();
    return literal.find('\\') == std::string_view::npos ? literal : unescaped_.emplace_back(unescaped(literal));
  }
  template <class Visit, class Duplicate>
  void value(std::string& path, Visit& visit, Duplicate& duplicate) {
    blanks();
    if (stopped_ || at_ >= text_.size()) return;
    if (!visit(std::string_view(path), at_)) stopped_ = true;
    const char first = text_[at_];
    if (first == '"') {
      (void)string();
    } else if (first == '{' || first == '[') {
      container(path, first == '{', visit, duplicate);
    } else {
      while (at_ < text_.size() && text_.find_first_of(",]} \n\t\r", at_) != at_) ++at_;
    }
  }
  template <class Visit, class Duplicate>
  void container(std::string& path, bool object, Visit& visit, Duplicate& duplicate) {
    std::vector<std::string_view> seen;
    std::set<std::string_view> many;  // past a handful of keys a search by order
    const std::size_t length = path.size();
    std::size_t index = 0;
    ++at_;
    while (at_ < text_.size() && !stopped_) {
      blanks();
      if (at_ >= text_.size() || text_[at_] == '}' || text_[at_] == ']') break;
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      path += '/';
      if (object) {
        const std::string_view name = key();
        path += name;
        constexpr std::size_t few = 16;
        const bool twice =
            seen.size() < few ? std::find(seen.begin(), seen.end(), name) != seen.end() : !many.insert(name).second;
        if (twice) duplicate(std::string_view(path));
        if (seen.size() < few) {
          seen.push_back(name);
          many.insert(name);
        }
        blanks();
        ++at_;  // the colon
      } else {
        path += std::to_string(index++);
      }
      value(path, visit, duplicate);
      path.resize(length);
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool stopped_ = false;
  std::deque<std::string> unescaped_;  // keys that were spelled with escapes; a deque, so that views of them stay good
};

}  // namespace

std::optional<std::string> find_duplicate_key(std::string_view json) {
  std::optional<std::string> found;
  Walker(json).walk([&](std::string_view, std::size_t) { return !found.has_value(); },
                    [&](std::string_view path) {
                      if (!found) found = std::string(path);
                    });
  return found;
}

std::size_t line_of_offset(std::string_view text, std::size_t offset) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return static_cast<std::size_t>(std::count(text.begin(), end, '\n')) + 1;
}

std::size_t line_of(std::string_view json, std::string_view path) {
  std::size_t best_offset = 0;
  std::size_t best_length = 0;
  Walker(json).walk(
      [&](std::string_view here, std::size_t offset) {
        const bool around =
            path.substr(0, here.size()) == here && (here.size() == path.size() || path[here.size()] == '/');
        if (around && here.size() >= best_length) {
          best_offset = offset;
          best_length = here.size();
        }
        return here != path || path.empty();
      },
      [](std::string_view) {});
  return line_of_offset(json, best_offset);
}

}  // namespace creditfold
