// SPDX-License-Identifier: Apache-2.0
#include "ledger/credits.hpp"

#include <algorithm>
#include <charconv>

#include "ledger/terms.hpp"
#include "ledger/usage.hpp"

namespace creditfold::credits {
namespace {

// The lot number the next grant in a period gets: n counts the lots of the period from 1.
std::int32_t next_lot_number(const Term& term, std::int32_t period) {
  const Period* found = terms::find_period(term, period);
  return found && !found->lots.empty() ? found->lots.back().number + 1 : 1;
}

// The sums of a period must stay within 64 bits also when its allotment is still to come; throws Overflow.
void check_room_for_grant(const Term& term, std::int32_t number, Credits amount) {
  const Period* period = terms::find_period(term, number);
  const Credits granted = (period ? period->granted : Credits{}) + amount;
  if (number > term.opened) (void)(granted + term.allotment);
}

CreditsGranted lot_in_period(const PlanId& plan, const Term& term, std::int32_t period, LotKind kind, Credits amount) {
  return CreditsGranted{.lot = to_id({plan, term.number, period, next_lot_number(term, period)}),
                        .plan = plan,
                        .kind = kind,
                        .credits = amount,
                        .starts_at = terms::period_starts_at(term, period),
                        .expires_at = terms::period_ends_at(term, period),
                        .price = std::nullopt,
                        .reason = std::nullopt,
                        .corrects = std::nullopt,
                        .billing_name = std::nullopt};
}

// Whether credits may still be brought into the periods first..last of the term (AIS-5c).
std::optional<Refusal> check_periods(const Term& term, std::int64_t first, std::int64_t last, Instant at,
                                     std::string_view closed_clause) {
  const std::int64_t count = terms::period_count(term);
  if (first < 1 || first > last || last > count) {
    return Refusal{
        RefusalCode::unknown_period,
        "AIS-5c",
        "The term has no such run of Credit Periods.",
        {{"first", std::to_string(first)}, {"last", std::to_string(last)}, {"periods", std::to_string(count)}}};
  }
  const Instant ends_at = terms::period_ends_at(term, first);
  if (ends_at <= at || first <= term.closed) {
    return Refusal{RefusalCode::period_closed, closed_clause, "The first period named has ended or was closed.",
                   {{"period", std::to_string(first)}, {"ends_at", to_text(ends_at)}}};
  }
  return std::nullopt;
}

struct DuePeriod {
  PlanId plan;
  std::int32_t term = 1;
  std::int32_t period = 1;
};

// H4: opened, ended by `at`, not closed; plans by name, periods in order.
std::vector<DuePeriod> periods_due(const AccountState& state, Instant at) {
  std::vector<DuePeriod> due;
  for (const auto& [plan, pool] : state.pools) {
    for (const Term& term : pool.terms) {
      for (std::int32_t n = term.closed + 1; n <= term.opened && terms::period_ends_at(term, n) <= at; ++n) {
        due.push_back({plan, term.number, n});
      }
    }
  }
  return due;
}

// H18: uncovered credits of an overage plan, billed in begun increments at the price of the day.
std::optional<Money> overage(const Term& term, const Period& period, const Plan* plan) {
  if (term.on_exhaustion != OnExhaustion::overage || period.uncovered.micro == 0) return std::nullopt;
  if (plan == nullptr || !plan->overage_price || term.increment.micro == 0) return std::nullopt;
  const std::int64_t begun = begun_increments(period.uncovered, term.increment);
  return Money{.currency = plan->overage_price->currency, .minor = checked_multiply(begun, plan->overage_price->minor)};
}

// H22: what an invoice line is named, which the event carries; only what is billed is named.
std::optional<Text> billing_name(const Plan* plan, const std::optional<Money>& billed) {
  if (plan == nullptr || !billed || !plan->billing_name) return std::nullopt;
  return Text{*plan->billing_name};
}

void close_period(Draft& draft, const DuePeriod& due, const Catalog& catalog) {
  usage::release_holds_of_period(draft, due.plan, due.term, due.period);
  const Term& term = *terms::find_term(draft.state(), due.plan, due.term);
  const Period& period = *terms::find_period(term, due.period);
  const Plan* plan = catalog.plan(due.plan);
  const std::optional<Money> billed = overage(term, period, plan);
  draft.emit(PeriodClosed{.plan = due.plan,
                          .term = due.term,
                          .period = due.period,
                          .starts_at = terms::period_starts_at(term, due.period),
                          .ends_at = terms::period_ends_at(term, due.period),
                          .granted = period.granted,
                          .consumed = period.consumed,
                          .expired = period.remaining(),
                          .uncovered = period.uncovered,
                          .overage = billed,
                          .billing_name = billing_name(plan, billed)});
}

}  // namespace

std::int64_t begun_increments(Credits uncovered, Credits increment) {
  return uncovered.micro / increment.micro + (uncovered.micro % increment.micro != 0 ? 1 : 0);
}

LotId to_id(const LotName& name) {
  return LotId(name.plan.value + "/" + std::to_string(name.term) + "/" + std::to_string(name.period) + "/" +
               std::to_string(name.number));
}

std::optional<LotName> parse_lot(const LotId& id) {
  std::string_view rest = id.value;
  std::int32_t numbers[3] = {};
  for (int i = 2; i >= 0; --i) {
    const auto slash = rest.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view digits = rest.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), numbers[i]);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    if (!whole || digits.front() == '0' || numbers[i] < 1) return std::nullopt;
    rest = rest.substr(0, slash);
  }
  if (!PlanId::valid(rest)) return std::nullopt;
  return LotName{PlanId(rest), numbers[0], numbers[1], numbers[2]};
}

std::vector<std::size_t> burn_order(const Period& period) {
  std::vector<std::size_t> order;
  order.reserve(period.lots.size());
  for (const LotKind kind : {LotKind::allotment, LotKind::promotion, LotKind::purchase, LotKind::correction}) {
    for (std::size_t i = 0; i < period.lots.size(); ++i) {  // lots stand in the order granted: the older first
      if (period.lots[i].kind == kind) order.push_back(i);
    }
  }
  return order;
}

Credits draw(Lot& lot, Credits amount) {
  const Credits taken = std::min(amount, lot.remaining());
  lot.drawn += taken;
  return taken;
}

Credits draw(Period& period, Credits amount) {
  Credits open = amount;
  if (period.lots.size() == 1) {
    open -= draw(period.lots.front(), open);
  } else {
    for (const std::size_t i : burn_order(period)) {
      open -= draw(period.lots[i], open);
      if (open.micro == 0) break;
    }
  }
  const Credits covered = amount - open;
  period.consumed += covered;
  return covered;
}

void require_grant(const CreditsGranted& fact, const LotName& name, const GrantPlace& place, Folding folding) {
  require(name.period <= place.periods, "a lot of a period the term does not have");
  require(folding != Folding::selection ? name.number == place.next_lot : name.number >= place.next_lot,
          "a lot's number does not follow the last of its period");
  require(name.period > place.closed, "a lot of a period that is closed");
  require(fact.starts_at == place.starts_at && fact.expires_at == place.ends_at, "a lot's bounds are not its period's");
  require(fact.credits.micro > 0, "a lot of no credits");
  require(fact.kind != LotKind::allotment || name.period == place.opened + 1, "an allotment out of order");
}

void require_close(const PeriodClosed& fact, std::int32_t opened, std::int32_t closed) {
  require(fact.period == closed + 1 && fact.period <= opened, "a close out of order");
}

Lot& lot_of_number(Period& period, std::int32_t number) {
  const auto found = std::lower_bound(period.lots.begin(), period.lots.end(), number,
                                      [](const Lot& lot, std::int32_t wanted) { return lot.number < wanted; });
  require(found != period.lots.end() && found->number == number, "a lot that was never granted");
  return *found;
}

void evolve(AccountState& state, const Event& event, const CreditsGranted& fact, Folding folding) {
  const auto name = parse_lot(fact.lot);
  require(name.has_value() && name->plan == fact.plan, "a lot's id is not plan/term/period/n of its plan");
  Term* term = terms::find_term(state, fact.plan, name->term);
  require(term != nullptr, "a lot of a term that never started");
  GrantPlace place{.periods = terms::period_count(*term),
                   .opened = term->opened,
                   .closed = term->closed,
                   .next_lot = next_lot_number(*term, name->period),
                   .starts_at = {},
                   .ends_at = {}};
  if (name->period <= place.periods) {
    place.starts_at = terms::period_starts_at(*term, name->period);
    place.ends_at = terms::period_ends_at(*term, name->period);
  }
  require_grant(fact, *name, place, folding);
  if (fact.kind == LotKind::allotment) term->opened = name->period;
  Period& period = terms::make_period(*term, name->period);
  period.granted += fact.credits;
  Lot lot;
  lot.number = name->number;
  lot.kind = fact.kind;
  lot.granted = fact.credits;
  lot.version = event.version;
  period.lots.push_back(lot);
  if (fact.price) {
    state.invoice_lines.push_back(InvoiceLine{.at = event.at,
                                              .version = event.version,
                                              .key = event.key,
                                              .billing_name = fact.billing_name.value_or(Text{fact.plan.value}),
                                              .products = {ProductId(terms::studio_product)},
                                              .seats = std::nullopt,
                                              .credits = fact.credits,
                                              .amount = *fact.price});
  }
}

void evolve(AccountState& state, const Event& event, const PeriodClosed& fact, Folding folding) {
  Term* term = terms::find_term(state, fact.plan, fact.term);
  require(term != nullptr, "a close of a term that never started");
  require_close(fact, term->opened, term->closed);
  Period* period = terms::find_period(*term, fact.period);
  require(period != nullptr, "a close of a period that is not there");
  if (folding == Folding::selection) usage::release_live(state, fact.plan, fact.term, fact.period);  // H4
  require(period->held.micro == 0, "a close of a period that still holds credits");
  for (Lot& lot : period->lots) {
    lot.expired = lot.remaining();
    period->expired += lot.expired;
  }
  term->closed = fact.period;
  if (fact.overage) {
    state.invoice_lines.push_back(InvoiceLine{.at = event.at,
                                              .version = event.version,
                                              .key = event.key,
                                              .billing_name = fact.billing_name.value_or(Text{fact.plan.value}),
                                              .products = {ProductId(terms::studio_product)},
                                              .seats = std::nullopt,
                                              .credits = fact.uncovered,
                                              .amount = *fact.overage});
  }
}

void open_begun_periods(Draft& draft) {
  struct Opening {
    PlanId plan;
    std::int32_t term;
    std::int32_t first;
    std::int32_t last;
  };
  std::vector<Opening> openings;
  bool eventless = false;
  for (const auto& [plan, pool] : draft.state().pools) {
    for (const Term& term : pool.terms) {
      if (term.starts_at > draft.at()) continue;
      const std::int64_t begun =
          term.in_force(draft.at()) ? terms::period_at(term, draft.at()) : terms::period_count(term);
      if (begun <= term.opened) continue;
      if (term.allotment.micro == 0) {
        eventless = true;
      } else {
        openings.push_back({plan, term.number, term.opened + 1, static_cast<std::int32_t>(begun)});
      }
    }
  }
  if (eventless) terms::open_without_allotment(draft.writable_state(), draft.at());
  for (const Opening& opening : openings) {
    for (std::int32_t period = opening.first; period <= opening.last; ++period) {
      const Term& term = *terms::find_term(draft.state(), opening.plan, opening.term);
      draft.emit(lot_in_period(opening.plan, term, period, LotKind::allotment, term.allotment));
    }
  }
}

std::optional<Refusal> decide(Draft& draft, const GrantCredits& command) {
  const auto found = terms::named_plan(draft.state(), command.plan, draft.at(), "AIS-2");
  if (!found) return found.error();
  const Term& term = *found->term;
  if (auto refusal = check_periods(term, command.period, command.period, draft.at(), "AIS-4d")) return refusal;
  check_room_for_grant(term, static_cast<std::int32_t>(command.period), command.credits);
  CreditsGranted grant =
      lot_in_period(command.plan, term, static_cast<std::int32_t>(command.period), command.kind, command.credits);
  grant.reason = FreeText(command.reason);
  grant.corrects = command.corrects;
  draft.emit(std::move(grant));
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const PurchaseCredits& command, const Catalog& catalog) {
  const auto found = terms::named_plan(draft.state(), command.plan, draft.at(), "AIS-5a");
  if (!found) return found.error();
  const Term& term = *found->term;
  if (command.credits.micro <= 0 || term.increment.micro == 0 || command.credits.micro % term.increment.micro != 0) {
    return Refusal{RefusalCode::bad_increment,
                   "AIS-5b",
                   "Credits are sold in positive multiples of the plan's increment.",
                   {{"credits", to_text(command.credits)}, {"increment", to_text(term.increment)}}};
  }
  if (auto refusal = check_periods(term, command.first, command.last, draft.at(), "AIS-5c")) return refusal;
  std::optional<Money> price;
  const Plan* plan = catalog.plan(command.plan);
  if (plan != nullptr && plan->increment_price) {
    const std::int64_t increments = command.credits.micro / term.increment.micro;
    price = Money{.currency = plan->increment_price->currency,
                  .minor = checked_multiply(increments, plan->increment_price->minor)};
  }
  std::vector<CreditsGranted> lots;
  for (std::int64_t period = command.first; period <= command.last; ++period) {
    check_room_for_grant(term, static_cast<std::int32_t>(period), command.credits);
    lots.push_back(
        lot_in_period(command.plan, term, static_cast<std::int32_t>(period), LotKind::purchase, command.credits));
    lots.back().price = price;
    lots.back().billing_name = billing_name(plan, price);
  }
  for (CreditsGranted& lot : lots) draft.emit(std::move(lot));
  return std::nullopt;
}

Refusal decide(const TransferCredits& command) {
  return {RefusalCode::non_transferable, "AIS-4f", "Credits belong to one account and one plan for ever.",
          {{"to", command.to.value}, {"credits", to_text(command.credits)}}};
}

void decide(Draft& draft, const ClosePeriods&, const Catalog& catalog) {
  for (const DuePeriod& due : periods_due(draft.state(), draft.at())) close_period(draft, due, catalog);
}

}  // namespace creditfold::credits
