// SPDX-License-Identifier: Apache-2.0
// Why a lot is there and where it went: its grant, every charge that drew from it, what is held, what its close let
// expire (AIS-3, AIS-4b, AIS-4d, AIS-4e, AIS-5b to AIS-5d, H8, H10 to H12, H16).
#include <algorithm>

#include "ledger/explain_parts.hpp"
#include "ledger/terms.hpp"
#include "ledger/words.hpp"

namespace creditfold::why {
namespace {

// How a pack's price comes about, where it does to the bit; prices are per increment (H22).
void tell_pack(Telling& told, const CreditsGranted& grant, const Term* term, std::int64_t line) {
  constexpr std::string_view part = "Grant";
  const bool whole = term != nullptr && term->increment.micro > 0 && grant.credits.micro % term->increment.micro == 0;
  if (!whole) return;
  const std::int64_t increments = grant.credits.micro / term->increment.micro;
  told.step(part, {"Increments"}, {grant.credits, " ÷ ", term->increment}, increments, "increments").by("AIS-5b");
  if (!grant.price || grant.price->minor % increments != 0) return;
  auto price = told.step(part, {"Price"}, {increments, " × ", grant.price->minor / increments}, grant.price->minor,
                         minor_unit(*grant.price));
  price.by("H22");
  if (line > 0) price.to(to_line(line));
}

void tell_grant(Telling& told, const LotHistory& history, const Event& granted, const credits::LotName& name) {
  constexpr std::string_view part = "Grant";
  const auto& grant = std::get<CreditsGranted>(granted.payload);
  const AccountState& state = history.reading.state;
  const Instant given = granted.at;
  switch (grant.kind) {
    case LotKind::allotment:
      told.credits(part, {"Allotment"}, {"of Credit Period ", name.period, ", once, when it opened"}, grant.credits)
          .by("AIS-3");
      break;
    case LotKind::promotion:
      told.credits(part, {"Promotion"}, {"given at ", given}, grant.credits).by("AIS-2");
      break;
    case LotKind::purchase:
      told.credits(part, {"Purchase"}, {"bought at ", given, " for Credit Period ", name.period}, grant.credits)
          .by("AIS-5c");
      told.clause("AIS-5d");
      tell_pack(told, grant, terms::find_term(state, name.plan, name.term), line_of_version(state, granted.version));
      break;
    case LotKind::correction:
      told.credits(part, {"Correction"}, {"given at ", given}, grant.credits).by("AIS-4b");
      break;
  }
  if (grant.corrects)
    told.step(part, {"Corrects"}, {"the charge"}, grant.corrects->value).by("AIS-4b").to(to_usage(*grant.corrects));
  if (grant.reason) {
    auto reason = told.remark(part, {"Reason"}, {reason_text(*grant.reason)});
    if (grant.reason->sealed()) reason.by("EKM-5");
  }
  auto bounds = told.remark(part, {"Pays for usage"}, {span_text(grant.starts_at, grant.expires_at)});
  bounds.by("H10");
  if (!history.voided) bounds.to(to_period(name.plan, name.term, name.period));
  told.clause("AIS-4d");
}

// Every event that moved the lot; draws are kept apart from holds and their release.
void tell_move(Telling& told, SumText& draws, const LotId& lot, LotKind kind, const Event& event, const LotMove& move) {
  const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
  if (charge != nullptr && move.drawn.micro != 0) {
    told.draw({charge->usage, lot, kind, move.drawn, event.seq, event.at});
    draws.add(move.drawn);
  }
  if (std::holds_alternative<PeriodClosed>(event.payload)) {
    told.event(event);
  } else {
    told.chain(event);
  }
}

void tell_held(Telling& told, const LotHistory& history, const credits::LotName& name) {
  for (const auto& [id, hold] : history.reading.state.holds) {
    if (hold.plan != name.plan || hold.term != name.term || hold.period != name.period) continue;
    const auto part =
        std::find_if(hold.lots.begin(), hold.lots.end(), [&](const HeldLot& lot) { return lot.lot == name.number; });
    if (part == hold.lots.end() || told.steps_of("Held") >= why_lines_max) continue;
    told.credits("Held", {id.value}, {"for an authorization of up to ", hold.cost, " until ", hold.expires_at},
                 part->credits)
        .by("H16");
  }
}

void tell_balance(Telling& told, const LotHistory& history, const SumText& draws) {
  constexpr std::string_view part = "Where it went";
  const Lot& lot = *history.lot;
  told.credits(part, {"Granted"}, {}, lot.granted);
  told.credits(part, {"Drawn by ", Piece::counted(draws.count(), "charge")}, {draws.text()}, lot.drawn)
      .by("H11");
  told.credits(part, {"Held"}, {"by live authorizations"}, lot.held);
  told.credits(part, {"Expired"}, {"at the close of its period"}, lot.expired).by("AIS-4d");
  told.credits(part, {"Remaining"}, {lot.granted, " − ", lot.drawn, " − ", lot.held, " − ", lot.expired},
               lot.remaining())
      .by("H12");
}

std::string_view verb_of(LotKind kind) {
  switch (kind) {
    case LotKind::allotment:
      return "is its period's allotment of ";
    case LotKind::promotion:
      return "is a promotion of ";
    case LotKind::purchase:
      return "was bought with ";
    case LotKind::correction:
      return "is a correction of ";
  }
  __builtin_unreachable();
}

std::string sentence_for_lot(const LotHistory& history, const CreditsGranted& grant, const credits::LotName& name,
                             const SumText& draws) {
  const Lot& lot = *history.lot;
  const std::string begin =
      joined({"Lot ", credits::to_id(name).value, " ", verb_of(lot.kind), Piece::in_credits(lot.granted)});
  if (history.voided)
    return joined({begin, "; it is void, because its period was cut off when the term's end was brought forward."});
  std::vector<std::string> went;
  if (draws.count() != 0) {
    went.push_back(joined({Piece::grouped(lot.drawn), " drawn by ", Piece::counted(draws.count(), "charge")}));
  }
  if (lot.held.micro != 0) went.push_back(joined({Piece::grouped(lot.held), " held"}));
  if (lot.expired.micro != 0) went.push_back(joined({Piece::grouped(lot.expired), " expired when its period closed"}));
  if (lot.remaining().micro != 0)
    went.push_back(joined({Piece::grouped(lot.remaining()), " left, for usage until ", Piece::date(grant.expires_at)}));
  return joined({begin, ": ", listed(went), "."});
}

}  // namespace

Told explain_lot(const AccountHistory& history, const WhyLot& why) {
  const auto name = credits::parse_lot(why.lot);
  const auto there_is_none = [&] {
    return Unexpected{joined({"There is no lot ", why.lot.value, " in this account."})};
  };
  if (!name) return there_is_none();
  Telling told("lot", why.lot.value);
  SumText draws;
  const LotHistory lot(history, *name, [&](const Lot& moved, const Event& event, const LotMove& move) {
    tell_move(told, draws, why.lot, moved.kind, event, move);
  });
  if (!lot.lot) return there_is_none();
  const Event granted = history.at(*lot.granted);
  tell_term(told, lot.reading, name->plan, name->term);
  told.event(granted);
  if (lot.voided) told.event(*lot.voided);
  tell_grant(told, lot, granted, *name);
  if (lot.voided) {
    told.step("Where it went", {"Void"}, {"its period was cut off"}, "counted nowhere").by("H8");
  } else {
    tell_held(told, lot, *name);
    tell_balance(told, lot, draws);
  }
  told.clause("AIS-4e");
  told.answer({sentence_for_lot(lot, std::get<CreditsGranted>(granted.payload), *name, draws)});
  return told.finish(history, lot.reading);
}

}  // namespace creditfold::why
