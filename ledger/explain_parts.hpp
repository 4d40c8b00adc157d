// SPDX-License-Identifier: Apache-2.0
// What the files that explain share: an explanation in the making, and figures as its lines write them. Internal to
// ledger/explain*.cpp.
#pragma once

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/account_history.hpp"
#include "ledger/draws.hpp"
#include "ledger/explain.hpp"
#include "ledger/wide.hpp"
#include "ledger/words.hpp"

namespace creditfold::why {

using Phrase = std::initializer_list<Piece>;

// Gathers lines, events, clauses and links; each clause and link once, events in their order.
class Telling {
 public:
  Telling(std::string_view about, std::string which);

  struct Line {
    Telling& telling;
    std::size_t index;
    Line& by(std::string_view clause);
    Line& to(WhyLink link);
  };
  // A line whose value is a figure or a word; a remark has none.
  Line step(std::string_view part, Phrase label, Phrase expression, Piece value, std::string_view unit = {});
  Line credits(std::string_view part, Phrase label, Phrase expression, Credits value) {
    return step(part, label, expression, value, "credits");
  }
  Line remark(std::string_view part, Phrase label, Phrase words) { return step(part, label, words, ""); }

  void answer(Phrase sentence) { told_.answer = joined(sentence); }
  void clause(std::string_view id);
  void link(WhyLink link);
  void draw(Draw draw);
  [[nodiscard]] std::size_t steps_of(std::string_view part) const;
  // An event that must be seen, and one of a chain that may be cut at its old end. REQUIRES: a chain's are told in
  // order.
  void event(const Place& place) { seen_.emplace(place.version, place.seq); }
  void event(const Event& event) { this->event(place_of(event)); }
  void chain(const Place& place);
  void chain(const Event& event) { chain(place_of(event)); }
  [[nodiscard]] std::span<const Place> chain_end(
      std::size_t most) const;  // its newest. REQUIRES: most <= why_events_max

  // With the account and position of the newest event known, and the events, from where they stand.
  [[nodiscard]] Explanation finish(const AccountHistory& history, const Reading& known);

 private:
  void leave_out_draws();
  void leave_out_chain();

  Explanation told_;
  std::map<std::int64_t, std::int64_t> seen_;  // positions by version
  std::vector<Place> chain_;
};

// Amounts one after the other, and how their sum is written: "5 + 3 + 2", the middle of a long one left out; nothing
// for one of one.
class SumText {
 public:
  void add(Credits term);
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::string text() const;

 private:
  static constexpr std::size_t first_max = 4;
  std::vector<Credits> first_;
  Credits one_but_last_;
  Credits last_;
  std::int64_t count_ = 0;
};

[[nodiscard]] WhyLink to_lot(const LotId& lot);
[[nodiscard]] WhyLink to_usage(const UsageId& usage);
[[nodiscard]] WhyLink to_line(std::int64_t number);
[[nodiscard]] WhyLink to_period(const PlanId& plan, std::int32_t term, std::int32_t period);

// Credits from millionths of a micro-credit: up to twelve fraction digits, the shortest form.
[[nodiscard]] std::string fine_credits(Wide amount);
[[nodiscard]] std::string sum_text(const std::vector<Credits>& terms);  // as SumText writes it
// "a, b and c".
[[nodiscard]] std::string listed(const std::vector<std::string>& words);
// "2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z"
[[nodiscard]] std::string span_text(Instant from, Instant to);
// EKM-5: text that is sealed is told as sealed; its bytes are no UTF-8.
[[nodiscard]] std::string reason_text(const FreeText& reason);
// "minor units of USD"
[[nodiscard]] std::string minor_unit(const Money& money);

// The start of the term, and its end when it was brought forward.
void tell_term(Telling& told, const Reading& reading, const PlanId& plan, std::int32_t term);
// The close of a period, where it was closed.
[[nodiscard]] const Event* close_of(const Reading& reading, const PlanId& plan, std::int32_t term, std::int32_t period);
// Where an event of this version stands. REQUIRES: it is none that is counted in millions.
[[nodiscard]] Place place_of_version(const Reading& reading, std::int64_t version);
// The number of the invoice line that an event made, from 1; 0: it made none.
[[nodiscard]] std::int64_t line_of_version(const AccountState& state, std::int64_t version);

// One file for each.
using Told = Expected<Explanation, std::string>;
[[nodiscard]] Told explain_lot(const AccountHistory& history, const WhyLot& why);
[[nodiscard]] Told explain_charge(const AccountHistory& history, const WhyCharge& why, const Catalog& catalog);
[[nodiscard]] Told explain_line(const AccountHistory& history, const WhyLine& why);
[[nodiscard]] Told explain_period(const AccountHistory& history, const WhyPeriod& why);
[[nodiscard]] Told explain_use(const AccountHistory& history, const WhyUse& why);
[[nodiscard]] Told explain_refusal(const AccountHistory& history, const WhyRefusal& why, const Catalog& catalog);

}  // namespace creditfold::why
