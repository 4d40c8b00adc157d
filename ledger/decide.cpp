// SPDX-License-Identifier: Apache-2.0
#include "ledger/decide.hpp"

#include <utility>
#include <variant>

#include "events/log.hpp"
#include "ledger/account.hpp"
#include "ledger/consents.hpp"
#include "ledger/credits.hpp"
#include "ledger/draft.hpp"
#include "ledger/keys.hpp"
#include "ledger/markings.hpp"
#include "ledger/residency.hpp"
#include "ledger/seats.hpp"
#include "ledger/terms.hpp"
#include "ledger/usage.hpp"

namespace creditfold {
namespace {

Refusal impossible(std::string place, std::string what) {
  return {RefusalCode::malformed, "", std::move(what), {{"place", std::move(place)}}};
}

bool is_studio(const ProductId& product) { return product.value == terms::studio_product; }

// The last end of the plan's or product's terms, where it has any.
std::optional<Instant> last_end(const AccountState& state, const RenewTerm& command) {
  if (is_studio(command.product)) {
    const auto pool = state.pools.find(*command.plan);
    if (pool == state.pools.end() || pool->second.terms.empty()) return std::nullopt;
    return pool->second.terms.back().ends_at;
  }
  const auto seats = state.seats.find(command.product);
  if (seats == state.seats.end() || seats->second.terms.empty() || seats->second.parity_with) return std::nullopt;
  return seats->second.terms.back().ends_at;
}

// Which fields a product asks for and which it does not know.
std::optional<Refusal> check_product_fields(const StartTerm& command, const Catalog& catalog) {
  if (is_studio(command.product)) {
    if (!command.plan) return impossible("/plan", "A term of ai_studio names its plan.");
    if (!command.cadence) return impossible("/cadence", "A term of ai_studio names its cadence.");
    if (command.seats) return impossible("/seats", "A term of ai_studio has no seats.");
    if (command.seat_price) return impossible("/seat_price", "A term of ai_studio has no seat price.");
    return std::nullopt;
  }
  const Product* product = catalog.product(command.product);
  if (product == nullptr || !product->seat_price) return std::nullopt;  // unknown_product says more
  if (!command.seats) return impossible("/seats", "A term of a seat product names its seats.");
  if (command.plan) return impossible("/plan", "Only ai_studio has plans.");
  if (command.cadence) return impossible("/cadence", "Only ai_studio has a cadence.");
  if (command.allotment) return impossible("/allotment", "Only ai_studio has an allotment.");
  return std::nullopt;
}

template <class Command>
std::optional<Refusal> check_plan_field(const Command& command) {
  if (is_studio(command.product) == command.plan.has_value()) return std::nullopt;
  return impossible("/plan", command.plan ? "Only ai_studio has plans." : "ai_studio names its plan.");
}

struct CheckFigures {
  const AccountState* state;
  const Catalog& catalog;
  Instant at;

  std::optional<Refusal> operator()(const StartTerm& command) const {
    if (auto refusal = check_product_fields(command, catalog)) return refusal;
    if (command.ends_at <= command.starts_at) return impossible("/ends_at", "A term ends after it starts.");
    if (command.seats && *command.seats < 0) return impossible("/seats", "Seats are 0 or more.");
    if (command.seat_price && command.seat_price->minor < 0)
      return impossible("/seat_price/minor", "A price is 0 or more.");
    if (command.allotment && command.allotment->micro < 0)
      return impossible("/allotment", "An allotment is 0 or more.");
    return std::nullopt;
  }
  std::optional<Refusal> operator()(const RenewTerm& command) const {
    if (auto refusal = check_plan_field(command)) return refusal;
    const auto last = state ? last_end(*state, command) : std::nullopt;
    if (last && command.ends_at <= *last) return impossible("/ends_at", "A renewal ends later than the last term.");
    return std::nullopt;
  }
  std::optional<Refusal> operator()(const EndTerm& command) const { return check_plan_field(command); }
  std::optional<Refusal> operator()(const GrantCredits& command) const {
    if (command.credits.micro <= 0) return impossible("/credits", "A grant is more than 0.");
    return std::nullopt;
  }
  std::optional<Refusal> operator()(const AuthorizeUsage& command) const {
    if (command.expires_at <= at) return impossible("/expires_at", "An authorization expires after its own moment.");
    return std::nullopt;
  }
  std::optional<Refusal> operator()(const ChangeSeats& command) const {
    if (command.seats < 0) return impossible("/seats", "Seats are 0 or more.");
    return std::nullopt;
  }
  std::optional<Refusal> operator()(const AddProduct& command) const {
    const Product* product = catalog.product(command.product);
    if (product == nullptr) return std::nullopt;
    const bool regional = !product->regions.empty();
    if (regional == command.region.has_value()) return std::nullopt;
    return impossible("/region", regional ? "This product is added for a region." : "This product has no region.");
  }
  std::optional<Refusal> operator()(const OpenAccount&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const SetBuilders&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const PurchaseCredits&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const TransferCredits&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const RecordUsage&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const ReleaseAuthorization&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const ClosePeriods&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const RemoveProduct&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const MigrateRegion&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const RotateKey&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const RevokeKey&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const SetConsent&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const AcceptTerms&) const { return std::nullopt; }
  std::optional<Refusal> operator()(const SetAccess&) const { return std::nullopt; }
};

struct Decide {
  Draft& draft;
  const Catalog& catalog;
  bool marked;  // GOV-3
  const Provided& provided;

  std::optional<Refusal> operator()(const OpenAccount& command) const {
    return account::decide(draft, command, catalog);
  }
  std::optional<Refusal> operator()(const StartTerm& command) const {
    return is_studio(command.product) ? terms::decide(draft, command, catalog) : seats::decide(draft, command, catalog);
  }
  std::optional<Refusal> operator()(const RenewTerm& command) const {
    return is_studio(command.product) ? terms::decide(draft, command, catalog) : seats::decide(draft, command, catalog);
  }
  std::optional<Refusal> operator()(const EndTerm& command) const {
    return is_studio(command.product) ? terms::decide(draft, command) : seats::decide(draft, command);
  }
  std::optional<Refusal> operator()(const SetBuilders& command) const { return terms::decide(draft, command); }
  std::optional<Refusal> operator()(const GrantCredits& command) const { return credits::decide(draft, command); }
  std::optional<Refusal> operator()(const PurchaseCredits& command) const {
    return credits::decide(draft, command, catalog);
  }
  std::optional<Refusal> operator()(const TransferCredits& command) const { return credits::decide(command); }
  std::optional<Refusal> operator()(const RecordUsage& command) const {
    return usage::decide(draft, command, catalog, marked);
  }
  std::optional<Refusal> operator()(const AuthorizeUsage& command) const {
    return usage::decide(draft, command, catalog, marked);
  }
  std::optional<Refusal> operator()(const ReleaseAuthorization& command) const { return usage::decide(draft, command); }
  std::optional<Refusal> operator()(const ClosePeriods& command) const {
    credits::decide(draft, command, catalog);
    return std::nullopt;
  }
  std::optional<Refusal> operator()(const ChangeSeats& command) const { return seats::decide(draft, command, catalog); }
  std::optional<Refusal> operator()(const AddProduct& command) const { return seats::decide(draft, command, catalog); }
  std::optional<Refusal> operator()(const RemoveProduct& command) const {
    return seats::decide(draft, command, catalog);
  }
  std::optional<Refusal> operator()(const MigrateRegion& command) const {
    if (marked) return classified_refusal();  // before anything is copied
    return residency::decide(draft, command, catalog, provided);
  }
  std::optional<Refusal> operator()(const RotateKey& command) const {
    if (marked) return classified_refusal();  // before a key service is asked anything
    return keys::decide(draft, command, catalog, provided);
  }
  std::optional<Refusal> operator()(const RevokeKey& command) const {
    if (marked) return classified_refusal();
    return keys::decide(draft, command);
  }
  std::optional<Refusal> operator()(const SetConsent& command) const { return consents::decide(draft, command); }
  std::optional<Refusal> operator()(const AcceptTerms& command) const { return consents::decide(draft, command); }
  std::optional<Refusal> operator()(const SetAccess& command) const { return consents::decide(draft, command); }
};

std::optional<Refusal> check_account(const AccountState* state, const Command& command) {
  const bool opening = std::holds_alternative<OpenAccount>(command.body);
  if (opening == (state == nullptr)) return std::nullopt;
  return Refusal{opening ? RefusalCode::account_exists : RefusalCode::unknown_account, "",
                 opening ? "An account of this id is open already." : "No account of this id has been opened.",
                 {{"account", command.account.value}}};
}

}  // namespace

std::optional<Refusal> check_figures(const AccountState* state, const Command& command, const Catalog& catalog,
                                     Instant now) {
  return std::visit(CheckFigures{state, catalog, command.at.value_or(now)}, command.body);
}

Expected<std::vector<Event>, Refusal> decide(const AccountState* state, const Command& command, const Catalog& catalog,
                                             Instant now, const Provided& provided) {
  if (auto refusal = check_figures(state, command, catalog, now)) return Unexpected{*refusal};
  if (auto refusal = check_account(state, command)) return Unexpected{*refusal};
  const Instant at = command.at.value_or(now);
  if (at.micros > now.micros + future_micros_max) {
    return Unexpected{Refusal{RefusalCode::in_future, "H1", "The command's moment lies more than five minutes ahead.",
                              {{"at", to_text(at)}, {"now", to_text(now)}}}};
  }
  AccountState fresh;
  fresh.account = command.account;
  try {
    Draft draft(state ? *state : fresh, command.key, at, now);
    usage::release_expired_holds(draft);  // H3, before anything is decided
    credits::open_begun_periods(draft);
    const Decide visit{draft, catalog, command.marked, provided};
    if (auto refusal = std::visit(visit, command.body)) return Unexpected{*refusal};
    if (command.marked) return Unexpected{classified_refusal()};  // usage commands have their own place for it
    // Folds what was decided, so that a sum beyond 64 bits is a refusal here and never a fault later. The two usage
    // commands check their few sums themselves: they are the hot path and need no copy of the state.
    const bool checked_already =
        std::holds_alternative<RecordUsage>(command.body) || std::holds_alternative<AuthorizeUsage>(command.body);
    if (!checked_already) (void)draft.state();
    std::vector<Event> events = draft.take();
    if (events.size() > events_per_batch_max) {
      return Unexpected{
          Refusal{RefusalCode::malformed,
                  "",
                  "The command would bring more events than one batch takes.",
                  {{"events", std::to_string(events.size())}, {"limit", std::to_string(events_per_batch_max)}}}};
    }
    return events;
  } catch (const Overflow& overflow) {
    return Unexpected{Refusal{RefusalCode::malformed, "", "The account's figures would leave 64 bits.",
                              {{"what", overflow.what()}}}};
  }
}

std::optional<Errand> errand_of(const AccountState* state, const Command& command, const Catalog& catalog,
                                Instant now) {
  const auto* rotation = std::get_if<RotateKey>(&command.body);
  if (rotation == nullptr || state == nullptr) return std::nullopt;
  if (!decide(state, command, catalog, now, keys::assumed(*state, *rotation))) return std::nullopt;
  return keys::errand_of(*state, *rotation, catalog);
}

}  // namespace creditfold
