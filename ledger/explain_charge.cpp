// SPDX-License-Identifier: Apache-2.0
// Why a charge is what it is: the plan it went to, its price, the lots it drew, what stayed uncovered, its flags
// (AIS-1, AIS-4a, AIS-4b, H6, H11, H13 to H15, H17).
#include <algorithm>
#include <set>

#include "ledger/consents.hpp"
#include "ledger/explain_parts.hpp"
#include "ledger/terms.hpp"
#include "ledger/usage.hpp"
#include "ledger/words.hpp"

namespace creditfold::why {
namespace {

static_assert(namesakes_max <= why_lines_max, "each has a line");

std::string rank_text(const Catalog& catalog, const PlanId& plan) {
  const Plan* known = catalog.plan(plan);
  return known ? joined({"rank ", known->rank}) : "no rank in the catalog at hand";
}

// H6. The event does not tell whether the report named the plan; what would have been picked without a name does.
std::string why_chosen(const FoundCharge& charge, const Catalog& catalog, int admitting) {
  if (admitting == 1) return "the only plan in force that admits the actor";
  const auto picked =
      terms::plan_for_usage(charge.fold().before, catalog, std::nullopt, charge.event().actor, charge.event().at);
  const bool highest = picked.has_value() && picked->plan == charge.fact().plan;
  return highest ? "the highest rank in force that admits the actor"
                 : "not the highest in rank by the catalog at hand: the report named it, or ranks have changed";
}

void tell_plan(Telling& told, const FoundCharge& charge, const Catalog& catalog) {
  const ChargeFold& fold = charge.fold();
  int admitting = 0;
  for (const auto& [plan, pool] : fold.before.pools) {
    if (terms::term_in_force(fold.before, plan, charge.event().at) == nullptr) continue;
    const Builders* builders = pool.builders.at(charge.event().at);
    const bool admits = builders == nullptr || builders->admits(charge.event().actor);
    admitting += admits ? 1 : 0;
    const std::string who = builders == nullptr || builders->everyone ? "admits everyone"
                            : admits                                  ? "its builder list admits the actor"
                                                                      : "its builder list does not admit the actor";
    told.step("Plan", {plan.value}, {rank_text(catalog, plan), ", ", who},
              plan == charge.fact().plan ? "chosen" : "not chosen");
  }
  told.step("Plan", {"Why ", charge.fact().plan.value}, {why_chosen(charge, catalog, admitting)}, "").by("H6");
  told.step("Plan", {"Credit Period of its moment"}, {span_text(fold.starts_at, fold.ends_at)}, charge.event().at)
      .by(charge.fact().late ? "H14" : "AIS-4d")
      .to(to_period(charge.fact().plan, fold.term, fold.period));
}

std::string product_text(Volume volume, Rate rate) { return joined({volume.tokens, " × ", rate, " ÷ 1000000"}); }

// Shows factors only when they give the stored charge to the bit.
const Model* proven_model(const CreditsConsumed& fact, const Catalog& catalog, std::string& why_not) {
  const Model* model = catalog.model(fact.rate_card, fact.model);
  if (model == nullptr) {
    why_not = joined({"The catalog at hand has no model ", fact.model.value, " on rate card ", fact.rate_card.value,
                      ", so the factors cannot be shown."});
    return nullptr;
  }
  try {
    const Credits charge = usage::charge(*model, fact.query, fact.input, fact.output);
    if (charge == fact.credits) return model;
    why_not = joined(
        {"The catalog at hand would charge ", charge, " for these volumes: its rates are not those of this charge."});
  } catch (const Overflow&) {
    why_not =
        "With the rates of the catalog at hand these volumes would cost more than 64 bits hold: they are not those of "
        "this charge.";
  }
  return nullptr;
}

void tell_price(Telling& told, const CreditsConsumed& fact, const Catalog& catalog) {
  constexpr std::string_view part = "Price";
  std::string why_not;
  const Model* model = proven_model(fact, catalog, why_not);
  told.step(part, {"Model"}, {"rate card ", fact.rate_card.value}, fact.model.value).by("AIS-1");
  if (model == nullptr) {
    told.step(part, {"Query"}, {}, fact.query.tokens, "tokens");
    told.step(part, {"Input"}, {}, fact.input.tokens, "tokens");
    told.step(part, {"Output"}, {}, fact.output.tokens, "tokens");
    told.remark(part, {"Rates"}, {why_not}).by("AIS-4a");
    told.credits(part, {"Charge"}, {"as recorded"}, fact.credits).by("H15");
    return;
  }
  const usage::Cost cost = usage::cost(*model, fact.query, fact.input, fact.output);
  told.step(part, {"Query"}, {product_text(fact.query, model->query)}, fine_credits(cost.query), "credits")
      .by("AIS-4a");
  told.step(part, {"Input"}, {product_text(fact.input, model->input)}, fine_credits(cost.input), "credits")
      .by("AIS-4a");
  told.step(part, {"Output"}, {product_text(fact.output, model->output)}, fine_credits(cost.output), "credits")
      .by("AIS-4a");
  const std::string sum = fine_credits(cost.sum());
  told.step(part, {"Sum"},
            {fine_credits(cost.query), " + ", fine_credits(cost.input), " + ", fine_credits(cost.output)}, sum,
            "credits");
  const bool rounded = sum != to_text(fact.credits);
  told.credits(part, {"Charge"},
               {rounded ? sum : "nothing to round", rounded ? " rounded up to the micro-credit, once" : ""},
               fact.credits)
      .by("H15");
}

void tell_drawn_lots(Telling& told, const FoundCharge& charge) {
  constexpr std::string_view part = "Lots";
  if (charge.fact().late) return;
  Credits open = charge.fact().credits;
  std::vector<std::string> empty;
  std::vector<Credits> taken;
  for (const LotAtCharge& lot : charge.fold().lots) {
    if (lot.taken.micro == 0) {
      if (open.micro != 0) empty.push_back(lot.lot.value);
      continue;
    }
    if (told.steps_of(part) < why_lines_max) {
      told.credits(part, {lot.lot.value, ", ", to_name(lot.kind)}, {open, " to pay, ", lot.left, " left in the lot"},
                   lot.taken)
          .by("H11")
          .to(to_lot(lot.lot));
    }
    told.draw({charge.fact().usage, lot.lot, lot.kind, lot.taken, charge.event().seq, charge.event().at});
    taken.push_back(lot.taken);
    open -= lot.taken;
  }
  if (!empty.empty()) {
    const std::size_t count = empty.size();
    empty.resize(std::min<std::size_t>(count, 6));
    const std::string more = count > empty.size() ? joined({" and ", count - empty.size(), " more"}) : "";
    told.credits(part, {"Nothing left in"}, {(more.empty() ? listed(empty) : listed({empty.front()}) + more)},
                 Credits{})
        .by("H11");
  }
  told.credits(part, {"Covered"}, {sum_text(taken)}, charge.fold().covered).by("H12");
}

void tell_uncovered(Telling& told, const FoundCharge& charge) {
  const ChargeFold& fold = charge.fold();
  constexpr std::string_view part = "Uncovered";
  if (fold.uncovered.micro == 0) return;
  told.credits(part, {"Uncovered"}, {charge.fact().credits, " − ", fold.covered}, fold.uncovered).by("H12");
  if (charge.fact().late) {
    told.remark(part, {"Why"}, {"The period had been closed when the report came: nothing that expired comes back."})
        .by("H14");
  } else {
    Credits held;
    for (const LotAtCharge& lot : fold.lots) held += lot.held;
    told.remark(part, {"Why"},
                {fold.lots.empty() ? "The period had no lot." : "The lots of the period had nothing more to give."})
        .by("H13");
    if (held.micro != 0)
      told.credits(part, {"Held for authorizations"}, {"pays only what settles them"}, held).by("H16");
  }
  if (charge.fact().late) {
    told.remark(part, {"Policy ", to_name(fold.on_exhaustion)},
                {"What comes after the close is recorded and never billed: a close is done once."})
        .by("H18");
    return;
  }
  const std::string_view policy = fold.on_exhaustion == OnExhaustion::overage ? "is billed when the period closes"
                                  : fold.on_exhaustion == OnExhaustion::unlimited
                                      ? "is never billed"
                                      : "is recorded, and stops further authorizations";
  told.remark(part, {"Policy ", to_name(fold.on_exhaustion)}, {"What is uncovered ", policy, "."}).by("H18");
}

void tell_flags(Telling& told, const FoundCharge& charge, const Catalog& catalog) {
  const Model* known = catalog.model(charge.fact().rate_card, charge.fact().model);
  for (const UsageFlag flag : charge.fact().flags) {
    const Refusal would_be =
        consents::refusal_for(flag, charge.fact().model, known ? *known : Model{}, charge.event().at);
    told.step("Flags", {std::string(to_name(flag))}, {would_be.message}, "recorded all the same").by(would_be.clause);
    told.clause("H13");
  }
  if (charge.fact().late)
    told.step("Flags", {"late"}, {"The report came after its period had been closed."}, "uncovered").by("H14");
}

void tell_hold(Telling& told, const FoundCharge& charge) {
  const Hold* settled = charge.settled();
  if (settled == nullptr) return;
  std::vector<Credits> held;
  Credits sum;
  for (const HeldLot& lot : settled->lots) {
    held.push_back(lot.credits);
    sum += lot.credits;
  }
  told.credits("Authorization", {charge.fact().settles->value},
               {"held for a cost of up to ", settled->cost, ", released by this charge"}, sum)
      .by("H17");
  told.event(*charge.held());
}

// What the charge rests on and what came after: the lots it drew, corrections that name it, the close of its period.
void tell_around(Telling& told, const FoundCharge& charge, const AccountHistory& history) {
  const ChargeFold& fold = charge.fold();
  std::set<std::int64_t> granted;  // versions
  for (const LotAtCharge& lot : fold.lots) {
    if (lot.taken.micro != 0) granted.insert(lot.granted_by);
  }
  for (const std::int64_t version : granted) told.chain(place_of_version(charge.reading(), version));
  for (const Place& place : charge.corrections()) {
    const Event event = history.at(place);
    const auto& grant = std::get<CreditsGranted>(event.payload);
    told.credits("Corrections", {grant.lot.value}, {grant.reason ? reason_text(*grant.reason) : ""}, grant.credits)
        .by("AIS-4b")
        .to(to_lot(grant.lot));
    told.event(place);
  }
  const Event* close = close_of(charge.reading(), charge.fact().plan, fold.term, fold.period);
  if (close != nullptr) told.event(*close);
}

void tell_namesakes(Telling& told, const FoundCharge& charge) {
  for (const Namesake& older : charge.older()) {
    WhyLink link = to_usage(charge.fact().usage);
    link.as_of = older.seq;
    told.credits("Same id", {"Position ", older.seq}, {"another charge under this id"}, older.credits)
        .by("H13")
        .to(std::move(link));
  }
}

std::string sentence_for_charge(const FoundCharge& charge) {
  const ChargeFold& fold = charge.fold();
  const std::string begin =
      joined({"Usage ", charge.fact().usage.value, " was charged ", Piece::in_credits(charge.fact().credits), " to ",
              display_name(charge.fact().plan)});
  if (charge.fact().credits.micro == 0) return joined({begin, ": it cost nothing."});
  if (charge.fact().late)
    return joined({begin, ", none of it covered: the report came after its period had been closed."});
  std::vector<std::string> lots;
  std::vector<std::string> from;
  for (const LotAtCharge& lot : fold.lots) {
    if (lot.taken.micro == 0) continue;
    lots.push_back(lot.lot.value);
    from.push_back(joined({Piece::grouped(lot.taken), " from lot ", lot.lot.value}));
  }
  constexpr std::size_t named = 3;
  if (from.empty()) return joined({begin, ", none of it covered: no lot of the period had anything left."});
  if (from.size() == 1 && fold.uncovered.micro == 0) return joined({begin, ", all of it from lot ", lots.front(), "."});
  const std::string sources =
      from.size() > named ? joined({Piece::grouped(fold.covered), " from ", from.size(), " lots"}) : listed(from);
  const std::string rest =
      fold.uncovered.micro == 0 ? "" : joined({"; ", grouped(fold.uncovered), " stayed uncovered"});
  return joined({begin, ": ", sources, rest, "."});
}

}  // namespace

Told explain_charge(const AccountHistory& history, const WhyCharge& why, const Catalog& catalog) {
  const FoundCharge charge(history, why.usage);
  if (!charge) return Unexpected{joined({"There is no usage ", why.usage.value, " in this account."})};
  Telling told("usage", why.usage.value);
  tell_term(told, charge.reading(), charge.fact().plan, charge.fold().term);
  tell_plan(told, charge, catalog);
  tell_price(told, charge.fact(), catalog);
  tell_drawn_lots(told, charge);
  tell_uncovered(told, charge);
  tell_flags(told, charge, catalog);
  tell_hold(told, charge);
  tell_around(told, charge, history);
  tell_namesakes(told, charge);
  told.event(charge.event());
  told.answer({sentence_for_charge(charge)});
  return told.finish(history, charge.reading());
}

}  // namespace creditfold::why
