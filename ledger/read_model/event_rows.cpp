// SPDX-License-Identifier: Apache-2.0
#include "ledger/read_model/event_rows.hpp"

#include <algorithm>

#include "ledger/credits.hpp"
#include "ledger/json.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/terms.hpp"
#include "ledger/words.hpp"

namespace creditfold::read_model {
namespace {

// Text that can be read, or the envelope it is sealed in: each has a column.
std::optional<std::string> readable(const std::optional<FreeText>& text) {
  return text && !text->sealed() ? std::optional<std::string>(text->value) : std::nullopt;
}
std::optional<FreeText> sealed(const std::optional<FreeText>& text) {
  return text && text->sealed() ? text : std::nullopt;
}

std::string flags_json(const std::vector<UsageFlag>& flags) {
  JsonWriter out;
  out.write(flags);
  return out.take();
}

}  // namespace

std::int64_t AccountRows::lot_seq(std::int64_t version) const {
  return std::lower_bound(lots.begin(), lots.end(), version,
                          [](const Granted& granted, std::int64_t wanted) { return granted.version < wanted; })
      ->seq;
}

EventRows::EventRows(SQLite::Database& database)
    : charges_(
          Rows::into(database, "charges",
                     "seq, account, version, at_micros, recorded_at_micros, key, actor, usage, plan, term, period, "
                     "workflow, model, query, input, output, rate_card, credits_micro, covered_micro, late, flags, "
                     "settles, memo, memo_sealed")),
      draws_(Rows::into(database, "draws", "charge, lot, credits_micro")),
      others_(Rows::into(database, "other_events",
                         "seq, account, version, type, at_micros, recorded_at_micros, key, actor, fields")),
      lots_(Rows::into(
          database, "lots",
          "seq, account, lot, plan, term, period, n, kind, at_micros, starts_at_micros, expires_at_micros, "
          "granted_micro, consumed_micro, held_micro, expired_micro, void, price_minor, price_text, currency, "
          "reason, reason_sealed, corrects")),
      authorizations_(
          Rows::into(database, "authorizations",
                     "seq, account, authorization, plan, term, period, at_micros, expires_at_micros, cost_micro, "
                     "held_micro")),
      holds_(Rows::into(database, "holds", "authorization, lot, credits_micro")),
      ends_(database, "UPDATE authorizations SET ended = ?, ended_by = ? WHERE seq = ?") {}

void EventRows::fold(const Event& event) {
  if (const auto folded = book_.apply(event); !folded) throw Fault(Fault::Kind::damaged, to_text(folded.error()));
}

void EventRows::add(const Event& event) {
  if (const auto* charge = std::get_if<CreditsConsumed>(&event.payload)) return add_charge(event, *charge);
  fold(event);
  add_other(event);
  accounts_[event.account].invoices(event, *book_.find(event.account));
  if (const auto* grant = std::get_if<CreditsGranted>(&event.payload)) add_lot(event, *grant);
  if (const auto* held = std::get_if<CreditsHeld>(&event.payload)) add_authorization(event, *held);
  if (const auto* released = std::get_if<HoldReleased>(&event.payload)) {
    end_authorization(event, released->authorization, to_name(released->reason));
  }
}

void EventRows::add_charge(const Event& event, const CreditsConsumed& charge) {
  if (const AccountState* state = book_.find(event.account)) draw_watch_.before(*state, event.at, charge);
  fold(event);
  const ChargeDraws drawn = draw_watch_.after(*book_.find(event.account), event.at, charge);
  Credits covered;
  for (const LotDraw& draw : drawn.draws) covered += draw.credits;
  charges_.put(event.seq, event.account, event.version, event.at, event.recorded_at, event.key, event.actor,
               charge.usage, charge.plan, drawn.term, drawn.period, charge.workflow, charge.model, charge.query,
               charge.input, charge.output, charge.rate_card, charge.credits, covered, charge.late,
               flags_json(charge.flags), charge.settles, readable(charge.memo), sealed(charge.memo));
  const auto rows = accounts_.find(event.account);
  for (const LotDraw& draw : drawn.draws) draws_.put(event.seq, rows->second.lot_seq(draw.granted), draw.credits);
  if (charge.settles) end_authorization(event, *charge.settles, "settled");
}

void EventRows::add_other(const Event& event) {
  others_.put(event.seq, event.account, event.version, type_name(event.payload), event.at, event.recorded_at, event.key,
              event.actor, fields_json(event.payload));
}

// Its figures are those of the state at the end; what is not in it then is void.
void EventRows::add_lot(const Event& event, const CreditsGranted& grant) {
  const credits::LotName name = credits::parse_lot(grant.lot).value();  // it was folded
  std::optional<std::string> currency;
  std::optional<std::string> price;
  std::optional<std::int64_t> minor;
  if (grant.price) {
    currency = std::string(grant.price->code());
    price = decimal_text(*grant.price);
    minor = grant.price->minor;
  }
  lots_.put(event.seq, event.account, grant.lot, grant.plan, name.term, name.period, name.number, grant.kind, event.at,
            grant.starts_at, grant.expires_at, grant.credits, Credits{}, Credits{}, Credits{}, true, minor, price,
            currency, readable(grant.reason), sealed(grant.reason), grant.corrects);
  accounts_[event.account].lots.push_back({event.version, event.seq});
}

void EventRows::add_authorization(const Event& event, const CreditsHeld& held) {
  const AccountState& state = *book_.find(event.account);
  const Hold& hold = state.holds.at(held.authorization);
  const Period& period = *terms::find_period(*terms::find_term(state, hold.plan, hold.term), hold.period);
  AccountRows& rows = accounts_[event.account];
  Credits covered;
  for (const HeldLot& lot : hold.lots) covered += lot.credits;
  authorizations_.put(event.seq, event.account, held.authorization, hold.plan, hold.term, hold.period, event.at,
                      hold.expires_at, hold.cost, covered);
  for (const HeldLot& of : hold.lots) {
    const auto lot =
        std::find_if(period.lots.begin(), period.lots.end(), [&](const Lot& one) { return one.number == of.lot; });
    holds_.put(event.seq, rows.lot_seq(lot->version), of.credits);
  }
  rows.live[held.authorization] = event.seq;
}

void EventRows::end_authorization(const Event& event, const AuthorizationId& id, std::string_view how) {
  std::map<AuthorizationId, std::int64_t>& live = accounts_[event.account].live;
  const auto found = live.find(id);
  if (found == live.end()) return;  // a charge may name one that is not live (H17)
  ends_.put(how, event.seq, found->second);
  live.erase(found);
}

}  // namespace creditfold::read_model
