// SPDX-License-Identifier: Apache-2.0
#include "ledger/explain_parts.hpp"

#include <algorithm>

#include "ledger/statement.hpp"

namespace creditfold::why {
namespace {

bool same(const WhyLink& a, const WhyLink& b) { return a.about == b.about && a.which == b.which && a.as_of == b.as_of; }

void by_version(std::vector<const Event*>& events) {
  std::sort(events.begin(), events.end(), [](const Event* a, const Event* b) { return a->version < b->version; });
  events.erase(std::unique(events.begin(), events.end()), events.end());
}

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

void Telling::draw(Draw draw) { draws_.push_back(std::move(draw)); }
void Telling::event(const Event* event) {
  if (event != nullptr) anchors_.push_back(event);
}
void Telling::chain(const Event* event) { chain_.push_back(event); }

std::size_t Telling::steps_of(std::string_view part) const {
  return static_cast<std::size_t>(
      std::count_if(told_.steps.begin(), told_.steps.end(), [part](const WhyStep& step) { return step.part == part; }));
}

Explanation Telling::finish(std::span<const Event> known) {
  if (!known.empty()) {
    told_.account = known.back().account;
    told_.as_of = known.back().seq;
    told_.version = known.back().version;
  }
  const std::size_t old_draws = draws_.size() - std::min(draws_.size(), why_draws_max);
  for (std::size_t i = 0; i < old_draws; ++i) told_.credits_left_out += draws_[i].credits;
  told_.draws_left_out = static_cast<std::int64_t>(old_draws);
  told_.draws.assign(draws_.begin() + static_cast<std::ptrdiff_t>(old_draws), draws_.end());
  // A lot's draws lead to charges, a charge's to lots; of many, the newest.
  const std::size_t first_link = told_.draws.size() - std::min(told_.draws.size(), why_lines_max);
  for (std::size_t i = first_link; i < told_.draws.size(); ++i) {
    link(told_.about == "lot" ? to_usage(told_.draws[i].usage) : to_lot(told_.draws[i].lot));
  }
  by_version(chain_);
  const std::size_t old_events = chain_.size() - std::min(chain_.size(), why_events_max);
  told_.events_left_out = static_cast<std::int64_t>(old_events);
  anchors_.insert(anchors_.end(), chain_.begin() + static_cast<std::ptrdiff_t>(old_events), chain_.end());
  by_version(anchors_);
  for (const Event* event : anchors_) told_.events.push_back(*event);
  return std::move(told_);
}

WhyLink to_lot(const LotId& lot) { return {"lot", lot.value}; }
WhyLink to_usage(const UsageId& usage) { return {"usage", usage.value}; }
WhyLink to_line(std::int64_t number) { return {"line", std::to_string(number)}; }
WhyLink to_period(const PlanId& plan, std::int32_t term, std::int32_t period) {
  return {"period", plan.value + "/" + std::to_string(term) + "/" + std::to_string(period)};
}

std::string digits(Wide number) {
  std::string text;
  do {
    text += static_cast<char>('0' + static_cast<int>(number % 10));
    number /= 10;
  } while (number != 0);
  std::reverse(text.begin(), text.end());
  return text;
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
  constexpr std::size_t shown = 6;
  if (terms.size() < 2) return {};
  std::string text;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool middle = terms.size() > shown && i >= shown - 2 && i + 2 < terms.size();
    if (middle && i != shown - 2) continue;
    text += (i == 0 ? "" : " + ") + (middle ? "…" : to_text(terms[i]));
  }
  return text;
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

void tell_term(Telling& told, std::span<const Event> events, const PlanId& plan, std::int32_t term) {
  for (const Event& event : events) {
    const auto* started = std::get_if<TermStarted>(&event.payload);
    const auto* ended = std::get_if<TermEnded>(&event.payload);
    const bool starts = started && started->term == term && started->ai_studio && started->ai_studio->plan == plan;
    if (starts || (ended && ended->term == term && ended->plan == plan)) told.event(&event);
  }
}

std::int64_t line_of_version(const AccountState& state, std::int64_t version) {
  const std::vector<std::size_t> order = invoice_order(state);
  const auto found = std::find_if(order.begin(), order.end(),
                                  [&](std::size_t index) { return state.invoice_lines[index].version == version; });
  return found == order.end() ? 0 : found - order.begin() + 1;
}

}  // namespace creditfold::why
