// SPDX-License-Identifier: Apache-2.0
// GOV-3: classified content is refused before anything is stored or logged, and the refusal holds none of it.
#pragma once

#include <optional>
#include <string_view>

#include "events/vocabulary.hpp"
#include "ledger/refusal.hpp"

namespace creditfold {

// Whether a text carries a classification marking as the marking manuals write them: a banner such as
// "SECRET//NOFORN" or a portion such as "(TS//SI)".
[[nodiscard]] bool has_marking(std::string_view text);
[[nodiscard]] bool has_marking(const std::optional<Text>& text);
// Whether a command's `classification` says anything but unclassified or cui.
[[nodiscard]] bool declares_classified(const std::optional<Text>& classification);

[[nodiscard]] Refusal classified_refusal();
// For free text beside figures: a reason, a remark.
[[nodiscard]] std::optional<Refusal> refuse_marked(const Text& text);
[[nodiscard]] std::optional<Refusal> refuse_marked(const std::optional<Text>& text);

}  // namespace creditfold
