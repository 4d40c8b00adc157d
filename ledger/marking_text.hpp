// SPDX-License-Identifier: Apache-2.0
// A text as a reader sees it, in ASCII and cut into tokens, so that a marking is found whatever spaces, invisible
// characters or look-alike letters stand in it. Only for looking: what comes out is never stored or shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace creditfold {

// Spaces of every kind become ' ', line ends '\n', invisible characters nothing, full-width and look-alike letters,
// slashes and dashes their ASCII forms; what is left of other scripts becomes a character that is no letter.
[[nodiscard]] std::string plain_form(std::string_view text);
// The same text with letters that stand apart put together ("S E C R E T"). Empty: none stand apart.
[[nodiscard]] std::string joined_letters(std::string_view plain);

struct MarkingToken {
  enum class Kind { word, slash, slashes, open, close, colon, stop, other };
  Kind kind = Kind::other;
  std::string_view text;  // of the plain form
  std::string upper;      // of a word
  bool capitals = false;  // of a word: it has no small letter
  bool starts_line = false;
  bool after_space = false;
};
// Words of letters, digits and '_'; "//" also where blanks stand between; ". ; ! ? =" as stops. `plain` must outlive
// them.
[[nodiscard]] std::vector<MarkingToken> marking_tokens(std::string_view plain);

}  // namespace creditfold
