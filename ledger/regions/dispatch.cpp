// SPDX-License-Identifier: Apache-2.0
#include "ledger/regions/dispatch.hpp"

#include <variant>

#include "ledger/decide.hpp"

namespace creditfold {
namespace {

// Whether a text can be a command that is more than its account's own: it names one, or hides its words in escapes.
bool may_change_regions(std::string_view text) {
  for (const std::string_view word : {OpenAccount::name, MigrateRegion::name, std::string_view("\\")}) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

Dispatched refused(const Command& command, const Refusal& refusal) {
  Dispatched done;
  done.answer = refusal_answer(command, refusal);
  return done;
}

}  // namespace

Dispatched Dispatch::dispatch(std::string_view text, Instant now, const std::optional<RegionId>& only) const {
  Dispatched sent;
  if (only && !may_change_regions(text)) {
    sent.kind = Dispatched::Kind::region;
    sent.region = *only;
    return sent;
  }
  auto parsed = parse_command(text);
  if (!parsed) {
    sent.answer = refusal_answer(parsed.error());
    return sent;
  }
  const Command& command = parsed->command;
  const auto home = routes_.find(command.account);
  if (!home && std::holds_alternative<OpenAccount>(command.body)) return dispatch_opening(command, now);
  if (!home) return refused(command, decide(nullptr, command, catalog_, now).error());
  sent.kind = Dispatched::Kind::region;
  sent.region = *home;
  sent.account = command.account;
  if (std::holds_alternative<MigrateRegion>(command.body)) {
    sent.kind = Dispatched::Kind::migration;
    sent.command = std::move(*parsed);
  }
  return sent;
}

Dispatched Dispatch::dispatch_opening(const Command& command, Instant now) const {
  const auto decision = decide(nullptr, command, catalog_, now);
  if (!decision) return refused(command, decision.error());
  Dispatched sent;
  sent.kind = Dispatched::Kind::region;
  sent.account = command.account;
  sent.opens = true;
  sent.region = routes_.claim(command.account, std::get<OpenAccount>(command.body).region);
  return sent;
}

bool Dispatch::went_elsewhere(const Dispatched& sent, std::string_view text, const Answer& answer) const {
  if (sent.opens && answer.refused) routes_.give_back(sent.account, sent.region);
  if (!answer.refused || answer.refused->code != RefusalCode::unknown_account) return false;
  if (sent.opens) return true;  // its region's engine lets nobody be opened whose id is not claimed for it
  AccountId account = sent.account;
  if (account.value.empty()) {
    const auto parsed = parse_command(text);
    if (!parsed) return false;
    account = parsed->command.account;
  }
  const auto home = routes_.find(account);
  return home && *home != sent.region;
}

void Dispatch::failed(const Dispatched& sent) const {
  if (sent.opens) routes_.give_back(sent.account, sent.region);
}

}  // namespace creditfold
