// SPDX-License-Identifier: Apache-2.0
// Why a Credit Period's figures are what they are: its lots, its charges, its close (AIS-3, AIS-4d, H2, H4, H12, H18).
#include <algorithm>

#include "ledger/explain_parts.hpp"
#include "ledger/terms.hpp"
#include "ledger/words.hpp"

namespace creditfold::why {
namespace {

// What the log says of the period besides its figures.
struct Met {
  const PeriodClosed* close = nullptr;
  const Event* closed = nullptr;
  std::int64_t charges = 0;
  Credits charged;
};

Met read_events(Telling& told, std::span<const Event> events, const WhyPeriod& why, const Term& term) {
  Met met;
  const Instant from = terms::period_starts_at(term, why.period);
  const Instant to = terms::period_ends_at(term, why.period);
  const std::string prefix = to_period(why.plan, why.term, why.period).which + "/";
  for (const Event& event : events) {
    const auto* closed = std::get_if<PeriodClosed>(&event.payload);
    if (closed != nullptr && closed->plan == why.plan && closed->term == why.term && closed->period == why.period) {
      met.close = closed;
      met.closed = &event;
      told.event(&event);
    }
    const auto* grant = std::get_if<CreditsGranted>(&event.payload);
    if (grant != nullptr && grant->lot.value.compare(0, prefix.size(), prefix) == 0) told.chain(&event);
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    if (charge == nullptr || charge->plan != why.plan || event.at < from || to <= event.at) continue;
    met.charges += 1;
    met.charged += charge->credits;
  }
  return met;
}

void tell_lots(Telling& told, const WhyPeriod& why, const Period& period) {
  constexpr std::string_view part = "Lots";
  for (const std::size_t i : credits::burn_order(period)) {
    if (told.steps_of(part) == why_lines_max) {
      told.step(part, "More", "in the order they burn", std::to_string(period.lots.size() - why_lines_max), "lots");
      return;
    }
    const Lot& lot = period.lots[i];
    const LotId id = credits::to_id({why.plan, why.term, why.period, lot.number});
    told.credits(part, id.value + ", " + std::string(to_name(lot.kind)),
                 to_text(lot.granted) + " granted − " + to_text(lot.drawn) + " drawn − " + to_text(lot.held) + " held − " +
                     to_text(lot.expired) + " expired",
                 lot.remaining())
        .by("H11")
        .to(to_lot(id));
  }
}

void tell_figures(Telling& told, const Period& period, const Met& met) {
  constexpr std::string_view part = "Figures";
  std::vector<Credits> granted;
  for (const Lot& lot : period.lots) granted.push_back(lot.granted);
  told.credits(part, "Granted by " + counted(static_cast<std::int64_t>(granted.size()), "lot"), sum_text(granted), period.granted)
      .by("AIS-3");
  told.credits(part, "Consumed", "the covered part of " + counted(met.charges, "charge"), period.consumed).by("AIS-4a");
  told.credits(part, "Held", "by live authorizations", period.held).by("H16");
  told.credits(part, "Expired", "at the close", period.expired).by("AIS-4d");
  told.credits(part, "Remaining",
               to_text(period.granted) + " − " + to_text(period.consumed) + " − " + to_text(period.held) + " − " +
                   to_text(period.expired),
               period.remaining())
      .by("H12");
  told.credits(part, "Uncovered", to_text(met.charged) + " charged − " + to_text(period.consumed) + " consumed", period.uncovered)
      .by("H12");
}

void tell_close(Telling& told, const AccountState& state, const Met& met) {
  if (met.close == nullptr) {
    told.remark("Close", "Not closed", "Until it is, usage that happened in it still draws its lots.").by("H4");
    return;
  }
  told.step("Close", "Closed", "by the event at position " + std::to_string(met.closed->seq), to_text(met.closed->at)).by("H4");
  told.credits("Close", "Expired", "recorded by the close", met.close->expired).by("AIS-4d");
  if (met.close->overage) {
    auto bill = told.step("Close", "Overage", to_text(met.close->uncovered) + " credits uncovered",
                          std::to_string(met.close->overage->minor), minor_unit(*met.close->overage));
    bill.by("H18");
    const std::int64_t line = line_of_version(state, met.closed->version);
    if (line > 0) bill.to(to_line(line));
  }
}

std::string sentence_for(const WhyPeriod& why, const Period& period, const Met& met) {
  std::string text = "Credit Period " + std::to_string(why.period) + " of " + display_name(why.plan) + ", term " +
                     std::to_string(why.term) + ", was granted " + credits_words(period.granted) + ": " +
                     grouped(period.consumed) + " consumed";
  if (period.held.micro != 0) text += ", " + grouped(period.held) + " held";
  text += met.close != nullptr ? ", " + grouped(period.expired) + " expired when it closed"
                               : ", " + grouped(period.remaining()) + " left";
  if (period.uncovered.micro != 0) text += "; " + grouped(period.uncovered) + " of use stayed uncovered";
  return text + ".";
}

}  // namespace

Told explain_period(std::span<const Event> events, const WhyPeriod& why) {
  AccountState state;
  for (const Event& event : events) fold_or_fault(state, event);
  const Term* term = terms::find_term(state, why.plan, why.term);
  const Period* period = term ? terms::find_period(*term, why.period) : nullptr;
  const std::string which = to_period(why.plan, why.term, why.period).which;
  if (period == nullptr) {
    return Unexpected{"There is no Credit Period " + which + " in this account: none of this number has been opened or has a lot."};
  }
  Telling told("period", which);
  tell_term(told, events, why.plan, why.term);
  const Met met = read_events(told, events, why, *term);
  told.remark("Bounds", "Credit Period " + std::to_string(why.period) + " of " + std::to_string(terms::period_count(*term)),
              span_text(terms::period_starts_at(*term, why.period), terms::period_ends_at(*term, why.period)))
      .by("H2");
  tell_figures(told, *period, met);
  tell_lots(told, why, *period);
  tell_close(told, state, met);
  told.answer(sentence_for(why, *period, met));
  return told.finish(events);
}

}  // namespace creditfold::why
