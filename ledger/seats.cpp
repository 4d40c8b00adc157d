// SPDX-License-Identifier: Apache-2.0
#include "ledger/seats.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

#include "ledger/days.hpp"
#include "ledger/evolve.hpp"

namespace creditfold::seats {
namespace {

template <class AnyState>
auto term_in(AnyState& state, const ProductId& product, Instant at) -> decltype(&state.seats.begin()->second.terms[0]) {
  const auto found = state.seats.find(product);
  if (found == state.seats.end()) return nullptr;
  for (auto term = found->second.terms.rbegin(); term != found->second.terms.rend(); ++term) {
    if (term->in_force(at)) return &*term;
  }
  return nullptr;
}

// An add-on's share of its parent's term; terms to come may stand behind it already.
template <class AnyProduct>
auto term_of_number(AnyProduct& product, std::int32_t number) -> decltype(&product.terms[0]) {
  const auto found = std::find_if(product.terms.begin(), product.terms.end(),
                                  [number](const SeatTerm& term) { return term.number == number; });
  return found == product.terms.end() ? nullptr : &*found;
}

// The add-ons that share the parent's term, by name.
std::vector<ProductId> add_ons_in_term(const AccountState& state, const ProductId& parent, std::int32_t number) {
  std::vector<ProductId> found;
  for (const auto& [id, product] : state.seats) {
    if (product.parity_with == parent && term_of_number(product, number) != nullptr) found.push_back(id);
  }
  return found;
}

Refusal product_not_in_force(const ProductId& product, Instant at) {
  return {RefusalCode::outside_term, "AIS-2", "No term of this product is in force at this moment.",
          {{"product", product.value}, {"at", to_text(at)}}};
}

Refusal in_parity(const ProductId& product, const Product& known, Instant at) {
  return {RefusalCode::seat_parity, known.billed_with ? "EKM-4" : "ADD-1",
          "The seats of an add-on in parity follow its parent's; change those.",
          {{"product", product.value}, {"parity_with", known.parity_with->value}, {"at", to_text(at)}}};
}

// H22: an event carries the price and the billing names, so that invoices fold without a catalog.
SeatsChanged seats_changed(const Catalog& catalog, const ProductId& id, std::int64_t from, std::int64_t to,
                           Instant effective_at, const Money& price) {
  const Product* product = catalog.product(id);
  SeatsChanged fact{.product = id,
                    .from = from,
                    .to = to,
                    .effective_at = effective_at,
                    .seat_price = price,
                    .billing_name = Text{product && product->billing_name ? *product->billing_name : id.value},
                    .billed_with = std::nullopt,
                    .billed_as = std::nullopt,
                    .parity_with = std::nullopt};
  if (product != nullptr) {
    fact.billed_with = product->billed_with;
    if (product->billed_as) fact.billed_as = Text{*product->billed_as};
    fact.parity_with = product->parity_with;
  }
  return fact;
}

// A term without its seats is the half of a batch; nothing is decided on it.
Money last_price(const SeatTerm& term) {
  require(term.seat_price.has_value(), "a seat term without its seats");
  return *term.seat_price;
}

// Prices are taken anew from the catalog (H9), or stay as they were when it no longer has the product.
Money renewal_price(const Catalog& catalog, const ProductId& id, const SeatTerm& last) {
  const Product* product = catalog.product(id);
  return product && product->seat_price ? *product->seat_price : last_price(last);
}

bool billed_together(const InvoiceLine& line, const SeatsChanged& fact, const IdempotencyKey& key) {
  if (!(line.key == key) || !fact.billed_with) return false;
  if (line.amount.currency != fact.seat_price.currency) return false;  // there is no sum of two currencies
  return std::find(line.products.begin(), line.products.end(), *fact.billed_with) != line.products.end();
}

void invoice(AccountState& state, const Event& event, const SeatsChanged& fact, const Money& amount) {
  for (InvoiceLine& line : state.invoice_lines) {
    if (!billed_together(line, fact, event.key)) continue;
    line.products.push_back(fact.product);  // EKM-4: one line, the sum, the seats once
    line.amount.minor = checked_add(line.amount.minor, amount.minor);
    if (fact.billed_as) line.billing_name = *fact.billed_as;
    return;
  }
  state.invoice_lines.push_back(InvoiceLine{.at = event.at,
                                            .version = event.version,
                                            .key = event.key,
                                            .billing_name = fact.billed_as ? *fact.billed_as : fact.billing_name,
                                            .products = {fact.product},
                                            .seats = fact.to - fact.from,
                                            .credits = std::nullopt,
                                            .amount = amount});
}

}  // namespace

Proration proration(std::int64_t seats, const Money& seat_price, Instant from, Instant to) {
  const std::int64_t micros = checked_subtract(to.micros, from.micros);
  const std::int64_t days = micros / micros_per_day + (micros % micros_per_day != 0 ? 1 : 0);
  const std::int64_t yearly = checked_multiply(seats, seat_price.minor);
  const Proration::Wide total = static_cast<Proration::Wide>(yearly) * days;
  Proration::Wide quotient = total / 365;
  // 365 is odd, so the half is never met and even is never asked; kept as the terms say.
  const Proration::Wide rest = total % 365;
  if (rest * 2 > 365 || (rest * 2 == 365 && quotient % 2 != 0)) quotient += 1;
  if (quotient > std::numeric_limits<std::int64_t>::max()) throw Overflow("invoice amount beyond 64 bits");
  return {.days = days,
          .product = total,
          .rest = static_cast<std::int64_t>(rest),
          .amount = Money{.currency = seat_price.currency, .minor = static_cast<std::int64_t>(quotient)}};
}

Money prorated(std::int64_t seats, const Money& seat_price, Instant from, Instant to) {
  return proration(seats, seat_price, from, to).amount;
}

const SeatlessProduct* seatless_product(const AccountState& state, const ProductId& product, Instant at) {
  const auto found = state.products.find(product);
  const SeatlessProduct* standing = found == state.products.end() ? nullptr : found->second.at(at);
  return standing != nullptr && standing->there ? standing : nullptr;
}

const SeatTerm* term_in_force(const AccountState& state, const ProductId& product, Instant at) {
  return term_in(state, product, at);
}

void evolve(AccountState& state, const TermStarted& fact) {
  require(fact.starts_at < fact.ends_at, "a term ends before it starts");
  const auto had = state.seats.find(fact.product);
  const bool first = had == state.seats.end();
  require(first || !had->second.parity_with, "an add-on in parity has no term of its own");
  require(first || had->second.terms.empty() || had->second.terms.back().ends_at <= fact.starts_at,
          "a product's terms overlap");
  const std::size_t terms_before = first ? 0 : had->second.terms.size();
  require(fact.term == static_cast<std::int32_t>(terms_before) + 1, "a term's number does not follow the last");
  SeatTerm term;
  term.number = fact.term;
  term.starts_at = fact.starts_at;
  term.ends_at = fact.ends_at;
  SeatProduct& product = state.seats[fact.product];
  product.terms.push_back(term);
  product.removed = false;
}

void evolve(AccountState& state, const TermEnded& fact) {
  const auto found = state.seats.find(fact.product);
  SeatTerm* ended = found == state.seats.end() ? nullptr : term_of_number(found->second, fact.term);
  require(ended != nullptr, "a term ends of a product the account never had");
  require(fact.ends_at <= ended->ends_at, "a term's new end lies outside it");
  for (auto product = state.seats.begin(); product != state.seats.end();) {
    std::vector<SeatTerm>& terms = product->second.terms;
    const bool shares = product->first == fact.product || product->second.parity_with == fact.product;
    SeatTerm* term = shares ? term_of_number(product->second, fact.term) : nullptr;
    if (term != nullptr) {
      term->ends_at = fact.ends_at;
      if (term->scheduled) term->scheduled->effective_at = fact.ends_at;
      const bool cut_off = product->first != fact.product && term->ends_at <= term->starts_at;
      if (cut_off) terms.erase(terms.begin() + (term - terms.data()));  // an add-on that was to come later
    }
    product = terms.empty() ? state.seats.erase(product) : std::next(product);
  }
}

// A selection may lack the change before; each says by itself how many seats there are from then on, and what was
// added.
void evolve(AccountState& state, const Event& event, const SeatsChanged& fact, Folding folding) {
  require(fact.from >= 0 && fact.to >= 0, "negative seats");
  const auto had = state.seats.find(fact.product);
  if (fact.to < fact.from) {  // H21: at the next renewal, without a credit note
    require(had != state.seats.end() && !had->second.terms.empty(), "seats of a product without a term");
    had->second.terms.back().scheduled = ScheduledSeats{.seats = fact.to, .effective_at = fact.effective_at};
    return;
  }
  const SeatTerm* parent = term_in(state, fact.parity_with.value_or(fact.product), fact.effective_at);
  require(parent != nullptr, "seats change outside the product's terms");
  const bool begins = had == state.seats.end() || term_of_number(had->second, parent->number) == nullptr;
  const SeatTerm* now = term_in(state, fact.product, fact.effective_at);
  require(begins == (now == nullptr), "seats change before the add-on begins");
  const bool follows = (now ? now->seats : 0) == fact.from;
  const bool changes = now != nullptr && fact.from > 0;  // from 0 they begin, with a term that may not be there
  require(follows || (changes && folding == Folding::selection), "seats change from another number");
  SeatProduct& product = state.seats[fact.product];
  product.parity_with = fact.parity_with;
  if (begins) {
    SeatTerm shared;
    shared.number = parent->number;
    shared.starts_at = fact.effective_at;
    shared.ends_at = parent->ends_at;
    const auto later = std::find_if(product.terms.begin(), product.terms.end(),
                                    [&](const SeatTerm& term) { return term.number > shared.number; });
    if (later == product.terms.end()) product.removed = false;
    product.terms.insert(later, shared);
  }
  SeatTerm* term = term_in(state, fact.product, fact.effective_at);
  term->seats = fact.to;
  term->seat_price = fact.seat_price;
  // H21: an increase cancels the decrease and a renewal uses it up, whichever of several terms it waited in.
  for (SeatTerm& each : product.terms) each.scheduled.reset();
  if (fact.to > fact.from) {
    invoice(state, event, fact, prorated(fact.to - fact.from, fact.seat_price, fact.effective_at, term->ends_at));
  }
}

void evolve(AccountState& state, const Event& event, const ProductAdded& fact) {
  state.products[fact.product].change(event.at, {.there = true, .region = fact.region});
}

void evolve(AccountState& state, const Event& event, const ProductRemoved& fact, Folding folding) {
  const auto sold_by_seats = state.seats.find(fact.product);
  if (sold_by_seats != state.seats.end()) {
    sold_by_seats->second.removed = true;
  } else {
    require(state.products.count(fact.product) != 0 || folding == Folding::selection,
            "a product is removed that was never added");
    state.products[fact.product].change(event.at, {});
  }
}

std::optional<Refusal> decide(Draft& draft, const StartTerm& command, const Catalog& catalog) {
  const Product* product = catalog.product(command.product);
  if (product == nullptr || !product->seat_price) {
    return Refusal{RefusalCode::unknown_product, "", "The catalog sells no product of this name by seats.",
                   {{"product", command.product.value}}};
  }
  if (product->parity_with) return in_parity(command.product, *product, draft.at());
  const auto had = draft.state().seats.find(command.product);
  std::int32_t number = 1;
  if (had != draft.state().seats.end() && !had->second.terms.empty()) {
    const SeatTerm& last = had->second.terms.back();
    if (command.starts_at < last.ends_at) {
      return Refusal{RefusalCode::term_overlap,
                     "AIS-2",
                     "The product's last term has not ended when this one would start.",
                     {{"starts_at", to_text(command.starts_at)}, {"last_ends_at", to_text(last.ends_at)}}};
    }
    number = last.number + 1;
  }
  draft.emit(TermStarted{.product = command.product,
                         .term = number,
                         .starts_at = command.starts_at,
                         .ends_at = command.ends_at,
                         .ai_studio = std::nullopt});
  draft.emit(seats_changed(catalog, command.product, 0, *command.seats, command.starts_at,
                           command.seat_price.value_or(*product->seat_price)));
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const RenewTerm& command, const Catalog& catalog) {
  const auto had = draft.state().seats.find(command.product);
  if (had == draft.state().seats.end() || had->second.terms.empty() || had->second.parity_with) {
    return Refusal{RefusalCode::outside_term, "AIS-2", "The account never had a term of this product to renew.",
                   {{"product", command.product.value}}};
  }
  const SeatTerm last = had->second.terms.back();
  std::vector<SeatsChanged> changes;
  const std::int64_t seats = last.scheduled ? last.scheduled->seats : last.seats;
  changes.push_back(seats_changed(catalog, command.product, 0, seats, last.ends_at,
                                  renewal_price(catalog, command.product, last)));
  for (const ProductId& id : add_ons_in_term(draft.state(), command.product, last.number)) {
    const SeatProduct& add_on = draft.state().seats.at(id);
    if (add_on.removed) continue;  // H21: a removal takes effect at renewal
    SeatsChanged change = seats_changed(catalog, id, 0, seats, last.ends_at,
                                        renewal_price(catalog, id, add_on.terms.back()));
    change.parity_with = command.product;
    changes.push_back(std::move(change));
  }
  draft.emit(TermStarted{.product = command.product,
                         .term = last.number + 1,
                         .starts_at = last.ends_at,
                         .ends_at = command.ends_at,
                         .ai_studio = std::nullopt});
  for (SeatsChanged& change : changes) draft.emit(std::move(change));
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const EndTerm& command) {
  const SeatTerm* term = term_in(draft.state(), command.product, draft.at());
  if (term == nullptr || draft.state().seats.at(command.product).parity_with) {  // an add-on has no term of its own
    return product_not_in_force(command.product, draft.at());
  }
  const std::pair<std::string, std::string> asked{"ends_at", to_text(command.ends_at)};
  if (command.ends_at > term->ends_at) {
    return Refusal{RefusalCode::unknown_period,
                   "AIS-5c",
                   "An end is brought forward, never put off; renew the term instead.",
                   {asked, {"term_ends_at", to_text(term->ends_at)}}};
  }
  if (command.ends_at < draft.at()) {
    return Refusal{
        RefusalCode::period_closed, "AIS-4d", "A term cannot end before the moment of the command.", {asked}};
  }
  draft.emit(TermEnded{
      .product = command.product, .plan = std::nullopt, .term = term->number, .ends_at = command.ends_at});
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const ChangeSeats& command, const Catalog& catalog) {
  const AccountState& state = draft.state();
  const Product* known = catalog.product(command.product);
  const ProductId owner = known && known->parity_with ? *known->parity_with : command.product;
  const SeatTerm* term = term_in(state, owner, draft.at());
  if (term == nullptr) return product_not_in_force(command.product, draft.at());
  if (owner != command.product) return in_parity(command.product, *known, draft.at());
  if (command.seats == term->seats) return std::nullopt;  // H21: accepted, nothing to record

  const Instant renewal = state.seats.at(command.product).terms.back().ends_at;
  const Instant effective_at = command.seats > term->seats ? draft.at() : renewal;
  std::vector<SeatsChanged> changes;
  changes.push_back(
      seats_changed(catalog, command.product, term->seats, command.seats, effective_at, last_price(*term)));
  for (const ProductId& id : add_ons_in_term(state, command.product, term->number)) {
    const SeatTerm& shared = *term_of_number(state.seats.at(id), term->number);
    SeatsChanged change =
        seats_changed(catalog, id, shared.seats, command.seats, std::max(effective_at, shared.starts_at),
                      last_price(shared));  // an add-on may begin later than a moment gone by
    change.parity_with = command.product;
    changes.push_back(std::move(change));
  }
  for (SeatsChanged& change : changes) draft.emit(std::move(change));
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const AddProduct& command, const Catalog& catalog) {
  const Product* product = catalog.product(command.product);
  const std::pair<std::string, std::string> named{"product", command.product.value};
  if (product == nullptr || (product->seat_price && !product->parity_with)) {
    return Refusal{RefusalCode::unknown_product, "", "The catalog has no add-on of this name.", {named}};
  }
  if (!product->parity_with) {
    if (command.region && product->regions.count(*command.region) == 0) {
      return Refusal{RefusalCode::unknown_region, "RES-1", "This product is not offered for the region.",
                     {named, {"region", command.region->value}}};
    }
    if (seatless_product(draft.state(), command.product, draft.at()) != nullptr) {
      return Refusal{RefusalCode::term_overlap, "AIS-2", "The account has this product already.", {named}};
    }
    draft.emit(ProductAdded{.product = command.product, .region = command.region});
    return std::nullopt;
  }
  const SeatTerm* parent = term_in(draft.state(), *product->parity_with, draft.at());
  if (parent == nullptr) return product_not_in_force(*product->parity_with, draft.at());
  const auto had = draft.state().seats.find(command.product);
  if (had != draft.state().seats.end() && term_of_number(had->second, parent->number) != nullptr) {
    return Refusal{
        RefusalCode::term_overlap, "AIS-2", "The account has this add-on in the present term already.", {named}};
  }
  draft.emit(seats_changed(catalog, command.product, 0, parent->seats, draft.at(), *product->seat_price));
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const RemoveProduct& command, const Catalog& catalog) {
  const AccountState& state = draft.state();
  if (catalog.product(command.product) == nullptr && state.seats.count(command.product) == 0) {
    return Refusal{RefusalCode::unknown_product, "", "The catalog has no product of this name.",
                   {{"product", command.product.value}}};
  }
  if (seatless_product(state, command.product, draft.at()) != nullptr) {
    draft.emit(ProductRemoved{.product = command.product, .effective_at = draft.at()});
    return std::nullopt;
  }
  const SeatTerm* term = term_in(state, command.product, draft.at());
  if (term == nullptr) return product_not_in_force(command.product, draft.at());
  if (!state.seats.at(command.product).parity_with) {
    for (const ProductId& id : add_ons_in_term(state, command.product, term->number)) {
      return Refusal{RefusalCode::seat_parity, "ADD-1", "The product still has add-ons in parity; remove those first.",
                     {{"product", command.product.value}, {"add_on", id.value}, {"at", to_text(draft.at())}}};
    }
  }
  const Instant renewal = state.seats.at(command.product).terms.back().ends_at;
  draft.emit(ProductRemoved{.product = command.product, .effective_at = renewal});
  return std::nullopt;
}

}  // namespace creditfold::seats
