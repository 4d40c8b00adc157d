// SPDX-License-Identifier: Apache-2.0
#include "ledger/explain_parts.hpp"

#include <algorithm>

#include "ledger/statement.hpp"

namespace creditfold::why {
namespace {

bool same(const WhyLink& a, const WhyLink& b) { return a.about == b.about && a.which == b.which && a.as_of == b.as_of; }

}  // namespace

Telling::Telling(std::string_view about, std::string which) {
  told_.about = about;
  told_.which = std::move(which);
}

Telling::Line Telling::step(std::string_view part, Phrase label, Phrase expression, Piece value,
                            std::string_view unit) {
  told_.steps.push_back({.part = part,
                         .label = joined(label),
                         .expression = joined(expression),
                         .value = joined({value}),
                         .unit = std::string(unit),
                         .clause = {},
                         .link = std::nullopt});
  return {*this, told_.steps.size() - 1};
}

Telling::Line& Telling::Line::by(std::string_view clause) {
  telling.told_.steps[index].clause = clause;
  telling.clause(clause);
  return *this;
}

Telling::Line& Telling::Line::to(WhyLink link) {
  telling.link(link);
  telling.told_.steps[index].link = std::move(link);
  return *this;
}

void Telling::clause(std::string_view id) {
  auto& ids = told_.clauses;
  if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
}

void Telling::link(WhyLink link) {
  auto& links = told_.links;
  if (std::none_of(links.begin(), links.end(), [&](const WhyLink& known) { return same(known, link); })) {
    links.push_back(std::move(link));
  }
}

// What is left out is dropped when as much is there again: one at a time would move the others each time.
void Telling::draw(Draw draw) {
  told_.draws.push_back(std::move(draw));
  if (told_.draws.size() == 2 * why_draws_max) leave_out_draws();
}

void Telling::leave_out_draws() {
  const std::size_t old = told_.draws.size() - std::min(told_.draws.size(), why_draws_max);
  for (std::size_t i = 0; i < old; ++i) told_.credits_left_out += told_.draws[i].credits;
  told_.draws_left_out += static_cast<std::int64_t>(old);
  told_.draws.erase(told_.draws.begin(), told_.draws.begin() + static_cast<std::ptrdiff_t>(old));
}

void Telling::chain(const Place& place) {
  chain_.push_back(place);
  if (chain_.size() == 2 * why_events_max) leave_out_chain();
}

void Telling::leave_out_chain() {
  const std::size_t old = chain_.size() - std::min(chain_.size(), why_events_max);
  told_.events_left_out += static_cast<std::int64_t>(old);
  chain_.erase(chain_.begin(), chain_.begin() + static_cast<std::ptrdiff_t>(old));
}

std::span<const Place> Telling::chain_end(std::size_t most) const {
  return std::span<const Place>(chain_).last(std::min(most, chain_.size()));
}

std::size_t Telling::steps_of(std::string_view part) const {
  return static_cast<std::size_t>(
      std::count_if(told_.steps.begin(), told_.steps.end(), [part](const WhyStep& step) { return step.part == part; }));
}

Explanation Telling::finish(const AccountHistory& history, const Reading& known) {
  if (known.seq != 0) {
    told_.account = known.state.account;
    told_.as_of = known.seq;
    told_.version = known.state.version;
  }
  leave_out_draws();
  // A lot's draws lead to charges, a charge's to lots; of many, the newest.
  const std::size_t first_link = told_.draws.size() - std::min(told_.draws.size(), why_lines_max);
  for (std::size_t i = first_link; i < told_.draws.size(); ++i) {
    link(told_.about == "lot" ? to_usage(told_.draws[i].usage) : to_lot(told_.draws[i].lot));
  }
  leave_out_chain();
  for (const Place& place : chain_) event(place);
  for (const auto& [version, seq] : seen_) told_.events.push_back(history.at({seq, version}));
  return std::move(told_);
}

void SumText::add(Credits term) {
  if (first_.size() < first_max) first_.push_back(term);
  one_but_last_ = last_;
  last_ = term;
  count_ += 1;
}

std::string SumText::text() const {
  if (count_ < 2) return {};
  std::string text = to_text(first_.front());
  for (std::size_t i = 1; i < first_.size(); ++i) text += " + " + to_text(first_[i]);
  const std::int64_t others = count_ - static_cast<std::int64_t>(first_.size());
  if (others > 2) text += " + …";
  if (others > 1) text += " + " + to_text(one_but_last_);
  if (others > 0) text += " + " + to_text(last_);
  return text;
}

WhyLink to_lot(const LotId& lot) { return {"lot", lot.value}; }
WhyLink to_usage(const UsageId& usage) { return {"usage", usage.value}; }
WhyLink to_line(std::int64_t number) { return {"line", std::to_string(number)}; }
WhyLink to_period(const PlanId& plan, std::int32_t term, std::int32_t period) {
  return {"period", plan.value + "/" + std::to_string(term) + "/" + std::to_string(period)};
}

std::string fine_credits(Wide amount) {
  constexpr std::size_t places = 12;
  std::string text = digits(amount);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  std::string fraction = text.substr(text.size() - places);
  text.resize(text.size() - places);
  fraction.resize(fraction.find_last_not_of('0') + 1);  // npos + 1 is 0: a whole number
  return fraction.empty() ? text : text + "." + fraction;
}

std::string sum_text(const std::vector<Credits>& terms) {
  SumText sum;
  for (const Credits term : terms) sum.add(term);
  return sum.text();
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  }
  return text;
}

std::string reason_text(const FreeText& reason) { return reason.sealed() ? "(sealed)" : reason.value; }

std::string span_text(Instant from, Instant to) { return joined({from, " to ", to}); }

std::string minor_unit(const Money& money) { return "minor units of " + std::string(money.code()); }

void tell_term(Telling& told, const Reading& reading, const PlanId& plan, std::int32_t term) {
  for (const Event& event : reading.standing) {
    const auto* started = std::get_if<TermStarted>(&event.payload);
    const auto* ended = std::get_if<TermEnded>(&event.payload);
    const bool starts = started && started->term == term && started->ai_studio && started->ai_studio->plan == plan;
    if (starts || (ended && ended->term == term && ended->plan == plan)) told.event(event);
  }
}

const Event* close_of(const Reading& reading, const PlanId& plan, std::int32_t term, std::int32_t period) {
  const auto found = std::find_if(reading.standing.begin(), reading.standing.end(), [&](const Event& event) {
    const auto* closed = std::get_if<PeriodClosed>(&event.payload);
    return closed && closed->plan == plan && closed->term == term && closed->period == period;
  });
  return found == reading.standing.end() ? nullptr : &*found;
}

Place place_of_version(const Reading& reading, std::int64_t version) {
  const auto behind = [](const auto& each, std::int64_t wanted) { return each.version < wanted; };
  const auto event = std::lower_bound(reading.standing.begin(), reading.standing.end(), version, behind);
  if (event != reading.standing.end() && event->version == version) return place_of(*event);
  return *std::lower_bound(reading.grants.begin(), reading.grants.end(), version, behind);
}

std::int64_t line_of_version(const AccountState& state, std::int64_t version) {
  const std::vector<std::size_t> order = invoice_order(state);
  const auto found = std::find_if(order.begin(), order.end(),
                                  [&](std::size_t index) { return state.invoice_lines[index].version == version; });
  return found == order.end() ? 0 : found - order.begin() + 1;
}

}  // namespace creditfold::why
