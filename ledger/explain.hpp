// SPDX-License-Identifier: Apache-2.0
// Why: a lot, a charge, a Credit Period, a workflow's use of a model, an invoice line or a refusal, told from the
// account's own events: a sentence, the arithmetic with its numbers, the chain of events, the clauses. Pure; nothing is
// decided here. The JSON is explanation.schema.json's; people's text is made from the same document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "events/expected.hpp"
#include "ledger/account_history.hpp"
#include "ledger/catalog.hpp"
#include "ledger/refusal.hpp"

namespace creditfold {

struct WhyLot {
  LotId lot;
};
struct WhyCharge {
  UsageId usage;
};
struct WhyLine {
  std::int64_t number = 1;
};  // from 1, in the order of the statement's invoice_lines
struct WhyPeriod {
  PlanId plan;
  std::int32_t term = 1;
  std::int32_t period = 1;
};
struct WhyUse {
  WorkflowId workflow;
  ModelId model;
};
struct WhyRefusal {
  Refusal refusal;
};
using Why = std::variant<WhyLot, WhyCharge, WhyLine, WhyPeriod, WhyUse, WhyRefusal>;

// A question as text: what is asked about ("lot", "usage", "line", "period", "use", "refusal") and which one. A use is
// named as {"workflow":…,"model":…}, a refusal is the JSON of an answer or of its `refused` object. The error is a
// sentence for whoever asked.
[[nodiscard]] Expected<Why, std::string> read_why(std::string_view about, std::string_view which);

// Where one can go on from here; `about` and `which` as read_why takes them. `as_of`: only as known at that position.
struct WhyLink {
  std::string_view about;
  std::string which;
  std::optional<std::int64_t> as_of = std::nullopt;
};

// A line of the explanation. `expression` has numbers or words, `value` an exact figure or a word.
struct WhyStep {
  std::string_view part;  // heading of the lines it stands with
  std::string label;
  std::string expression;
  std::string value;
  std::string unit;         // "credits", "tokens", "minor units of USD", …; empty for words
  std::string_view clause;  // empty: none
  std::optional<WhyLink> link;
};

// What one charge took from one lot (H11).
struct Draw {
  UsageId usage;
  LotId lot;
  LotKind kind = LotKind::allotment;
  Credits credits;
  std::int64_t seq = 0;
  Instant at;
};

// A lot may have been drawn a million times: the newest draws are given one by one, the others as a sum; and of the
// events that only draw or hold, the newest. Enough to look at, small enough to send.
inline constexpr std::size_t why_draws_max = 10'000;
inline constexpr std::size_t why_events_max = 200;
inline constexpr std::size_t why_lines_max = 100;  // steps of one part, and draws that are links too

struct Explanation {
  std::string_view about;
  std::string which;
  std::optional<AccountId> account;  // none: a refusal explained without one
  std::int64_t as_of = 0;            // seq of the newest event known
  std::int64_t version = 0;
  std::string answer;
  std::vector<WhyStep> steps;
  std::vector<Draw> draws;
  std::int64_t draws_left_out = 0;  // older ones
  Credits credits_left_out;
  std::vector<Event> events;  // in order
  std::int64_t events_left_out = 0;
  std::vector<std::string_view> clauses;  // ids, in the order met
  std::vector<WhyLink> links;
};

// What is asked is asked as of the newest event of the history. The error says that there is no such thing. For a
// refusal it may be nobody's: then it is explained without an account. Throws Fault(damaged) when the events do not
// fold.
[[nodiscard]] Expected<Explanation, std::string> explain(const AccountHistory& history, const Why& why,
                                                         const Catalog& catalog);
[[nodiscard]] std::string explanation_json(const Explanation& explanation);  // one line without a newline

}  // namespace creditfold
