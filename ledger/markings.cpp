// SPDX-License-Identifier: Apache-2.0
// Each rule is a kind of marking. Rules lean towards refusing: a marking missed is stored for ever, an ordinary text
// refused costs its sender another wording. What keeps them from ordinary sentences is capitals, place and neighbours.
#include "ledger/markings.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <utility>

#include "ledger/marking_text.hpp"
#include "ledger/marking_words.hpp"

namespace creditfold {
namespace {

using Kind = MarkingToken::Kind;
using Tokens = std::vector<MarkingToken>;
using marking_words::holds;

class TokenReading {
 public:
  explicit TokenReading(const Tokens& tokens) : tokens_(tokens) {}

  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  [[nodiscard]] bool is(std::size_t i, Kind kind) const { return i < size() && tokens_[i].kind == kind; }
  [[nodiscard]] bool is(std::size_t i, std::string_view word) const {
    return is(i, Kind::word) && tokens_[i].upper == word;
  }
  [[nodiscard]] bool capitals(std::size_t i) const { return is(i, Kind::word) && tokens_[i].capitals; }
  [[nodiscard]] std::string_view word(std::size_t i) const {
    return is(i, Kind::word) ? tokens_[i].upper : std::string_view();
  }
  [[nodiscard]] bool control(std::size_t i) const { return holds(marking_words::controls, word(i)); }
  [[nodiscard]] bool starts_line(std::size_t i) const { return i < size() && tokens_[i].starts_line; }
  [[nodiscard]] bool ends_line(std::size_t i) const { return i + 1 >= size() || tokens_[i + 1].starts_line; }
  [[nodiscard]] const MarkingToken& at(std::size_t i) const { return tokens_[i]; }
  [[nodiscard]] bool dash(std::size_t i) const { return is(i, Kind::other) && tokens_[i].text == "-"; }
  // Whether the words stand at `i`, one after the other.
  [[nodiscard]] bool run(std::size_t i, std::initializer_list<std::string_view> words) const {
    for (const std::string_view wanted : words) {
      if (!is(i, wanted)) return false;
      ++i;
    }
    return true;
  }
  [[nodiscard]] bool holds_run(std::initializer_list<std::string_view> words) const {
    for (std::size_t i = 0; i < size(); ++i) {
      if (run(i, words)) return true;
    }
    return false;
  }

 private:
  const Tokens& tokens_;
};

// A level at token i: how many tokens it takes (0: none), whether it is Top Secret, whether in capitals.
struct Level {
  std::size_t length = 0;
  bool top = false;
  bool capitals = false;
};

Level level_at(const TokenReading& text, std::size_t i) {
  if (text.is(i, "TOP")) {
    const std::size_t dash = text.dash(i + 1) ? 1 : 0;
    if (!text.is(i + 1 + dash, "SECRET")) return {};
    return {2 + dash, true, text.capitals(i) && text.capitals(i + 1 + dash)};
  }
  const std::string_view word = text.word(i);
  const bool top = word == "TOPSECRET" || word == "TOP_SECRET";
  if (!top && word != "SECRET" && word != "CONFIDENTIAL") return {};
  return {1, top, text.capitals(i)};
}

bool is_abbreviation(std::string_view word) { return word == "TS" || word == "S" || word == "C"; }

// "SECRET//NOFORN", "secret // noforn", "TOP SECRET/SI", "SECRET NOFORN".
bool is_banner(const TokenReading& text, std::size_t i) {
  const Level level = level_at(text, i);
  if (level.length == 0) return false;
  const std::size_t next = i + level.length;
  if (text.is(next, Kind::slashes)) return level.capitals || text.control(next + 1);
  if (text.is(next, Kind::slash)) return level.capitals && text.capitals(next + 1) && text.control(next + 1);
  return level.capitals && text.capitals(next) && holds(marking_words::plain_controls, text.word(next));
}

// "TS//SI//NF", "S//NF", "TS/SI". A clearance ("TS/SCI") is about a person, not about the text.
bool is_short_banner(const TokenReading& text, std::size_t i) {
  if (!is_abbreviation(text.word(i)) || !text.capitals(i) || !text.capitals(i + 2)) return false;
  const bool top = text.is(i, "TS");
  if (text.is(i + 1, Kind::slashes)) return text.control(i + 2);
  return top && text.is(i + 1, Kind::slash) && text.control(i + 2) && !text.is(i + 2, "SCI");
}

bool is_country(const TokenReading& text, std::size_t i) { return text.capitals(i) && text.word(i).size() == 3; }

// "//GBR SECRET", "//JOINT S", "//CTS//BOHEMIA": markings of other owners begin with slashes.
bool is_foreign(const TokenReading& text, std::size_t i) {
  if (!text.is(i, Kind::slashes)) return false;
  if (text.is(i + 1, "COSMIC") || text.is(i + 1, "CTS") || text.is(i + 1, "CTSA")) return text.capitals(i + 1);
  const bool owner = text.capitals(i + 1) && holds(marking_words::owners, text.word(i + 1));
  const bool portion = text.is(i - 1, Kind::open);  // i == 0: no token has that number
  if (portion && text.capitals(i + 1) && (text.is(i + 1, "NS") || text.is(i + 1, "NC") || text.is(i + 1, "NR")))
    return true;
  if (!owner && !is_country(text, i + 1)) return false;
  const Level level = level_at(text, i + 2);
  if (level.length > 0) return level.capitals;
  if (text.is(i + 2, "RESTRICTED")) return text.capitals(i + 2);
  return portion && text.capitals(i + 2) && (is_abbreviation(text.word(i + 2)) || text.is(i + 2, "R"));
}

// "NATO SECRET", "COSMIC TOP SECRET", "EU CONFIDENTIAL", "NATO RESTRICTED".
bool is_owned(const TokenReading& text, std::size_t i) {
  if (!holds(marking_words::owners, text.word(i))) return false;
  const std::size_t next = text.dash(i + 1) ? i + 2 : i + 1;
  const Level level = level_at(text, next);
  if (text.is(i, "COSMIC") && level.top) return true;  // said of nothing else, however it is written
  if (!text.capitals(i)) return false;
  return level.length > 0 ? level.capitals : text.is(next, "RESTRICTED") && text.capitals(next);
}

// A line that holds a level and nothing else but ornaments: "SECRET", "** CONFIDENTIAL **"; or that SECRET heads as a
// label. "CONFIDENTIAL: …" is what companies write over their letters, and stays.
bool is_line(const TokenReading& text, std::size_t i) {
  const Level level = level_at(text, i);
  if (level.length == 0) return false;
  if (level.top && level.capitals) return true;  // TOP SECRET in capitals is a marking wherever it stands
  std::size_t first = i;
  while (first > 0 && !text.starts_line(first) && !text.is(first - 1, Kind::word)) --first;
  std::size_t last = i + level.length - 1;
  while (!text.ends_line(last) && !text.is(last + 1, Kind::word)) ++last;
  if (!level.capitals || !text.starts_line(first)) return false;
  return text.ends_line(last) || (text.is(i, "SECRET") && (text.is(i + 1, Kind::colon) || text.dash(i + 1)));
}

// "Classification: Secret", "classified as SECRET".
bool is_statement(const TokenReading& text, std::size_t i) {
  if (text.is(i, "CLASSIFICATION")) {
    std::size_t next = i + 1;
    if (text.is(next, "LEVEL") || text.is(next, "MARKING")) ++next;
    const Level level = level_at(text, next + 1);
    if (text.is(next, "IS")) return level.capitals;
    const bool equals = text.is(next, Kind::stop) && text.at(next).text == "=";
    return (equals || text.is(next, Kind::colon)) && level.length > 0;
  }
  if (!text.is(i, "CLASSIFIED")) return false;
  const Level level = level_at(text, text.is(i + 1, "AS") ? i + 2 : i + 1);
  return level.length > 0 && (level.capitals || level.top);
}

// "RESTRICTED DATA" under the Atomic Energy Act, weapon design information, NATO's atomic category.
bool is_atomic(const TokenReading& text, std::size_t i) {
  if (text.run(i, {"FORMERLY", "RESTRICTED", "DATA"})) return true;
  if (text.run(i, {"CRITICAL", "NUCLEAR", "WEAPON", "DESIGN", "INFORMATION"})) return true;
  if (text.run(i, {"RESTRICTED", "DATA"})) {
    const bool line = text.capitals(i) && text.capitals(i + 1) && text.starts_line(i) && text.ends_line(i + 1);
    return line || text.holds_run({"ATOMIC", "ENERGY", "ACT"});
  }
  return text.capitals(i) && (text.is(i, "CNWDI") || text.is(i, "ATOMAL"));
}

// Special access programs and the handling caveats of SCI.
bool is_special_access(const TokenReading& text, std::size_t i) {
  if (text.run(i, {"SPECIAL", "ACCESS", "REQUIRED"}))
    return text.capitals(i) && text.capitals(i + 1) && text.capitals(i + 2);
  if (!text.run(i, {"HANDLE", "VIA"})) return false;
  constexpr std::array channels{std::string_view("COMINT"), std::string_view("TALENT"), std::string_view("HCS"),
                                std::string_view("HUMINT"), std::string_view("BYEMAN"), std::string_view("SPECIAL"),
                                std::string_view("SI"),     std::string_view("TK")};
  return holds(channels, text.word(i + 2));
}

bool is_label(const TokenReading& text, std::size_t i, std::string_view first, std::string_view second) {
  return text.run(i, {first, second}) && text.is(i + 2, Kind::colon);
}

// A label with capitals at both words, as the block is written; "derived from: …" in a sentence has none.
bool is_titled(const TokenReading& text, std::size_t i) {
  const auto capital = [&](std::size_t at) { return text.at(at).text[0] >= 'A' && text.at(at).text[0] <= 'Z'; };
  return capital(i) && capital(i + 1) && (text.starts_line(i) || i == 0 || !text.is(i - 1, Kind::word));
}

// "Classified By:", "Derived From:", "Declassify On:": one of them as a label, or two of them however written.
bool has_authority_block(const TokenReading& text) {
  std::size_t labels = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_label(text, i, "DECLASSIFY", "ON")) return true;
    const bool label = is_label(text, i, "CLASSIFIED", "BY") || is_label(text, i, "DERIVED", "FROM");
    if (!label) continue;
    labels += 1;
    if (labels > 1 || is_titled(text, i)) return true;
    const bool derivative = i > 0 && text.is(i - 1, "DERIVATIVELY");
    if (derivative || text.run(i + 3, {"MULTIPLE", "SOURCES"})) return true;
  }
  return false;
}

// Whether the portion at `i` begins a paragraph: nothing but a list's number or bullet before it on its line; or, for
// those that are no unit or letter of a list, a label or a sentence right before it ("Subject: (S) …", "… end. (TS)
// …").
bool begins_portion(const TokenReading& text, std::size_t i) {
  const bool letter = text.word(i + 1).size() == 1;
  if (text.is(i - 1, Kind::colon)) return !text.is(i + 1, "C");
  if (text.is(i - 1, Kind::stop) && !letter) return text.at(i).after_space;
  const auto bullet = [&](std::size_t at) {
    if (!text.is(at, Kind::word)) return true;
    const bool digits = text.word(at).find_first_not_of("0123456789") == std::string_view::npos;
    return digits || (text.word(at).size() <= 2 && (text.is(at + 1, Kind::stop) || text.is(at + 1, Kind::close)));
  };
  std::size_t first = i;
  while (first > 0 && !text.starts_line(first) && bullet(first - 1)) --first;
  return text.starts_line(first);
}

struct Portions {
  bool marked = false;      // portions that are no level, "(U)" or "(CUI)", show that the text is marked in portions
  bool enumerated = false;  // "(A)", "(M)": letters in brackets are a list or sizes
};

Portions portions_of(const TokenReading& text) {
  Portions found;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!text.is(i, Kind::open) || !text.capitals(i + 1)) continue;
    const std::string_view word = text.word(i + 1);
    const bool closed = text.is(i + 2, Kind::close);
    const bool controlled = text.is(i + 2, Kind::slashes);
    if ((word == "U" || word == "CUI") && (closed || controlled)) found.marked = true;
    if (closed && word.size() == 1 && word != "U" && !is_abbreviation(word)) found.enumerated = true;
  }
  return found;
}

bool is_copyright(const TokenReading& text, std::size_t i) {
  const std::string_view next = text.word(i + 3);
  const bool year = next.size() == 4 && next.find_first_not_of("0123456789") == std::string_view::npos;
  return text.is(i + 1, "C") && (year || text.is(i - 1, "COPYRIGHT"));
}

// "(TS//SI)", "(s//nf)", "(S/NF)", and "(TS)", "(S)", "(C)" where a portion begins.
bool is_portion(const TokenReading& text, std::size_t i, const Portions& portions) {
  if (!text.is(i, Kind::open)) return false;
  const std::string_view word = text.word(i + 1);
  if (is_abbreviation(word) && text.is(i + 2, Kind::slashes)) {
    if (text.control(i + 3)) return true;
    std::size_t end = i + 3;
    while (text.capitals(end) || text.is(end, Kind::slash) || text.is(end, Kind::slashes)) ++end;
    return text.capitals(i + 1) && end > i + 3 && text.is(end, Kind::close);
  }
  if (is_abbreviation(word) && text.is(i + 2, Kind::slash)) {
    return text.capitals(i + 1) && text.capitals(i + 3) && text.control(i + 3) && !text.is(i + 3, "SCI");
  }
  if (!text.capitals(i + 1) || !text.is(i + 2, Kind::close)) return false;
  const bool attached = i > 0 && !text.at(i).after_space && text.is(i - 1, Kind::word);  // "item(S)"
  if (attached || is_copyright(text, i)) return false;
  if (portions.marked) {
    return holds(marking_words::portions, word) || holds(marking_words::portions_among_others, word);
  }
  const bool listed = word.size() == 1 && portions.enumerated;
  return holds(marking_words::portions, word) && !listed && begins_portion(text, i);
}

bool has_marking_in(std::string_view plain) {
  const Tokens tokens = marking_tokens(plain);
  const TokenReading text(tokens);
  const Portions portions = portions_of(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_banner(text, i) || is_short_banner(text, i) || is_foreign(text, i) || is_owned(text, i) ||
        is_line(text, i) || is_statement(text, i) || is_atomic(text, i) || is_special_access(text, i) ||
        is_portion(text, i, portions)) {
      return true;
    }
  }
  return has_authority_block(text);
}

constexpr std::size_t shortest_level = 5;  // CNWDI

// Most texts are ids and times of one word: without a blank, a bracket or a slash only a level itself can be a marking.
bool cannot_be_marked(std::string_view text) {
  std::size_t capitals = 0;
  bool letter_f = false;  // "classified", in whatever case, has one
  bool one_word = true;
  for (const char c : text) {
    one_word &= c > ' ' && c <= '~' && c != '(' && c != '/';
    letter_f |= (c | 0x20) == 'f';
    capitals += c >= 'A' && c <= 'Z' ? 1 : 0;
  }
  if (!one_word) return false;
  if (capitals < shortest_level && !letter_f) return true;
  if (capitals == 0) return text.find("classif") == std::string_view::npos;
  for (const std::string_view word : {"SECRET", "CONFIDENTIAL", "ATOMAL", "CNWDI", "RESTRICTED"}) {
    if (text.find(word) != std::string_view::npos) return false;
  }
  return text.find("lassif") == std::string_view::npos && text.find("LASSIF") == std::string_view::npos;
}

}  // namespace

bool has_marking(std::string_view text) {
  if (cannot_be_marked(text)) return false;
  const std::string plain = plain_form(text);
  if (has_marking_in(plain)) return true;
  const std::string joined = joined_letters(plain);
  return !joined.empty() && has_marking_in(joined);
}

bool declares_classified(const std::optional<Text>& classification) {
  return classification && classification->value != "unclassified" && classification->value != "cui";
}

Refusal classified_refusal() {
  return {RefusalCode::classified, "GOV-3", "Only unclassified data and CUI may be processed; nothing was stored.", {}};
}

Refusal without_content(const Refusal& refusal) {
  if (refusal.code == RefusalCode::classified) return classified_refusal();
  // Messages are fixed sentences, but for those that name a place, which may be a word of the command.
  std::string message = refusal.code == RefusalCode::malformed ? "The command is malformed." : refusal.message;
  message += " It carries a classification marking (GOV-3), so that nothing of it is repeated here.";
  return {refusal.code, refusal.clause, std::move(message), {}};
}

}  // namespace creditfold
