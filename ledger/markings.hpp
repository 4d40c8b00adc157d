// SPDX-License-Identifier: Apache-2.0
// GOV-3: classified content is refused before anything is stored or logged, and the refusal holds none of it.
#pragma once

#include <optional>
#include <string_view>

#include "events/vocabulary.hpp"
#include "ledger/refusal.hpp"

namespace creditfold {

// Whether a text carries a classification marking as the marking manuals write them: a banner ("SECRET//NOFORN"), a
// portion ("(TS//SI)"), a classification authority block ("Declassify On:"), NATO's and the Atomic Energy Act's. Any
// bytes; spaces of all kinds, invisible characters, look-alike letters and line ends do not hide one. Unclassified
// markings and CUI's are none.
[[nodiscard]] bool has_marking(std::string_view text);
// Whether a command's `classification` says anything but unclassified or cui.
[[nodiscard]] bool declares_classified(const std::optional<Text>& classification);

[[nodiscard]] Refusal classified_refusal();
// A refusal of a command that carries a marking: the same code and clause, and nothing the command said.
[[nodiscard]] Refusal without_content(const Refusal& refusal);

}  // namespace creditfold
