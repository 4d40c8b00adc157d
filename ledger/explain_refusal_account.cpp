// SPDX-License-Identifier: Apache-2.0
// What an account, as it stood, says about a refusal: its terms and periods, what was spoken for, what is live, what
// was consented to. A refusal without a line here is explained by its clause and values alone.
#include <algorithm>
#include <array>

#include "ledger/consents.hpp"
#include "ledger/explain_refusal.hpp"
#include "ledger/seats.hpp"
#include "ledger/terms.hpp"
#include "ledger/words.hpp"

namespace creditfold::why {
namespace {

constexpr std::string_view account_part = "The account";

std::string_view standing_of(Instant from, Instant to, Instant at) {
  return at < from ? "to come" : at < to ? "in force" : "over";
}

// The account's terms, or only the named plan's or product's.
void tell_terms(Telling& told, const Refused& refused) {
  const auto plan = refused.detail("plan");
  const auto product = refused.detail("product");
  const AccountState& state = refused.reading->state;
  for (const auto& [id, pool] : state.pools) {
    if (product || (plan && state.pools.count(PlanId(*plan)) != 0 && id.value != *plan)) continue;
    for (const Term& term : pool.terms) {
      if (told.steps_of(account_part) >= why_lines_max) break;
      told.step(account_part, {id.value, ", term ", term.number},
                {span_text(term.starts_at, term.ends_at), ", ", terms::period_count(term), " Credit Periods"},
                standing_of(term.starts_at, term.ends_at, refused.moment()))
          .by("H7");
      tell_term(told, *refused.reading, id, term.number);
    }
  }
  for (const auto& [id, seat_product] : state.seats) {
    if (!product || id.value != *product) continue;
    for (const SeatTerm& term : seat_product.terms) {
      told.step(account_part, {id.value, ", term ", term.number}, {span_text(term.starts_at, term.ends_at)},
                standing_of(term.starts_at, term.ends_at, refused.moment()))
          .by("H20");
    }
  }
  if (told.steps_of(account_part) == 0) told.remark(account_part, {"Terms"}, {"The account has none."}).by("AIS-2");
}

void tell_builders(Telling& told, const Refused& refused) {
  tell_terms(told, refused);
  const auto actor = refused.detail("actor");
  for (const auto& [id, pool] : refused.reading->state.pools) {
    const Builders* builders = pool.builders.at(refused.moment());
    if (builders == nullptr || builders->everyone) continue;
    const bool admits = builders->admits(actor ? std::optional(ActorId(*actor)) : std::nullopt);
    told.step(account_part, {id.value, ", builder list"}, {builders->actors.size(), " actors"},
              admits ? "admits the actor" : "does not admit the actor")
        .by("H6");
  }
}

void tell_increments_of_plans(Telling& told, const Refused& refused) {
  for (const auto& [id, pool] : refused.reading->state.pools) {
    const Term& term = pool.terms.back();
    told.credits(account_part, {id.value, ", increment of its packs"}, {"in term ", term.number}, term.increment)
        .by("AIS-5b");
    tell_term(told, *refused.reading, id, term.number);
  }
}

// The period that ends when the refusal says: is it closed, and by which event?
void tell_closed(Telling& told, const Refused& refused) {
  const auto ends_at = refused.instant("ends_at");
  const auto number = refused.detail("period");
  for (const auto& [id, pool] : refused.reading->state.pools) {
    for (const Term& term : pool.terms) {
      for (const Period& period : term.periods) {
        const bool ends_then = ends_at && terms::period_ends_at(term, period.number) == *ends_at;
        if (!ends_then || (number && *number != std::to_string(period.number))) continue;
        told.step(account_part, {"Credit Period ", to_period(id, term.number, period.number).which},
                  {span_text(terms::period_starts_at(term, period.number), *ends_at)},
                  period.number <= term.closed   ? "closed"
                  : period.number <= term.opened ? "opened, not closed"
                                                 : "to come")
            .by("H4")
            .to(to_period(id, term.number, period.number));
        const Event* close = close_of(*refused.reading, id, term.number, period.number);
        if (close != nullptr) told.event(*close);
      }
    }
  }
  if (told.steps_of(account_part) == 0) tell_terms(told, refused);
}

// H18: where what was spoken for comes from, in the period whose figures are those of the refusal; else as they are
// now.
void tell_spoken_for(Telling& told, const Refused& refused) {
  const auto expected = refused.detail("spoken_for");
  for (const auto& [id, pool] : refused.reading->state.pools) {
    for (const Term& term : pool.terms) {
      if (term.on_exhaustion != OnExhaustion::stop ||
          refused.detail("stop_at_percent") != std::to_string(term.stop_at_percent))
        continue;
      for (const Period& period : term.periods) {
        if (refused.credits("granted") != std::optional(period.granted)) continue;
        std::vector<Credits> live;
        Wide sum = static_cast<Wide>(period.consumed.micro) + static_cast<Wide>(period.uncovered.micro);
        for (const auto& [authorization, hold] : refused.reading->state.holds) {
          if (hold.plan != id || hold.term != term.number || hold.period != period.number) continue;
          live.push_back(hold.cost);
          sum += static_cast<Wide>(hold.cost.micro);
        }
        const std::string spoken_for = credits_text(sum);
        if (told.steps_of(account_part) >= why_lines_max || spoken_for != expected.value_or(spoken_for)) continue;
        const std::string promised = live.empty()       ? "0"
                                     : live.size() == 1 ? to_text(live.front())
                                                        : joined({"(", sum_text(live), ")"});
        told.step(
                account_part, {"Spoken for in ", to_period(id, term.number, period.number).which},
                {period.consumed, " consumed + ", period.uncovered, " uncovered + ", promised, " authorized and live"},
                spoken_for, "credits")
            .by("H18")
            .to(to_period(id, term.number, period.number));
      }
    }
  }
  if (told.steps_of(account_part) != 0) return;
  told.remark(account_part, {"Moved on"},
              {"No Credit Period of the account has these figures now; ask as of the moment of the refusal."})
      .by("H18");
}

void tell_authorization(Telling& told, const Refused& refused) {
  const auto id = refused.detail("authorization");
  if (!id) return;
  const AuthorizationId wanted{*id};
  const auto live = refused.reading->state.holds.find(wanted);
  if (live != refused.reading->state.holds.end()) {
    told.credits(account_part, {*id}, {"live until ", live->second.expires_at}, live->second.cost)
        .by("H16")
        .to(to_period(live->second.plan, live->second.term, live->second.period));
  }
  for (const Place& place : refused.named) told.chain(place);
  if (live == refused.reading->state.holds.end()) {
    told.remark(account_part, {*id},
                {!refused.named.empty() ? "It was live once, and was settled or released."
                                        : "No event of the account names it."})
        .by("H16");
  }
}

// What was changed of a thing that stands one way until it is changed, and how it stands.
template <class Fact, class Ours>
void tell_standing(Telling& told, const Refused& refused, std::string_view label, std::string_view stands,
                   std::string_view clause, Ours&& ours) {
  told.step(account_part, {label}, {"by the moment ", refused.moment()}, stands).by(clause);
  for (const Event& event : refused.reading->standing) {
    const auto* fact = std::get_if<Fact>(&event.payload);
    if (fact != nullptr && ours(*fact)) told.chain(event);
  }
}

void tell_access(Telling& told, const Refused& refused) {
  const bool stands = consents::has_access(refused.reading->state, refused.moment());
  tell_standing<AccessChanged>(told, refused, "Access to AI", stands ? "allowed" : "suspended", "AI-0",
                               [](const AccessChanged&) { return true; });
}

void tell_consent(Telling& told, const Refused& refused) {
  const FeatureId feature{refused.detail("feature").value_or(std::string(consents::beta_feature))};
  const bool stands = consents::has_consent(refused.reading->state, feature, refused.moment());
  tell_standing<ConsentChanged>(told, refused, joined({"Consent to ", feature.value}), stands ? "given" : "not given",
                                "AI-5", [&](const ConsentChanged& fact) { return fact.feature == feature; });
}

void tell_accepted(Telling& told, const Refused& refused) {
  const TermsId terms{refused.detail("terms").value_or("")};
  const bool stands = consents::has_accepted(refused.reading->state, terms, refused.moment());
  tell_standing<TermsAccepted>(told, refused, joined({"Terms ", terms.value}), stands ? "accepted" : "not accepted",
                               "AI-3", [&](const TermsAccepted& fact) { return fact.terms == terms; });
}

void tell_seats(Telling& told, const Refused& refused) {
  for (const std::string_view name : {"product", "parity_with", "add_on"}) {
    const auto product = refused.detail(name);
    const SeatTerm* term =
        product ? seats::term_in_force(refused.reading->state, ProductId(*product), refused.moment()) : nullptr;
    if (term == nullptr) continue;
    told.step(account_part, {*product}, {span_text(term->starts_at, term->ends_at)}, term->seats, "seats").by("ADD-1");
  }
}

void tell_key(Telling& told, const Refused& refused) {
  for (const Place& place : refused.named) told.chain(place);
  told.step(account_part, {"Events under this key"}, {}, refused.named.size(), "events").by("H19");
}

void tell_opening(Telling& told, const Refused& refused) {
  const Event& opened = refused.reading->standing.front();
  told.event(opened);
  told.step(account_part, {"Opened"},
            {"environment ", to_name(refused.reading->state.environment), ", region ",
             refused.reading->state.region.value},
            opened.at)
      .by(refused.refusal.code == RefusalCode::not_authorized_in_gov ? "GOV-1" : "H1");
}

template <class Map>
std::string listed_ids(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [id, value] : map) names.push_back(id.value);
  return listed(names);
}

constexpr std::string_view catalog_part = "The catalog at hand";

void tell_plans(Telling& told, const Refused& refused) {
  told.remark(catalog_part, {"Plans"}, {listed_ids(refused.catalog.plans)});
}
void tell_products(Telling& told, const Refused& refused) {
  told.remark(catalog_part, {"Products"}, {listed_ids(refused.catalog.products)});
}
void tell_regions(Telling& told, const Refused& refused) {
  told.remark(catalog_part, {"Regions"}, {listed_ids(refused.catalog.regions)});
}
void tell_models(Telling& told, const Refused& refused) {
  const RateCardId card{refused.detail("rate_card").value_or("")};
  const auto found = refused.catalog.rate_cards.find(card);
  told.remark(catalog_part, {"Models on rate card ", card.value},
              {found == refused.catalog.rate_cards.end() ? "It has no such card." : listed_ids(found->second.models)})
      .by("AIS-1");
}

using Tell = void (*)(Telling&, const Refused&);
struct Entry {
  RefusalCode code;
  Tell tell;
};

constexpr std::array entries{
    Entry{RefusalCode::key_reused, tell_key},
    Entry{RefusalCode::account_exists, tell_opening},
    Entry{RefusalCode::unknown_region, tell_regions},
    Entry{RefusalCode::unknown_product, tell_products},
    Entry{RefusalCode::unknown_plan, tell_plans},
    Entry{RefusalCode::outside_term, tell_terms},
    Entry{RefusalCode::plan_mismatch, tell_builders},
    Entry{RefusalCode::seat_parity, tell_seats},
    Entry{RefusalCode::term_overlap, tell_terms},
    Entry{RefusalCode::bad_increment, tell_increments_of_plans},
    Entry{RefusalCode::unknown_period, tell_terms},
    Entry{RefusalCode::unknown_model, tell_models},
    Entry{RefusalCode::revoked, tell_access},
    Entry{RefusalCode::not_authorized_in_gov, tell_opening},
    Entry{RefusalCode::beta_not_accepted, tell_consent},
    Entry{RefusalCode::partner_terms, tell_accepted},
    Entry{RefusalCode::unknown_authorization, tell_authorization},
    Entry{RefusalCode::authorization_exists, tell_authorization},
    Entry{RefusalCode::period_closed, tell_closed},
    Entry{RefusalCode::insufficient_credits, tell_spoken_for},
};

}  // namespace

void tell_account(Telling& told, const Refused& refused) {
  for (const Entry& entry : entries) {
    if (entry.code == refused.refusal.code) entry.tell(told, refused);
  }
}

}  // namespace creditfold::why
