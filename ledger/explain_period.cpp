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
  Met(Telling& told, const AccountHistory& history, const WhyPeriod& why);

  std::int64_t charges = 0;
  Credits charged;
  Reading reading;
  const Event* closed;

  [[nodiscard]] const PeriodClosed& close() const { return std::get<PeriodClosed>(closed->payload); }
};

Met::Met(Telling& told, const AccountHistory& history, const WhyPeriod& why)
    : reading(history,
              [&, prefix = joined({to_period(why.plan, why.term, why.period).which, "/"})](const Event& event,
                                                                                           const AccountState& state) {
                const auto* grant = std::get_if<CreditsGranted>(&event.payload);
                if (grant != nullptr && grant->lot.value.compare(0, prefix.size(), prefix) == 0) told.chain(event);
                const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
                if (charge == nullptr || charge->plan != why.plan) return;
                const Term* term = terms::term_in_force(state, why.plan, event.at);
                if (term == nullptr || term->number != why.term || terms::period_at(*term, event.at) != why.period)
                  return;
                charges += 1;
                charged += charge->credits;
              }),
      closed(close_of(reading, why.plan, why.term, why.period)) {}

void tell_period_lots(Telling& told, const WhyPeriod& why, const Period& period) {
  constexpr std::string_view part = "Lots";
  for (const std::size_t i : credits::burn_order(period)) {
    if (told.steps_of(part) == why_lines_max) {
      told.step(part, {"More"}, {"in the order they burn"}, period.lots.size() - why_lines_max, "lots");
      return;
    }
    const Lot& lot = period.lots[i];
    const LotId id = credits::to_id({why.plan, why.term, why.period, lot.number});
    told.credits(part, {id.value, ", ", to_name(lot.kind)},
                 {lot.granted, " granted − ", lot.drawn, " drawn − ", lot.held, " held − ", lot.expired, " expired"},
                 lot.remaining())
        .by("H11")
        .to(to_lot(id));
  }
}

void tell_figures(Telling& told, const Period& period, const Met& met) {
  constexpr std::string_view part = "Figures";
  std::vector<Credits> granted;
  for (const Lot& lot : period.lots) granted.push_back(lot.granted);
  told.credits(part, {"Granted by ", Piece::counted(granted.size(), "lot")}, {sum_text(granted)}, period.granted)
      .by("AIS-3");
  told.credits(part, {"Consumed"}, {"the covered part of ", Piece::counted(met.charges, "charge")}, period.consumed)
      .by("AIS-4a");
  told.credits(part, {"Held"}, {"by live authorizations"}, period.held).by("H16");
  told.credits(part, {"Expired"}, {"at the close"}, period.expired).by("AIS-4d");
  told.credits(part, {"Remaining"}, {period.granted, " − ", period.consumed, " − ", period.held, " − ", period.expired},
               period.remaining())
      .by("H12");
  told.credits(part, {"Uncovered"}, {met.charged, " charged − ", period.consumed, " consumed"}, period.uncovered)
      .by("H12");
}

void tell_close(Telling& told, const Met& met) {
  if (met.closed == nullptr) {
    told.remark("Close", {"Not closed"}, {"Until it is, usage that happened in it still draws its lots."}).by("H4");
    return;
  }
  told.step("Close", {"Closed"}, {"by the event at position ", met.closed->seq}, met.closed->at).by("H4");
  told.credits("Close", {"Expired"}, {"recorded by the close"}, met.close().expired).by("AIS-4d");
  if (met.close().overage) {
    auto bill = told.step("Close", {"Overage"}, {met.close().uncovered, " credits uncovered"},
                          met.close().overage->minor, minor_unit(*met.close().overage));
    bill.by("H18");
    const std::int64_t line = line_of_version(met.reading.state, met.closed->version);
    if (line > 0) bill.to(to_line(line));
  }
}

std::string sentence_for_period(const WhyPeriod& why, const Period& period, const Met& met) {
  std::string text =
      joined({"Credit Period ", why.period, " of ", display_name(why.plan), ", term ", why.term, ", was granted ",
              Piece::in_credits(period.granted), ": ", Piece::grouped(period.consumed), " consumed"});
  if (period.held.micro != 0) text += joined({", ", Piece::grouped(period.held), " held"});
  text += met.closed != nullptr ? joined({", ", Piece::grouped(period.expired), " expired when it closed"})
                               : joined({", ", Piece::grouped(period.remaining()), " left"});
  if (period.uncovered.micro != 0) text += joined({"; ", grouped(period.uncovered), " of use stayed uncovered"});
  return joined({text, "."});
}

}  // namespace

Told explain_period(const AccountHistory& history, const WhyPeriod& why) {
  Telling told("period", to_period(why.plan, why.term, why.period).which);
  const Met met(told, history, why);
  const Term* term = terms::find_term(met.reading.state, why.plan, why.term);
  const Period* period = term ? terms::find_period(*term, why.period) : nullptr;
  if (period == nullptr) {
    const std::string which = to_period(why.plan, why.term, why.period).which;
    return Unexpected{joined(
        {"There is no Credit Period ", which, " in this account: none of this number has been opened or has a lot."})};
  }
  tell_term(told, met.reading, why.plan, why.term);
  if (met.closed != nullptr) told.event(*met.closed);
  told.remark("Bounds", {"Credit Period ", why.period, " of ", terms::period_count(*term)},
              {span_text(terms::period_starts_at(*term, why.period), terms::period_ends_at(*term, why.period))})
      .by("H2");
  tell_figures(told, *period, met);
  tell_period_lots(told, why, *period);
  tell_close(told, met);
  told.answer({sentence_for_period(why, *period, met)});
  return told.finish(history, met.reading);
}

}  // namespace creditfold::why
