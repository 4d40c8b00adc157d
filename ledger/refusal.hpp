// SPDX-License-Identifier: Apache-2.0
// A rule said no: every refusal there is, in the order in which they are checked where several rules are broken (TERMS,
// "Order"). A refusal is an answer, not an error: nothing is appended and the caller learns which values broke which
// clause.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace creditfold {

enum class RefusalCode : std::uint8_t {
  malformed,
  key_reused,
  unknown_account,
  account_exists,
  in_future,
  partial_migration,
  unknown_region,
  unknown_product,
  product_required,
  unknown_plan,
  outside_term,
  plan_mismatch,
  seat_parity,
  term_overlap,
  bad_increment,
  unknown_period,
  classified,
  unknown_model,
  provenance,
  revoked,
  discontinued,
  not_authorized_in_gov,
  beta_not_accepted,
  partner_terms,
  unknown_authorization,
  authorization_exists,
  period_closed,
  insufficient_credits,
  non_transferable,
  never_for_training,
  migration_in_progress,
  key_not_customers,
  key_revoked,
  key_unusable,
};

inline constexpr std::array<std::string_view, 34> refusal_names{
    "malformed",           "key_reused",     "unknown_account",       "account_exists",
    "in_future",           "partial_migration",
    "unknown_region",      "unknown_product", "product_required",
    "unknown_plan",        "outside_term",   "plan_mismatch",         "seat_parity",
    "term_overlap",        "bad_increment",  "unknown_period",        "classified",
    "unknown_model",       "provenance",     "revoked",               "discontinued",
    "not_authorized_in_gov", "beta_not_accepted", "partner_terms",    "unknown_authorization",
    "authorization_exists", "period_closed", "insufficient_credits",  "non_transferable",
    "never_for_training",  "migration_in_progress", "key_not_customers", "key_revoked",         "key_unusable",
};

[[nodiscard]] inline std::string_view to_name(RefusalCode code) {
  return refusal_names.at(static_cast<std::size_t>(code));
}

struct Refusal {
  RefusalCode code = RefusalCode::malformed;
  std::string_view clause;  // id in the clause table; empty for rules of form, which no clause states
  std::string message;
  std::vector<std::pair<std::string, std::string>> details;  // the values that broke the rule
};

}  // namespace creditfold
